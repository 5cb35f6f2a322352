#ifndef MESOLYS_SCHEDULER_CORE_RULES_REQUEST_CHECK_H_
#define MESOLYS_SCHEDULER_CORE_RULES_REQUEST_CHECK_H_

// Whether a request says something sensible at all; what the rules make of it is another question.
// Pure.

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// INVALID_ARGUMENT or NOT_FOUND for an unknown project, resource or site, a period that is empty,
// over, outside the catalogue, or over a day in the past where the requester is no operator,
// amounts that are not above 0 or below their minimum, a resource asked twice, texts over 10,000
// bytes, a usage curve that does not rise within the period.
absl::Status CheckRequest(const Ledger& ledger, const Request& request, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_REQUEST_CHECK_H_
