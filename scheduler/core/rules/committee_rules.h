#ifndef MESOLYS_SCHEDULER_CORE_RULES_COMMITTEE_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_COMMITTEE_RULES_H_

// The rules for requests that wait: how they are submitted, decided by the committee, and taken
// back. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

// A request of Track::kCall is submitted, and waits; one that breaks a rule of its programme is
// refused at once.
absl::StatusOr<Verdict> DecideSubmission(const Ledger& ledger, Request request, absl::Time now);

// Each line gets what it is awarded, or the error says how much there is room for.
absl::StatusOr<Verdict> DecideAward(const Ledger& ledger, const DecideRequest& command,
                                    absl::Time now);

absl::StatusOr<Verdict> DecideWithdrawal(const Ledger& ledger, const WithdrawRequest& command,
                                         absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_COMMITTEE_RULES_H_
