#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_SETTLEMENT_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_SETTLEMENT_H_

// What a job is charged, and what changes when a newer record of it comes in. All entries of a job
// are derived anew from its winning record and the ledger, and only the differences are posted: so
// a record may come late, twice or out of order, and a catch-up changes nothing. Pure.

#include <map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// No total grows beyond this, so that a hundred of them still add up.
inline constexpr Amount kTotalMax{int64_t{1} << 56};

// The rows that a command may need, by key; only ever looked up.
using JobRows = absl::flat_hash_map<JobKey, Job>;

// The job with its site, project and every entry. The record's cluster is known.
Job Charged(const Ledger& ledger, const UsageRecord& record);
// The same, were the job's price given back by hand.
Job Refunded(const Ledger& ledger, const UsageRecord& record);

// When the job used what one of its charges says, apart and in order; never empty.
std::vector<Period> SpansOf(const Ledger& ledger, const Job& job, const Charge& charge);

// The differences that a command posts, kept from overflowing.
class Postings {
 public:
  explicit Postings(const Ledger& ledger) : ledger_(ledger) {}

  // Replaces what `before` (null for a new job) booked by what `after` books; false, and nothing
  // changed, when a total would pass kTotalMax.
  [[nodiscard]] bool Replace(const Job* before, const Job& after);

  // By key, none of 0.
  std::vector<Posting> Take() const;

 private:
  struct Entry {
    Amount booked;  // in the ledger before this command
    Amount difference;
  };
  Entry& EntryFor(const Job& job, const Charge& charge);

  const Ledger& ledger_;
  std::map<PostingKey, Entry> entries_;
  Amount moved_;  // everything that was added so far
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_SETTLEMENT_H_
