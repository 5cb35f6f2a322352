#ifndef MESOLYS_SCHEDULER_CORE_DIVISION_PLACEMENT_H_
#define MESOLYS_SCHEDULER_CORE_DIVISION_PLACEMENT_H_

// Where awards go, without changing one: pools that are not full are opened by increasing cost, and
// within a group as few claims as possible are split. It saves only where pools are not full. Pure.

#include <cstdint>
#include <vector>

#include "scheduler/core/division/division.h"
#include "scheduler/core/division/grouping.h"
#include "scheduler/core/division/levels.h"
#include "scheduler/core/division/rounding.h"

namespace mesolys::division {

// Adds what the groups of all bottlenecks with an infinite level get.
void FillByCost(const Problem& problem, const Grouping& grouping,
                const std::vector<Bottleneck>& bottlenecks, GroupCells& cells);

// Cuts a group's cells, given as amounts of its members in their order: of n pools at most n - 1
// members have parts in two. Appends to `placements`.
void CutCells(const Grouping& grouping, const Group& group, const std::vector<GroupCell>& cells,
              const std::vector<int64_t>& awards, std::vector<Placement>& placements);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_DIVISION_PLACEMENT_H_
