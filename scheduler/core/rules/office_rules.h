#ifndef MESOLYS_SCHEDULER_CORE_RULES_OFFICE_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_OFFICE_RULES_H_

// The rules for the office itself: who works there, and whether it is open. Pure.

#include <string>

#include "absl/status/statusor.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"

namespace mesolys {

// Nobody can give, or take, a role that they do not hold.
absl::StatusOr<Verdict> DecideRole(const Ledger& ledger, const GiveRole& command,
                                   const std::string& actor);
absl::StatusOr<Verdict> DecideMode(const Ledger& ledger, const SetMode& command);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_OFFICE_RULES_H_
