#include "scheduler/core/ledger/projects.h"

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

const ProjectEntry* Projects::FindProject(absl::string_view id) const {
  const auto it = projects_.find(std::string(id));
  return it == projects_.end() ? nullptr : &it->second;
}

const ProjectEntry* Projects::ProjectOf(absl::string_view cluster,
                                        absl::string_view account) const {
  const auto link = links_.find(std::make_pair(std::string(cluster), std::string(account)));
  return FindProject(link == links_.end() ? account : absl::string_view(link->second));
}

ProjectEntry& Projects::At(const std::string& id) {
  const auto it = projects_.find(id);
  Require(it != projects_.end());
  return it->second;
}

ProjectEntry& Projects::ChangedAt(const std::string& id, const Folding& at) {
  ProjectEntry& entry = At(id);
  entry.revision = at.revision;
  return entry;
}

void Projects::On(const ProjectCreated& event, const Folding& at) {
  ProjectEntry entry;
  entry.project = event.project;
  entry.create_time = at.time;
  entry.revision = at.revision;
  Member pi{event.project.pi, ProjectRole::kPi, {}};
  entry.members[pi.user] = {pi, at.time, {}};
  Require(projects_.emplace(event.project.id, std::move(entry)).second);
  ++counts_[event.project.programme];
  at.marks.charged_anew.push_back(event.project.id);
}

void Projects::On(const ProjectArchived& event, const Folding& at) {
  ProjectEntry& entry = ChangedAt(event.project, at);
  if (!entry.archived) --counts_[entry.project.programme];
  entry.archived = true;
}

void Projects::On(const AccountLinked& event, const Folding& at) {
  ChangedAt(event.project, at).links.insert({event.cluster, event.account});
  Require(links_.try_emplace({event.cluster, event.account}, event.project).second);
  at.marks.touched.push_back(at.ledger.SiteOf(event.cluster));
}

void Projects::On(const AccountUnlinked& event, const Folding& at) {
  Require(ChangedAt(event.project, at).links.erase({event.cluster, event.account}) == 1);
  links_.erase({event.cluster, event.account});
  at.marks.touched.push_back(at.ledger.SiteOf(event.cluster));
}

void Projects::On(const MemberAdded& event, const Folding& at) {
  MemberEntry& member = ChangedAt(event.project, at).members[event.member.user];
  if (member.member.user.empty()) member.add_time = at.time;
  for (const auto& [site, login] : member.member.logins) at.marks.touched.push_back(site);
  member.member = event.member;
  for (const auto& [site, login] : event.member.logins) at.marks.touched.push_back(site);
}

void Projects::On(const MemberRemoved& event, const Folding& at) {
  ProjectEntry& entry = ChangedAt(event.project, at);
  const auto member = entry.members.find(event.user);
  Require(member != entry.members.end());
  for (const auto& [site, login] : member->second.member.logins) at.marks.touched.push_back(site);
  entry.members.erase(member);
}

void Projects::On(const MemberCeilingSet& event, const Folding& at) {
  ProjectEntry& entry = ChangedAt(event.project, at);
  const auto member = entry.members.find(event.user);
  Require(member != entry.members.end());
  if (event.amount.has_value()) {
    member->second.ceilings[{event.site, event.resource}] = {*event.amount, at.time};
  } else {
    member->second.ceilings.erase({event.site, event.resource});
  }
  at.marks.touched.push_back(event.site);
}

void Projects::On(const RequestSubmitted& event, const Folding&) {
  At(event.request.project).requests.push_back(event.request.number);
}

void Projects::On(const GrantIssued& event, const Folding&) {
  At(event.grant.project).grants.push_back(event.grant.number);
}

}  // namespace mesolys
