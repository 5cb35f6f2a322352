#ifndef MESOLYS_SCHEDULER_CORE_RULES_GRANT_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_GRANT_RULES_H_

// The rules for what is added to a grant: a supplement, a later end, the write-off of an overdraft,
// an opening balance. What is taken away is in reduction_rules.h. Pure.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

// The grant, if it can still be changed: known, not revoked, and not ended for longer than its
// programme's grace.
absl::StatusOr<const GrantEntry*> ChangeableGrant(const Ledger& ledger, int64_t number,
                                                  absl::Time now);

// INVALID_ARGUMENT for nothing, or too much of it.
absl::Status CheckReason(const std::string& reason);
absl::Status CheckAmount(const std::string& resource, Amount amount);

// The entry that changes nothing, to be filled.
GrantChange ChangeOf(const GrantEntry& entry, ChangeKind kind, const std::string& reason);

absl::StatusOr<Verdict> DecideSupplement(const Ledger& ledger, const SupplementGrant& command,
                                         absl::Time now);
absl::StatusOr<Verdict> DecideExtension(const Ledger& ledger, const ExtendGrant& command,
                                        absl::Time now);
absl::StatusOr<Verdict> DecideWriteOff(const Ledger& ledger, const WriteOffOverdraft& command,
                                       absl::Time now);
absl::StatusOr<Verdict> DecideOpeningBalance(const Ledger& ledger,
                                             const PostOpeningBalance& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_GRANT_RULES_H_
