#include "scheduler/core/figures/stranded.h"

#include <map>

#include "absl/strings/match.h"
#include "scheduler/core/figures/balance.h"

namespace mesolys {
namespace {

// What the project has been given at each site, that jobs run on.
std::map<std::string, std::set<std::string>> GpusBySite(const Ledger& ledger,
                                                        const ProjectEntry& project) {
  std::map<std::string, std::set<std::string>> gpus;
  for (const int64_t number : project.grants) {
    const Grant& grant = ledger.FindGrant(number)->grant;
    if (!absl::StartsWith(grant.resource, "gpu-")) continue;
    for (const auto& [site, ceiling] : grant.ceilings) gpus[site].insert(grant.resource);
  }
  return gpus;
}

}  // namespace

std::vector<Stranded> StrandedOf(const Ledger& ledger, const ProjectEntry& project,
                                 const std::set<std::string>& bonus_sites, absl::Time now) {
  std::vector<Stranded> stranded;
  for (const auto& [site, resources] : GpusBySite(ledger, project)) {
    const auto rules = ledger.catalogue().sites.find(site);
    if (rules == ledger.catalogue().sites.end() || !rules->second.Charges().gpu_jobs_pay_cpu) {
      continue;
    }
    const Remaining cores = RemainingAt(ledger, project, "cpu", site, now);
    if (cores.left > Amount()) continue;
    if (cores.bonus > Amount() && bonus_sites.contains(site)) continue;
    for (const std::string& resource : resources) {
      const Amount left = RemainingAt(ledger, project, resource, site, now).left;
      if (left > Amount()) stranded.push_back({site, resource, left});
    }
  }
  return stranded;
}

}  // namespace mesolys
