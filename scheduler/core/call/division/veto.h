#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_VETO_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_VETO_H_

// Minimums as a veto: of the claims that get less than their minimum the one of lowest priority is
// dropped (of equals the greater request), then again, until none is left; then each dropped one is
// tried again, the highest priority first (of equals the lesser request), and stays if that leaves
// nobody below a minimum. Pure.

#include <vector>

#include "scheduler/core/call/division/division.h"
#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/levels.h"

namespace mesolys::division {

// Takes dropped claims out of `grouping`; `levels` are those of what is left. `progress` may be
// null.
std::vector<Drop> DropBelowMinimum(const Problem& problem, Grouping& grouping, Levels& levels,
                                   Progress* progress);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_VETO_H_
