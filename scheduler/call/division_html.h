#ifndef MESOLYS_SCHEDULER_CALL_DIVISION_HTML_H_
#define MESOLYS_SCHEDULER_CALL_DIVISION_HTML_H_

// A divided call as one page that needs nothing else: no script, no other file, no network. Light
// or dark as the reader has it, and for a telephone as well. Any thread.

#include <string>

#include "scheduler/call/call_division.h"

namespace mesolys {

// By resource: demand, awards, cuts, bottlenecks, placement and cost.
std::string HtmlPage(const CallDivision& divided);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_DIVISION_HTML_H_
