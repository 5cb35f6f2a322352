#ifndef MESOLYS_SCHEDULER_CORE_RULES_IMPORT_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_IMPORT_RULES_H_

// Which spans of a site's accounting may be read anew, and when that has ended. Pure.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

// UNKNOWN_SITE; INVALID_PERIOD for one that is empty or ends after `now`.
absl::Status CheckAccountedPeriod(const Ledger& ledger, const std::string& site,
                                  const Period& period, absl::Time now);

// Whether the site still has to do this import.
bool IsOpenImport(const Ledger& ledger, const std::string& site, int64_t number);

absl::StatusOr<Verdict> DecideImport(const Ledger& ledger, const OrderImport& command,
                                     absl::Time now);
// Says nothing new of an import that has ended already, or is of another site.
Verdict DecideImportEnd(const Ledger& ledger, const EndImport& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_IMPORT_RULES_H_
