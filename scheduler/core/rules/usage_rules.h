#ifndef MESOLYS_SCHEDULER_CORE_RULES_USAGE_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_USAGE_RULES_H_

// The rules for job records: real usage is never refused; a record that cannot be one is set aside,
// by index, and the rest settles. Pure.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

Verdict DecideUsage(const Ledger& ledger, const JobRows& rows, const ReportUsage& command,
                    absl::Time now);

// The page follows the ledger's cursor for the account; an empty page ends it.
Verdict DecideResettlement(const Ledger& ledger, const JobRows& rows, const ResettleJobs& command);

// A finished job whose price is not given back whole already.
absl::StatusOr<Verdict> DecideJobRefund(const Ledger& ledger, const JobRows& rows,
                                        const RefundJob& command);

// An incident or a maintenance of a known site.
absl::StatusOr<Verdict> DecideWindow(const Ledger& ledger, const DeclareWindow& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_USAGE_RULES_H_
