#ifndef MESOLYS_SCHEDULER_CORE_RULES_VERDICT_H_
#define MESOLYS_SCHEDULER_CORE_RULES_VERDICT_H_

// What a rule is asked with and what it answers. Each rule is a function
//   absl::StatusOr<Verdict> Decide(const Deciding& at, const UnlinkAccount& command);
// and stands with its command in the *_rules of its noun. A command says beside its fields what it
// needs beside its rule: `kNumber`, what its digest begins with, never used again for another;
// `kGoesOnReadOnly` where it is taken in read-only mode; `Jobs()`, the rows that its rule looks up;
// `Weight()`, how much of a batch it takes where that is not little. Pure.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/facts/fields.h"
#include "scheduler/core/figures/settlement.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// The world of one decision. All of it outlives the decision.
struct Deciding {
  const Ledger& ledger;
  const JobRows& rows;       // those that the command names
  const std::string& actor;  // identity of who commands; whether they may is the service's question
  absl::Time now;            // not before the ledger's time
};

// A rule's error is the refusal to answer; it leaves the request id unused.
struct Verdict {
  std::vector<Event> events;
  std::vector<Job> jobs;  // the rows that changed, each key once
  // False when the command says nothing new: it is answered, but neither applied nor written.
  bool recorded = true;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_VERDICT_H_
