#include "scheduler/core/desired_state.h"

#include "scheduler/core/balance.h"

namespace mesolys {

DesiredState DesiredStateOf(const Ledger& ledger, const std::string& site) {
  DesiredState state;
  state.generation = ledger.Generation(site);
  const absl::Time since = ledger.GenerationTime(site);
  for (const auto& [id, entry] : ledger.projects()) {
    DesiredProject project;
    for (int64_t number : entry.grants) {
      const Grant& grant = ledger.FindGrant(number)->grant;
      const auto ceiling = grant.ceilings.find(site);
      if (ceiling == grant.ceilings.end() || grant.period.end <= since) continue;
      project.grants.push_back(
          {number, grant.resource, ceiling->second, grant.period, BonusOf(grant, ceiling->second)});
    }
    if (project.grants.empty()) continue;
    project.project = id;
    project.parent = entry.project.parent;
    for (const auto& [user, member] : entry.members) {
      const auto login = member.member.logins.find(site);
      if (login != member.member.logins.end()) project.logins.push_back(login->second);
    }
    for (const auto& link : entry.links) {
      if (ledger.SiteOf(link.first) == site) project.links.push_back(link);
    }
    state.projects.push_back(std::move(project));
  }
  return state;
}

}  // namespace mesolys
