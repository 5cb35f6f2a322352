#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_SHARES_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_SHARES_H_

// What a project has of a site's Slurm beyond its hours: a part of what is served first, and a QOS.
// Pure; any thread.

#include <cstdint>

#include "scheduler/core/facts/catalogue.h"
#include "scheduler/core/facts/project.h"

namespace mesolys {

// Of a project of the greatest weight that a catalogue can give.
inline constexpr int64_t kSharesOfHeaviest = 10'000;

// round(10,000 x w), at least 1, where w is the weight of the project's programme times the factor
// of its institution, divided by the largest weight times the largest factor of the catalogue.
// What the catalogue does not know (any more) weighs 1.
int64_t SharesOf(const Catalogue& catalogue, const Project& project);

// Whether its jobs may run in the eco QOS of a site that has one.
bool MayRunEco(const Catalogue& catalogue, const Project& project);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_SHARES_H_
