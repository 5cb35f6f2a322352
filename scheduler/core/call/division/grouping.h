#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_GROUPING_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_GROUPING_H_

// Claims that may use the same pools are interchangeable but for amount and weight: a group. Groups
// and pools stand in an order that comes from names and not from the order of the input. Pure.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/pool_set.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {

struct Member {
  int64_t amount = 0;
  int64_t weight = 0;
  int64_t minimum = 0;
  uint32_t claim = 0;
};

class Group {
 public:
  Group(PoolSet pools, std::vector<Member> members, const std::vector<Claim>& claims);

  const PoolSet& pools() const { return pools_; }
  // By amount / weight, then by request.
  const std::vector<Member>& members() const { return members_; }
  Wide demand() const { return amounts_.back(); }

  // At `level`: the first so many members have all they ask; what these ask together; the weight of
  // the others.
  struct Cut {
    size_t full = 0;
    Wide amount = 0;
    int64_t weight = 0;
  };
  Cut At(const Level& level) const;

  void Remove(uint32_t claim);
  void Insert(const Member& member, const std::vector<Claim>& claims);

 private:
  void Sum();

  PoolSet pools_;
  std::vector<Member> members_;
  std::vector<Wide> amounts_;      // of the members before each, and at the end of all
  std::vector<int64_t> weights_;   // likewise
  std::vector<double> quotients_;  // amount / weight of each member
};

struct Grouping {
  std::vector<uint32_t> pool_order;  // the pools by site, then period: bit b is pool_order[b]
  std::vector<Group> groups;         // none without pools
  std::vector<int32_t> group_of;     // of each claim; -1 for one without pools
  bool has_minimums = false;         // of any claim
};

Grouping GroupClaims(const Problem& problem);

// Whole units of a group from a pool, given as bit of the grouping.
struct GroupCell {
  size_t pool = 0;
  Wide amount = 0;
};

using GroupCells = std::vector<std::vector<GroupCell>>;  // of each group, by increasing pool

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_GROUPING_H_
