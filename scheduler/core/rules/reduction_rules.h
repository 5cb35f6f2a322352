#ifndef MESOLYS_SCHEDULER_CORE_RULES_REDUCTION_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_REDUCTION_RULES_H_

// The rules for what is taken away from a grant: transfer, adjustment, release, revocation. Hours
// that no site may spend go at once; others are ordered first, and are free only when every site
// concerned has confirmed a lower ceiling. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

absl::StatusOr<Verdict> DecideTransfer(const Ledger& ledger, const TransferHours& command,
                                       const std::string& actor, absl::Time now);
absl::StatusOr<Verdict> DecideAdjustment(const Ledger& ledger, const AdjustOverdraft& command,
                                         absl::Time now);
absl::StatusOr<Verdict> DecideRelease(const Ledger& ledger, const ReleaseHours& command,
                                      absl::Time now);
absl::StatusOr<Verdict> DecideRevocation(const Ledger& ledger, const RevokeGrant& command,
                                         absl::Time now);

// A ceiling that goes down at one site and up at another; from no site: what none holds.
absl::StatusOr<Verdict> DecideMove(const Ledger& ledger, const MoveCeiling& command,
                                   absl::Time now);

// What of a grant is left that no waiting order has claimed.
Amount UnclaimedOf(const GrantEntry& entry);
// Takes `amount`, at most what is unclaimed, away for nobody.
Verdict DecideReduction(const Ledger& ledger, const GrantEntry& entry, ChangeKind kind,
                        Amount amount, const std::string& reason, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_REDUCTION_RULES_H_
