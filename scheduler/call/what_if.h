#ifndef MESOLYS_SCHEDULER_CALL_WHAT_IF_H_
#define MESOLYS_SCHEDULER_CALL_WHAT_IF_H_

// One figure of a call that is changed to see what would be different. Any thread.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "scheduler/call/problem_json.h"

namespace mesolys {

// `change` is capacity:SITE:PERIOD:RESOURCE=AMOUNT or weight:REQUEST:RESOURCE=POINTS.
// INVALID_ARGUMENT, in one line, says what would be right.
absl::Status ChangeCall(absl::string_view change, Call& call);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_WHAT_IF_H_
