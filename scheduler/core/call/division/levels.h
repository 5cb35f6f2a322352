#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LEVELS_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LEVELS_H_

// The one fair level of every group and pool (weighted leximin), by cuts of maximum flows: the
// groups that ask too much of the pools they reach are one side, what is left the other, and so on
// in both. Exact. Refers to its grouping and problem, which outlive it. Pure.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {

// Groups that share pools at one level. A finite one uses its pools to the unit; at an infinite one
// everybody has what they ask.
struct Bottleneck {
  std::vector<size_t> groups;
  PoolSet pools;
  Level level;
};

class Levels {
 public:
  Levels(const Problem& problem, const Grouping& grouping);

  // The same after the members of one group have changed. Looks only at its bottleneck, unless what
  // comes out shows that others change with it.
  void Resolve(size_t group);

  const std::vector<Bottleneck>& bottlenecks() const { return bottlenecks_; }
  // The highest level of the pools that the group may use.
  const Level& of(size_t group) const { return bottlenecks_[place(group)].level; }
  // Which bottleneck the group is in: the lowest level has index 0.
  size_t place(size_t group) const { return bottleneck_of_[group]; }

 private:
  struct Part {
    std::vector<size_t> groups;
    PoolSet pools;
  };

  // Of groups that ask for something. The level may be near `guess`, which costs time if it is not.
  std::vector<Bottleneck> Solve(Part whole, const Level& guess) const;
  Level CommonLevel(const Part& part, const Level& guess) const;
  // Groups that ask for nothing join the highest bottleneck whose pools they may use.
  void Settle();
  // Nobody may use a pool of a higher level than their own: then the levels are the right ones.
  bool Right() const;
  Part Everything() const;

  const Problem* problem_;  // pointers, so that one can be kept and put back
  const Grouping* grouping_;
  std::vector<Bottleneck> bottlenecks_;  // by level, the lowest first
  std::vector<size_t> bottleneck_of_;    // of each group
};

// The levels of one resource while single claims ask for more or less: what a claim would get,
// again and again, without a whole division each time. Minimums play no part.
class LimitedLevels {
 public:
  // Takes the problem's own amounts to begin with.
  explicit LimitedLevels(Problem problem);
  // Levels refer to what stands beside them.
  LimitedLevels(const LimitedLevels&) = delete;
  LimitedLevels& operator=(const LimitedLevels&) = delete;

  void Ask(uint32_t claim, int64_t amount);
  // Whole units of what the claim gets of what it asks.
  int64_t Award(uint32_t claim) const;

 private:
  Problem problem_;
  Grouping grouping_;
  Levels levels_;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LEVELS_H_
