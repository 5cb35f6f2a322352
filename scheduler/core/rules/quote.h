#ifndef MESOLYS_SCHEDULER_CORE_RULES_QUOTE_H_
#define MESOLYS_SCHEDULER_CORE_RULES_QUOTE_H_

// What a request would get, were it submitted now: how much, where, in which months, at what price,
// and, if not all of it, from when on it would. Pure.

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/dynamic_access.h"

namespace mesolys {

struct Quote {
  RequestDecision decision;
  NormalisedSeconds price;           // of the grants; what they take of the threshold
  NormalisedSeconds threshold;       // of the programme, for the PI, over 12 months
  NormalisedSeconds threshold_left;  // now
  // The next beginning of a month from which on the same request, as long as it is, would be
  // granted whole; nothing when it is now, or never within 12 months.
  std::optional<absl::Time> whole_from;
};

// Errors as DecideDynamically.
absl::StatusOr<Quote> QuoteFor(const Ledger& ledger, const Request& request, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_QUOTE_H_
