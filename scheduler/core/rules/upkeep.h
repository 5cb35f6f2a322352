#ifndef MESOLYS_SCHEDULER_CORE_RULES_UPKEEP_H_
#define MESOLYS_SCHEDULER_CORE_RULES_UPKEEP_H_

// What the scheduler does by itself as time passes. Pure: the same ledger at the same time has the
// same upkeep, and none is due twice.

#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

// Ceilings that should follow the use (one move per grant at a time), notices of under-use, and
// hours to be given back; by grant.
std::vector<Command> DueUpkeep(const Ledger& ledger, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_UPKEEP_H_
