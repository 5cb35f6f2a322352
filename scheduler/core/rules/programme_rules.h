#ifndef MESOLYS_SCHEDULER_CORE_RULES_PROGRAMME_RULES_H_
#define MESOLYS_SCHEDULER_CORE_RULES_PROGRAMME_RULES_H_

// What a programme asks of a project before any amount is looked at. Pure.

#include <optional>

#include "proto/values/period.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// The first rule that a request for `period` breaks: the project's dates, the track, the longest
// period, the team and its supervisor.
std::optional<Refusal> BrokenProgrammeRule(const Programme& programme, const ProjectEntry& entry,
                                           const Period& period, Track track);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_PROGRAMME_RULES_H_
