#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PLACEMENT_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PLACEMENT_H_

// Where awards go, without changing one: pools that are not full are opened by increasing cost, of
// equals a claim stays at last year's site, and as few claims as possible are split: of n pools at
// most n - 1. It saves only where pools are not full, or where claims cost differently. Pure.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/division.h"
#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/levels.h"

namespace mesolys::division {

// Adds what the groups of all bottlenecks with an infinite level get.
void FillByCost(const Problem& problem, const Grouping& grouping,
                const std::vector<Bottleneck>& bottlenecks, GroupCells& cells);

// The parts of all awards, which are given by group in the order of its members; the cells of a
// group sum up to its awards. The parts of one claim are by site and period.
std::vector<Placement> Place(const Problem& problem, const Grouping& grouping,
                             const std::vector<Bottleneck>& bottlenecks, GroupCells cells,
                             const std::vector<std::vector<int64_t>>& awards);

// Fewer claims in two places, at the same cost. Where the cells in use close a circle from one pool
// to the next, something can be shifted around it until one of its cells is empty: what each group
// gets and what each pool gives stay as they are. In the end no circle is left, so of n pools at
// most n - 1 cells are more than one for each group.
//
// For cells of least cost, where no circle can be worth anything in either direction.
void RemoveCircles(size_t pools, GroupCells& cells);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PLACEMENT_H_
