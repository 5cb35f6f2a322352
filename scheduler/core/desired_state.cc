#include "scheduler/core/desired_state.h"

#include <algorithm>
#include <set>

#include "scheduler/core/balance.h"

namespace mesolys {

namespace {

// Whether the grant was over at `time`; one that was revoked before it began always is.
bool IsOver(const Grant& grant, absl::Time time) {
  return grant.period.end <= time || grant.period.Seconds() == 0;
}

// The numbers of the grants that the site must know, in their order.
std::vector<int64_t> GrantsKnown(const Ledger& ledger, const ProjectEntry& entry,
                                 const std::string& site, absl::Time since) {
  std::set<int64_t> known;
  std::vector<const Grant*> over;
  for (int64_t number : entry.grants) {
    const GrantEntry& grant = *ledger.FindGrant(number);
    if (!grant.grant.ceilings.contains(site)) continue;
    if (!IsOver(grant.grant, since) || grant.lowered.contains(site)) {
      known.insert(number);
    } else {
      over.push_back(&grant.grant);
    }
  }
  for (bool grows = true; grows;) {
    grows = false;
    for (const Grant* grant : over) {
      const bool is_needed = std::any_of(known.begin(), known.end(), [&](int64_t number) {
        const Grant& other = ledger.FindGrant(number)->grant;
        return other.resource == grant->resource &&
               Intersection(other.period, grant->period).Seconds() > 0;
      });
      if (is_needed) grows = known.insert(grant->number).second || grows;
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

}  // namespace

DesiredState DesiredStateOf(const Ledger& ledger, const std::string& site) {
  DesiredState state;
  state.generation = ledger.Generation(site);
  const auto rules = ledger.catalogue().sites.find(site);
  if (rules != ledger.catalogue().sites.end()) {
    state.charges = rules->second.Charges();
    state.clusters = rules->second.clusters;
  }
  const absl::Time since = ledger.GenerationTime(site);
  for (const auto& [id, entry] : ledger.projects()) {
    DesiredProject project;
    for (int64_t number : GrantsKnown(ledger, entry, site, since)) {
      const Grant& grant = ledger.FindGrant(number)->grant;
      const Amount ceiling = grant.ceilings.at(site);
      project.grants.push_back(
          {number, grant.resource, ceiling, grant.period, BonusOf(grant, ceiling)});
    }
    if (project.grants.empty()) continue;
    project.project = id;
    project.parent = entry.project.parent;
    AddMembers(entry, site, project);
    for (const auto& link : entry.links) {
      if (ledger.SiteOf(link.first) == site) project.links.push_back(link);
    }
    state.projects.push_back(std::move(project));
  }
  return state;
}

}  // namespace mesolys
