#include "scheduler/core/rules/project_rules.h"

#include "absl/strings/str_cat.h"
#include "proto/values/amount_text.h"
#include "proto/values/day.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/known_accounts.h"
#include "scheduler/core/rules/grant_rules.h"

namespace mesolys {
namespace {

constexpr size_t kTitleMax = 200;

template <typename Map>
absl::Status CheckKnown(Reason reason, absl::string_view what, const Map& known,
                        const std::string& id) {
  if (known.contains(id)) return absl::OkStatus();
  if (absl::Status s = CheckId(what, id); !s.ok()) return s;
  std::string ids;
  for (const auto& [each, value] : known) absl::StrAppend(&ids, ids.empty() ? "" : ", ", each);
  return Refuse(reason, Say("there is no $0; there are $1", Named(what, id), ids),
                {{std::string(what), id}});
}

// An etag that is given must still be the project's.
absl::Status CheckEtag(const ProjectEntry& entry, const std::string& etag) {
  if (etag.empty() || etag == EtagOf(entry)) return absl::OkStatus();
  return Refuse(
      Reason::kEtagMismatch,
      Say("project $0 has changed since; read it again and decide again", entry.project.id),
      {{"etag", EtagOf(entry)}});
}

absl::Status NoSuchMember(const std::string& project, const std::string& user) {
  return Refuse(Reason::kNoSuchMember,
                Say("$0 is not a member of $1; see `mesolys member list $1`", user, project),
                {{"user", user}});
}

// Nobody can give a role that they do not hold; a deputy holds that of the PI by loan only.
bool MayGive(const Ledger& ledger, const ProjectEntry& entry, const std::string& actor,
             ProjectRole role) {
  const std::string user(UserOf(actor));
  if (ledger.HasRole(user, "operator")) return true;
  const auto it = entry.members.find(user);
  if (it == entry.members.end()) return false;
  const ProjectRole held = it->second.member.role;
  return (held == ProjectRole::kPi && role != ProjectRole::kSupervisor) ||
         (held == ProjectRole::kDeputy && role == ProjectRole::kResearcher);
}

// Who may not give a role may not take it away either.
absl::Status CheckMayChange(const Ledger& ledger, const ProjectEntry& entry,
                            const std::string& actor, const std::string& user) {
  const auto it = entry.members.find(user);
  if (it == entry.members.end() || MayGive(ledger, entry, actor, it->second.member.role)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotAllowed,
                Say("nobody can take a role away that they could not give: that of $0 in $1; ask "
                    "an operator of the mesocentre",
                    user, entry.project.id),
                {{"user", user}});
}

// A login of a site is one person's, in every project.
absl::Status CheckLoginFree(const Ledger& ledger, const std::string& user, const std::string& site,
                            const std::string& login) {
  for (const auto& [id, entry] : ledger.projects()) {
    for (const auto& [other, member] : entry.members) {
      const auto it = member.member.logins.find(site);
      if (other == user || it == member.member.logins.end() || it->second != login) continue;
      return Refuse(Reason::kLoginTaken,
                    Say("login $0 at $1 is that of $2 in $3; give the login of $4", login, site,
                        other, id, user),
                    {{"site", site}, {"login", login}, {"user", other}});
    }
  }
  return absl::OkStatus();
}

// The member with the logins that they had, where no other is named.
Member WithKnownLogins(const ProjectEntry& entry, Member member) {
  const auto it = entry.members.find(member.user);
  if (it != entry.members.end()) {
    const auto& known = it->second.member.logins;
    member.logins.insert(known.begin(), known.end());
  }
  return member;
}

absl::Status CheckTerm(const Member& member, absl::Time now) {
  const bool deputy = member.role == ProjectRole::kDeputy;
  if (!deputy && member.term.Seconds() == 0) return absl::OkStatus();
  if (!deputy) {
    return Refuse(Reason::kInvalidPeriod, Say("only a deputy has dates; leave them out"));
  }
  if (member.term.Seconds() == 0) {
    return Refuse(
        Reason::kInvalidPeriod,
        Say("a deputy acts for the PI between two dates; give both, the end after the start"));
  }
  if (member.term.end <= now) {
    return Refuse(Reason::kInvalidPeriod,
                  Say("the deputy would have ended on $0; give an end in the future",
                      DayText(member.term.end)),
                  {{"end", DayText(member.term.end)}});
  }
  return absl::OkStatus();
}

// A grant with an order that will give hours to the project; null for none.
const GrantEntry* GiverTo(const Ledger& ledger, const std::string& project) {
  for (const GrantEntry& entry : ledger.grants()) {
    for (const ReductionOrder& order : entry.orders) {
      const bool gives = order.to_grant == 0
                             ? order.to_project == project
                             : ledger.FindGrant(order.to_grant)->grant.project == project;
      if (gives) return &entry;
    }
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Verdict> Decide(const Deciding& at, const CreateProject& command) {
  Project project = command.project;
  const Catalogue& catalogue = at.ledger.catalogue();
  if (project.data_class.empty()) project.data_class = catalogue.default_data_class;
  if (absl::Status s = CheckId("project", project.id); !s.ok()) return s;
  if (at.ledger.FindProject(project.id) != nullptr) {
    return Refuse(Reason::kProjectExists, Say("project $0 exists; choose another id", project.id),
                  {{"project", project.id}});
  }
  if (project.title.empty() || project.title.size() > kTitleMax) {
    return Refuse(Reason::kInvalidArgument,
                  Say("a title has 1 to $0 bytes, this one $1", kTitleMax, project.title.size()));
  }
  absl::Status known = CheckKnown(Reason::kUnknownInstitution, "institution",
                                  catalogue.institutions, project.institution);
  known.Update(
      CheckKnown(Reason::kUnknownProgramme, "programme", catalogue.programmes, project.programme));
  known.Update(CheckKnown(Reason::kUnknownDataClass, "data class", catalogue.data_classes,
                          project.data_class));
  if (!known.ok()) return known;
  if (!project.parent.empty()) {
    const ProjectEntry* parent = at.ledger.FindProject(project.parent);
    if (parent == nullptr) return NoProject(project.parent);
    if (parent->archived) {
      return Refuse(Reason::kProjectArchived,
                    Say("project $0 is archived: nothing new goes under it; name another parent",
                        project.parent),
                    {{"project", project.parent}});
    }
  }
  if (absl::Status s = CheckLogin("pi", project.pi); !s.ok()) return s;
  if (project.period.Seconds() == 0) {
    return Refuse(Reason::kInvalidPeriod, Say("the end of the project must lie after its start"));
  }
  return Verdict{{ProjectCreated{std::move(project)}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const LinkAccount& command) {
  const ProjectEntry* entry = at.ledger.FindProject(command.project);
  if (entry == nullptr) return NoProject(command.project);
  if (absl::Status s = CheckEtag(*entry, command.etag); !s.ok()) return s;
  if (absl::Status s = CheckId("cluster", command.cluster); !s.ok()) return s;
  if (absl::Status s = CheckLogin("account", command.account); !s.ok()) return s;
  if (at.ledger.SiteOf(command.cluster).empty()) {
    return NoCluster(command.cluster);
  }
  const ProjectEntry* held = at.ledger.ProjectOf(command.cluster, command.account);
  if (held != nullptr) {
    return Refuse(Reason::kAccountLinked,
                  Say("account $0 of cluster $1 bills to project $2 already, and to no second one; "
                      "link another account",
                      command.account, command.cluster, held->project.id),
                  {{"project", held->project.id}});
  }
  const std::string same = SameButForCapitals(at.ledger, command.cluster, command.account);
  if (!same.empty()) {
    return Refuse(
        Reason::kInvalidName,
        Say("cluster $0 has account $1, and $2 could never have a job beside it: link $0:$1",
            command.cluster, same, command.account),
        {{"field", "account"}, {"value", command.account}});
  }
  const std::string& data_class = entry->project.data_class;
  const std::string& site = at.ledger.SiteOf(command.cluster);
  if (!at.ledger.catalogue().IsCertified(site, data_class)) {
    return Refuse(
        Reason::kSiteNotCertified,
        Say("data of class $0 of project $1 may not go to $2, where cluster $3 is; link an "
            "account of another site",
            data_class, command.project, site, command.cluster),
        {{"site", site}, {"data_class", data_class}});
  }
  return Verdict{{AccountLinked{command.project, command.cluster, command.account}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const UnlinkAccount& command) {
  const ProjectEntry* entry = at.ledger.FindProject(command.project);
  if (entry == nullptr) return NoProject(command.project);
  if (absl::Status s = CheckEtag(*entry, command.etag); !s.ok()) return s;
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (absl::Status s = CheckId("cluster", command.cluster); !s.ok()) return s;
  if (absl::Status s = CheckLogin("account", command.account); !s.ok()) return s;
  if (!entry->links.contains({command.cluster, command.account})) {
    return Refuse(
        Reason::kAccountNotLinked,
        Say("account $0 of cluster $1 is not linked to project $2; see `mesolys project show $2`",
            command.account, command.cluster, command.project),
        {{"project", command.project}});
  }
  return Verdict{
      {AccountUnlinked{command.project, command.cluster, command.account, command.reason}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const AddMember& command) {
  const ProjectEntry* entry = at.ledger.FindProject(command.project);
  if (entry == nullptr) return NoProject(command.project);
  const Member& member = command.member;
  if (absl::Status s = CheckLogin("user", member.user); !s.ok()) return s;
  if (member.role == ProjectRole::kNone) {
    return Refuse(Reason::kInvalidArgument,
                  Say("give a role: researcher, pi, supervisor or deputy"));
  }
  if (absl::Status s = CheckTerm(member, at.now); !s.ok()) return s;
  if (!MayGive(at.ledger, *entry, at.actor, member.role)) {
    return Refuse(
        Reason::kNotAllowed,
        Say("nobody can give a role that they do not hold; ask an operator of the mesocentre"));
  }
  if (absl::Status s = CheckMayChange(at.ledger, *entry, at.actor, member.user); !s.ok()) return s;
  if (member.user == entry->project.pi && member.role != ProjectRole::kPi) {
    return Refuse(Reason::kInvalidArgument,
                  Say("$0 is the PI of $1 and keeps that role", member.user, command.project));
  }
  for (const auto& [site, login] : member.logins) {
    if (absl::Status s = CheckId("site", site); !s.ok()) return s;
    if (!at.ledger.catalogue().sites.contains(site)) {
      return NoSite(site);
    }
    if (absl::Status s = CheckLogin("login", login); !s.ok()) return s;
    if (absl::Status s = CheckLoginFree(at.ledger, member.user, site, login); !s.ok()) return s;
  }
  return Verdict{{MemberAdded{command.project, WithKnownLogins(*entry, member)}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const RemoveMember& command) {
  const ProjectEntry* entry = at.ledger.FindProject(command.project);
  if (entry == nullptr) return NoProject(command.project);
  if (!entry->members.contains(command.user)) {
    return NoSuchMember(command.project, command.user);
  }
  if (command.user == entry->project.pi) {
    return Refuse(Reason::kInvalidArgument,
                  Say("$0 is the PI of $1 and stays", command.user, command.project));
  }
  if (absl::Status s = CheckMayChange(at.ledger, *entry, at.actor, command.user); !s.ok()) return s;
  return Verdict{{MemberRemoved{command.project, command.user}}, {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const SetMemberCeiling& command) {
  const ProjectEntry* entry = at.ledger.FindProject(command.project);
  if (entry == nullptr) return NoProject(command.project);
  const auto member = entry->members.find(command.user);
  if (member == entry->members.end()) return NoSuchMember(command.project, command.user);
  const auto site = at.ledger.catalogue().sites.find(command.site);
  if (site == at.ledger.catalogue().sites.end()) return NoSite(command.site);
  if (!member->second.member.logins.contains(command.site)) {
    return Refuse(Reason::kNoLoginAtSite,
                  Say("$0 has no login at $1; give one with `mesolys member add $2 $0 --login "
                      "$1=LOGIN` first",
                      command.user, command.site, command.project),
                  {{"user", command.user}, {"site", command.site}});
  }
  if (absl::Status s = CheckResource(command.resource); !s.ok()) return s;
  const ResourceKind kind = KindOf(command.resource);
  if (kind == ResourceKind::kStorage || kind == ResourceKind::kSupport) {
    return Refuse(Reason::kUnknownResource,
                  Say("a member's ceiling is of cpu or gpu-<model>, which jobs use up; not of $0",
                      command.resource),
                  {{"resource", command.resource}});
  }
  if (!at.ledger.catalogue().Offers(site->second, command.resource)) {
    return Refuse(Reason::kSiteLacksResource,
                  Say("site $0 has no $1", command.site, command.resource),
                  {{"site", command.site}, {"resource", command.resource}});
  }
  const Amount amount = command.amount.value_or(Amount());
  if (amount < Amount() || amount > kAmountMax) {
    return Refuse(
        Reason::kInvalidAmount,
        Say("a ceiling is 0 to $0 $1; asked: $2", kAmountMax.count(), BaseUnit(command.resource),
            amount.count()),
        {{"amount", absl::StrCat(amount.count())}, {"most", absl::StrCat(kAmountMax.count())}});
  }
  return Verdict{{MemberCeilingSet{command.project, command.user, command.site, command.resource,
                                   command.amount}},
                 {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const ArchiveProject& command) {
  const ProjectEntry* entry = at.ledger.FindProject(command.project);
  if (entry == nullptr) return NoProject(command.project);
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  if (entry->archived) {
    return Refuse(Reason::kProjectArchived, Say("project $0 is archived already", command.project));
  }
  for (int64_t number : entry->requests) {
    if (at.ledger.FindRequest(number)->outcome.state != RequestState::kUndecided) continue;
    return Refuse(
        Reason::kProjectInUse,
        Say("request r$0 of $1 waits for its decision; withdraw it first", number, command.project),
        {{"request", absl::StrCat("r", number)}});
  }
  if (const GrantEntry* giver = GiverTo(at.ledger, command.project); giver != nullptr) {
    return Refuse(
        Reason::kProjectInUse,
        Say("hours of grant g$0 are on their way to $1; wait until every site has confirmed them",
            giver->grant.number, command.project),
        {{"grant", absl::StrCat("g", giver->grant.number)}});
  }
  for (int64_t number : entry->grants) {
    const GrantEntry& grant = *at.ledger.FindGrant(number);
    const GrantState state = StateOf(grant, at.now);
    const bool open = state != GrantState::kExpired && state != GrantState::kRevoked;
    if (open || !grant.orders.empty()) {
      return Refuse(
          Reason::kProjectInUse,
          Say("grant g$0 of $1 is not over; release or revoke it first", number, command.project),
          {{"grant", absl::StrCat("g", number)}});
    }
  }
  return Verdict{{ProjectArchived{command.project, command.reason}}, {}};
}

std::string EtagOf(const ProjectEntry& project) { return absl::StrCat("r", project.revision); }

}  // namespace mesolys
