#ifndef MESOLYS_SCHEDULER_CORE_RULES_RENEWAL_H_
#define MESOLYS_SCHEDULER_CORE_RULES_RENEWAL_H_

// A request that waits for its decision keeps the grants that it would renew open for their
// programme's days of grace: people go on working while a committee decides. Pure.

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// Whether the request waits, asks for the grant's resource, and would go on where the grant, with
// its grace, ends.
bool Renews(const Ledger& ledger, const RequestEntry& request, const GrantEntry& grant);

// The days of grace of the grant's programme.
int GraceDaysOf(const Ledger& ledger, const Grant& grant);

// Until when the grant can be renewed or changed: as long as the grace that it was given, whatever
// the programme says today, and at least the programme's days.
absl::Time GraceEndOf(const Ledger& ledger, const GrantEntry& grant);

// The request that keeps the grant open, were it to end at `end`; null for none.
const RequestEntry* WaitingRenewal(const Ledger& ledger, const GrantEntry& grant, absl::Time end);

// The grace that a request, just submitted, gives to grants of its project.
std::vector<Event> GraceGivenBy(const Ledger& ledger, const RequestEntry& submitted,
                                absl::Time now);
// The grace of one grant for such a request.
GrantChange GraceOf(const Ledger& ledger, const GrantEntry& grant, int64_t renewal);

// The ends of the graces that nothing but this request kept: at once, or, of the resources that
// were awarded, when its own period begins.
std::vector<Event> GraceEndedWith(const Ledger& ledger, const RequestEntry& decided,
                                  const std::set<std::string>& awarded, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_RENEWAL_H_
