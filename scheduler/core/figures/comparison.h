#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_COMPARISON_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_COMPARISON_H_

// What a site's accounting says of a job, against what the ledger charges for it; and why they
// differ. The accounting counts what lies within the span that is compared, the ledger what grants
// pay for the whole job, net of refunds:
//
//   ledger = accounting + Σ differences          for each job and resource
//
// Pure.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/period.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// Numbered as UsageDifference.Cause of the contract.
enum class DifferenceCause {
  kNone = 0,
  kUnknownAccount = 1,
  kNoGrant = 2,
  kRefunded = 3,
  kRunning = 4,
  kLate = 5,
  kClipped = 6,
  kUnexplained = 7,
};

// What both sides say of one resource.
struct ComparedAmounts {
  Amount accounting;
  Amount ledger;

  friend bool operator==(const ComparedAmounts&, const ComparedAmounts&) = default;
};

struct UsageDifference {
  JobKey job;
  std::string account;
  std::string user;
  std::string resource;
  DifferenceCause cause = DifferenceCause::kNone;
  Amount amount;  // ledger less accounting; never 0
  ComparedAmounts compared;

  friend bool operator==(const UsageDifference&, const UsageDifference&) = default;
};

// What is compared, and what was known of the site then.
struct ComparedSpan {
  Period period;
  absl::Time begin;          // nothing was read before this
  absl::Duration late;       // so long after its end a row may come in by itself
  bool spool_waits = false;  // the agent holds records that it could not report yet
};

struct ComparedJob {
  std::map<std::string, ComparedAmounts> amounts;  // by resource
  std::vector<UsageDifference> differences;        // by resource, then cause
  // The ledger knows nothing of the job, or something older.
  bool is_new = false;
};

// `told` is what the accounting says, null when it does not know the job; `held` the ledger's row,
// null when there is none. One of them is given, both are of one site of the catalogue.
ComparedJob CompareJob(const Ledger& ledger, const ComparedSpan& span, const UsageRecord* told,
                       const Job* held);

// Whether a job ran within a period.
bool RanWithin(const UsageRecord& record, const Period& period);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_COMPARISON_H_
