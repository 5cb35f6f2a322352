#ifndef MESOLYS_SCHEDULER_CALL_DIVISION_JSON_H_
#define MESOLYS_SCHEDULER_CALL_DIVISION_JSON_H_

// The result of a call as JSON, in the order of its file. Any thread.

#include <string>

#include "scheduler/call/call_division.h"

namespace mesolys {

// Of a division that has passed its certificate.
std::string FormatDivision(const CallDivision& divided);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_DIVISION_JSON_H_
