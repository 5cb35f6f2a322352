#ifndef MESOLYS_SCHEDULER_CORE_RULES_REQUEST_CHECK_H_
#define MESOLYS_SCHEDULER_CORE_RULES_REQUEST_CHECK_H_

// Whether a request may be asked at all: whether it says something sensible, and what its programme
// asks of the project before any amount is looked at. Pure.

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/values/period.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// INVALID_ARGUMENT or NOT_FOUND for an unknown project, resource or site, a period that is empty,
// over, outside the catalogue, or over a day in the past where the requester is no operator,
// amounts that are not above 0 or below their minimum, a resource asked twice, a split that does
// not add up or goes anywhere else, texts over 10,000 bytes, a usage curve that does not rise
// within the period.
absl::Status CheckRequest(const Ledger& ledger, const Request& request, absl::Time now);

// The first rule that a request for `period` breaks: the project's dates, the track, the longest
// period, the team and its supervisor.
std::optional<Refusal> BrokenProgrammeRule(const Programme& programme, const ProjectEntry& entry,
                                           const Period& period, Track track);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_REQUEST_CHECK_H_
