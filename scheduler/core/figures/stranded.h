#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_STRANDED_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_STRANDED_H_

// Hours that are left and that no job can spend: no job runs on GPUs without cores, so hours of
// GPUs wait where those of cores are used up and there is no bonus to go on with. Pure.

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

struct Stranded {
  std::string site;
  std::string resource;
  Amount amount;
};

// By site, then resource. `bonus_sites` let a bonus be spent. At a site that charges jobs on GPUs
// no cores nothing is ever stranded.
std::vector<Stranded> StrandedOf(const Ledger& ledger, const ProjectEntry& project,
                                 const std::set<std::string>& bonus_sites, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_STRANDED_H_
