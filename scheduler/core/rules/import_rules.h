#ifndef MESOLYS_SCHEDULER_CORE_RULES_IMPORT_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_IMPORT_RULES_H_

// Which spans of a site's accounting may be read anew, and when that has ended; and which rows that
// could not be read hold nothing back any more. Pure.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// The number is the policy's to set.
struct OrderImport {
  static constexpr int kNumber = 30;

  UsageImport import;

  FIELDS(OrderImport, import.site, import.period);
};

// What a site says of an import that it has done.
struct EndImport {
  static constexpr int kNumber = 31;
  static constexpr bool kGoesOnReadOnly = true;

  std::string site;
  int64_t number = 0;
  ImportResult result;

  FIELDS(EndImport, site, number, result.job_count, result.changed_count, result.rejected_count,
         result.unreadable_count, result.core_seconds, result.problem);
};

struct DismissRows {
  static constexpr int kNumber = 32;

  Dismissal dismissal;

  FIELDS(DismissRows, dismissal.site, dismissal.first, dismissal.last, dismissal.reason);
};

// UNKNOWN_SITE; INVALID_PERIOD for one that is empty or ends after `now`.
absl::Status CheckAccountedPeriod(const Ledger& ledger, const std::string& site,
                                  const Period& period, absl::Time now);

// Whether the site still has to do this import.
bool IsOpenImport(const Ledger& ledger, const std::string& site, int64_t number);

absl::StatusOr<Verdict> Decide(const Deciding& at, const OrderImport& command);
// Says nothing new of an import that has ended already, or is of another site.
absl::StatusOr<Verdict> Decide(const Deciding& at, const EndImport& command);
// UNKNOWN_SITE; INVALID_ARGUMENT for numbers that no rows can have.
absl::StatusOr<Verdict> Decide(const Deciding& at, const DismissRows& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_IMPORT_RULES_H_
