#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_SPLITS_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_SPLITS_H_

// Fewer claims in two places, at the same cost. Where the cells in use close a circle from one pool
// to the next, something can be shifted around it until one of its cells is empty: what each group
// gets and what each pool gives stay as they are. In the end no circle is left, so of n pools at
// most n - 1 cells are more than one for each group. Pure.

#include <cstddef>

#include "scheduler/core/call/division/rounding.h"

namespace mesolys::division {

// For cells of least cost, where no circle can be worth anything in either direction.
void RemoveCircles(size_t pools, GroupCells& cells);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_SPLITS_H_
