#include "scheduler/core/figures/desired_state.h"

#include <algorithm>
#include <map>
#include <set>

#include "scheduler/core/figures/balance.h"

namespace mesolys {

namespace {

// Whether the grant was over at `time`; one that was revoked before it began always is.
bool IsOver(const Period& period, absl::Time time) {
  return period.end <= time || period.Seconds() == 0;
}

// The numbers of the grants that the site must know, in their order.
std::vector<int64_t> GrantsKnown(const Ledger& ledger, const ProjectEntry& entry,
                                 const std::string& site, absl::Time since) {
  std::set<int64_t> known;
  std::vector<const GrantEntry*> over;
  for (int64_t number : entry.grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    if (!grant.grant.ceilings.contains(site)) continue;
    if (!IsOver(grant.PeriodAt(site), since) || grant.lowered.contains(site)) {
      known.insert(number);
    } else {
      over.push_back(&grant);
    }
  }
  for (bool grows = true; grows;) {
    grows = false;
    for (const GrantEntry* grant : over) {
      const bool is_needed = std::any_of(known.begin(), known.end(), [&](int64_t number) {
        const GrantEntry& other = *ledger.FindGrant(number);
        return other.grant.resource == grant->grant.resource &&
               Intersection(other.PeriodAt(site), grant->PeriodAt(site)).Seconds() > 0;
      });
      if (is_needed) grows = known.insert(grant->grant.number).second || grows;
    }
  }
  return {known.begin(), known.end()};
}

void AddMembers(const ProjectEntry& entry, const std::string& site, DesiredProject& project) {
  for (const auto& [user, member] : entry.members) {
    const auto login = member.member.logins.find(site);
    if (login == member.member.logins.end()) continue;
    project.logins.push_back(login->second);
    for (const auto& [place, ceiling] : member.ceilings) {
      if (place.first != site) continue;
      project.login_ceilings.push_back(
          {login->second, place.second, ceiling.amount, ceiling.set_time});
    }
  }
}

std::map<std::string, DesiredProject> ProjectsWithGrants(const Ledger& ledger,
                                                         const std::string& site) {
  std::map<std::string, DesiredProject> projects;
  const absl::Time since = ledger.GenerationTime(site);
  for (const auto& [id, entry] : ledger.projects()) {
    DesiredProject project;
    for (int64_t number : GrantsKnown(ledger, entry, site, since)) {
      const GrantEntry& grant = *ledger.FindGrant(number);
      const Amount ceiling = grant.grant.ceilings.at(site);
      project.grants.push_back({number, grant.grant.resource, ceiling, grant.PeriodAt(site),
                                grant.revoked ? Amount() : BonusOf(grant.grant, ceiling)});
    }
    if (project.grants.empty()) continue;
    AddMembers(entry, site, project);
    for (const auto& link : entry.links) {
      if (ledger.SiteOf(link.first) == site) project.links.push_back(link);
    }
    projects.emplace(id, std::move(project));
  }
  return projects;
}

// Those above the projects that are there.
void AddChairs(const Ledger& ledger, std::map<std::string, DesiredProject>& projects) {
  std::vector<std::string> parents;
  parents.reserve(projects.size());
  for (const auto& [id, project] : projects) {
    parents.push_back(ledger.FindProject(id)->project.parent);
  }
  while (!parents.empty()) {
    const std::string id = std::move(parents.back());
    parents.pop_back();
    if (id.empty() || !projects.try_emplace(id).second) continue;
    parents.push_back(ledger.FindProject(id)->project.parent);
  }
}

}  // namespace

DesiredState DesiredStateOf(const Ledger& ledger, const std::string& site) {
  DesiredState state;
  state.generation = ledger.Generation(site);
  const auto rules = ledger.catalogue().sites.find(site);
  if (rules != ledger.catalogue().sites.end()) {
    state.charges = rules->second.Charges();
    state.clusters = rules->second.clusters;
    state.cores_per_gpu = rules->second.cores_per_gpu;
  }
  for (const ImportEntry& entry : ledger.imports()) {
    if (entry.import.site == site && !entry.result.has_value()) {
      state.imports.push_back(entry.import);
    }
  }
  for (const DismissalEntry& entry : ledger.dismissals()) {
    if (entry.dismissal.site == site) state.dismissals.push_back(entry);
  }
  std::map<std::string, DesiredProject> projects = ProjectsWithGrants(ledger, site);
  AddChairs(ledger, projects);
  for (auto& [id, project] : projects) {
    const Project& known = ledger.FindProject(id)->project;
    project.project = id;
    project.parent = known.parent;
    project.shares = SharesOf(ledger.catalogue(), known);
    project.eco = MayRunEco(ledger.catalogue(), known);
    state.projects.push_back(std::move(project));
  }
  return state;
}

}  // namespace mesolys
