#ifndef MESOLYS_SCHEDULER_CORE_RULES_DYNAMIC_ACCESS_H_
#define MESOLYS_SCHEDULER_CORE_RULES_DYNAMIC_ACCESS_H_

// Dynamic access: a request is decided at once. Each line gets min(asked, threshold left, reserve
// left, room), never less than its minimum; every bound that cut it is told with its numbers. Pure.

#include <vector>

#include "absl/status/statusor.h"
#include "scheduler/core/facts/grant.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

struct RequestDecision {
  Request request;  // numbered, with the cores that come with GPUs
  std::vector<Grant> grants;
  RequestOutcome outcome;
};

// What the programme still gives the project's PI by dynamic access; below 0 where a rate has
// changed since.
NormalisedSeconds ThresholdLeft(const Ledger& ledger, const ProjectEntry& project, absl::Time now);

// A malformed request is an error (CheckRequest); one that the rules refuse is a decision.
absl::StatusOr<RequestDecision> DecideDynamically(const Ledger& ledger, Request request,
                                                  absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_DYNAMIC_ACCESS_H_
