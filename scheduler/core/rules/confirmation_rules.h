#ifndef MESOLYS_SCHEDULER_CORE_RULES_CONFIRMATION_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_CONFIRMATION_RULES_H_

// The rules for the second phase of a reduction: a site says what it could lower, or is given up.
// Pure.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

// What a site confirmed: for each grant that it speaks of the largest of the ceiling wanted, the
// one read back, the use said, the use known and what covers the overdraft of the project's other
// grants there. Then the orders that waited for it and for nobody else.
absl::StatusOr<Verdict> DecideConfirmation(const Ledger& ledger, const ConfirmCeilings& command,
                                           absl::Time now);
// Takes every ceiling that the site owes for lowered, and says what it may spend nevertheless.
absl::StatusOr<Verdict> DecideSiteWriteOff(const Ledger& ledger, const WriteOffSite& command,
                                           absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_CONFIRMATION_RULES_H_
