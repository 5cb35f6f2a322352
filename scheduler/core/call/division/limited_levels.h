#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LIMITED_LEVELS_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LIMITED_LEVELS_H_

// The levels of one resource while single claims ask for more or less: what a claim would get,
// again and again, without a whole division each time. Minimums play no part. Pure.

#include <cstdint>

#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/levels.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {

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

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_LIMITED_LEVELS_H_
