#ifndef MESOLYS_SCHEDULER_CORE_RULES_POLICY_H_
#define MESOLYS_SCHEDULER_CORE_RULES_POLICY_H_

// The rules: a command, the ledger and the job rows that it names become events and rows, or a
// refusal. The same input always gives the same output. Pure.

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/verdict.h"

namespace mesolys {

// By the rule of the command's kind, if it is taken at all now.
absl::StatusOr<Verdict> DecideCommand(const Deciding& at, const Command& command);

// The keys of the rows that its rule looks up.
std::vector<JobKey> JobsNamedBy(const Command& command);

// How many job records it brings into a batch.
size_t WeightOf(const Command& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_POLICY_H_
