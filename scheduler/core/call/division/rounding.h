#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_ROUNDING_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_ROUNDING_H_

// From exact levels to whole units: first what each group gets from each pool, by integral flows,
// so that every pool with a level is full to the unit and nobody is a unit from the exact number;
// then within a group by largest remainder, then request. Pure.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/levels.h"

namespace mesolys::division {

// Whole units of a group from a pool, given as bit of the grouping.
struct GroupCell {
  size_t pool = 0;
  Wide amount = 0;
};
using GroupCells = std::vector<std::vector<GroupCell>>;  // of each group, by increasing pool

// Adds what the groups of a bottleneck with a finite level get.
void FillBottleneck(const Problem& problem, const Grouping& grouping, const Bottleneck& bottleneck,
                    GroupCells& cells);

// The awards of a group's members, in their order, that sum up to `total`.
std::vector<int64_t> AwardsOf(const Problem& problem, const Group& group, const Level& level,
                              Wide total);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_ROUNDING_H_
