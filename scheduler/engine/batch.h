#ifndef MESOLYS_SCHEDULER_ENGINE_BATCH_H_
#define MESOLYS_SCHEDULER_ENGINE_BATCH_H_

// Commands that become durable together: decided one after the other against the tentative fold and
// the rows that they name, later ones seeing the earlier. The committing loop only.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/policy.h"
#include "scheduler/store/event_store.h"

namespace mesolys {

class Batch {
 public:
  // `tentative` equals the durable fold whose newest row hashes to `hash`.
  Batch(Ledger& tentative, std::string hash, absl::Time time);

  // Reads the rows that the command names and that the batch does not hold yet. ABORTED when
  // another writer changed one of them since: the fold must catch up first.
  absl::Status Load(const EventStore& store, const Command& command);

  struct Decided {
    std::vector<Event> events;
    int64_t revision = 0;  // 0: nothing is written for it
  };
  // An error is the refusal to answer. With `validate_only` nothing of it stays.
  absl::StatusOr<Decided> Decide(const std::string& actor, const std::string& request_id,
                                 const std::string& digest, const Command& command,
                                 bool validate_only);

  const std::vector<Commit>& commits() const { return commits_; }
  absl::Time time() const { return time_; }

 private:
  Ledger& tentative_;
  const int64_t durable_revision_;
  std::string hash_;
  const absl::Time time_;
  JobRows rows_;
  std::vector<Commit> commits_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_BATCH_H_
