#ifndef MESOLYS_SCHEDULER_CALL_DIVISION_PLOT_H_
#define MESOLYS_SCHEDULER_CALL_DIVISION_PLOT_H_

// A divided call as bars on a terminal. Any thread.

#include <string>

#include "scheduler/call/call_division.h"

namespace mesolys {

enum class Bars { kAscii, kUtf8 };

// By resource: how full each site and period is, and what each group gets of what it asks.
std::string Plot(const CallDivision& divided, Bars bars);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_DIVISION_PLOT_H_
