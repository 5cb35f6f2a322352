#ifndef MESOLYS_SCHEDULER_CORE_RULES_USAGE_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_USAGE_RULES_H_

// The rules for job records: real usage is never refused; a record that cannot be one is set aside,
// by index, and the rest settles. Pure.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/figures/plausible_record.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

struct ReportUsage {
  static constexpr int kNumber = 5;
  static constexpr bool kGoesOnReadOnly = true;

  std::string site;
  std::vector<UsageRecord> records;
  std::vector<RejectedRecord> malformed;  // records that could not even be parsed, by index
  std::vector<int> indexes;               // the place of each of `records` within the report
  // What the site has, as it said itself; no part of what is reported.
  SiteSize inventory = kSizeUnknown;

  std::vector<JobKey> Jobs() const;
  size_t Weight() const { return records.size(); }
  FIELDS(ReportUsage, site, records, malformed, indexes);
};

// Charges anew the next page of an account's jobs. Made by the engine, which reads the page from
// the store after the cursor that the ledger keeps.
struct ResettleJobs {
  static constexpr int kNumber = 6;
  static constexpr bool kGoesOnReadOnly = true;

  std::string cluster;
  std::string account;
  std::vector<JobKey> page;
  int64_t ledger_revision = 0;  // of the fold whose cursor the page follows

  std::vector<JobKey> Jobs() const { return page; }
  FIELDS(ResettleJobs, cluster, account, page, ledger_revision);
};

struct RefundJob {
  static constexpr int kNumber = 17;

  JobKey job;
  std::string reason;

  std::vector<JobKey> Jobs() const { return {job}; }
  FIELDS(RefundJob, job, reason);
};

struct DeclareWindow {
  static constexpr int kNumber = 18;

  SiteWindow window;

  FIELDS(DeclareWindow, window.kind, window.site, window.period, window.title);
};

absl::StatusOr<Verdict> Decide(const Deciding& at, const ReportUsage& command);

// The page follows the ledger's cursor for the account; an empty page ends it.
absl::StatusOr<Verdict> Decide(const Deciding& at, const ResettleJobs& command);

// A finished job whose price is not given back whole already.
absl::StatusOr<Verdict> Decide(const Deciding& at, const RefundJob& command);

// An incident or a maintenance of a known site.
absl::StatusOr<Verdict> Decide(const Deciding& at, const DeclareWindow& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_USAGE_RULES_H_
