#ifndef MESOLYS_SCHEDULER_CORE_RULES_POLICY_H_
#define MESOLYS_SCHEDULER_CORE_RULES_POLICY_H_

// The rules: a command, the ledger and the job rows that it names become events and rows, or a
// refusal. The same input always gives the same output. Pure.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/figures/settlement.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

struct Verdict {
  std::vector<Event> events;
  std::vector<Job> jobs;  // the rows that changed, each key once
  // False when the command says nothing new: it is answered, but neither applied nor written.
  bool recorded = true;
};

// `actor` is the caller's identity; whether they may give this command at all is the service's
// question. `now` is not before the ledger's time. An error leaves the request id unused.
absl::StatusOr<Verdict> Decide(const Ledger& ledger, const JobRows& rows, const Command& command,
                               const std::string& actor, absl::Time now);

// The keys of the rows that Decide() looks up.
std::vector<JobKey> JobsNamedBy(const Command& command);

// What the project was when it was last looked at (AIP-154).
std::string EtagOf(const ProjectEntry& project);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_POLICY_H_
