#ifndef MESOLYS_SCHEDULER_CALL_CALL_DIVISION_H_
#define MESOLYS_SCHEDULER_CALL_CALL_DIVISION_H_

// A whole call divided: each resource, and what is asked together. One thread at a time.

#include <vector>

#include "absl/status/statusor.h"
#include "scheduler/call/problem_json.h"
#include "scheduler/core/call/division/division.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys {

struct CallDivision {
  const Call& call;
  // Of each problem of the call, in terms of what was asked: a line of a dropped bundle is dropped,
  // and a line that its bundle cut is partial.
  std::vector<division::Division> divisions;
  std::vector<bool> dropped;  // of each bundle of the call
  double solve_seconds = 0;   // from grouping to certificate
};

// `call` outlives the answer. INTERNAL if a result fails its certificate.
absl::StatusOr<CallDivision> DivideCall(const Call& call, division::Progress* progress);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_CALL_DIVISION_H_
