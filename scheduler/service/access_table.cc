#include "scheduler/service/access_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/runtime/methods.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"

namespace mesolys {
namespace {

constexpr int kDepthMax = 16;  // of projects above projects

const std::vector<ProjectRole> kNobody = {};
const std::vector<ProjectRole> kMembers = {ProjectRole::kResearcher, ProjectRole::kPi,
                                           ProjectRole::kSupervisor};
const std::vector<ProjectRole> kPis = {ProjectRole::kPi};
const std::vector<std::string> kReaders = {"operator", "committee", "auditor"};

bool IsMember(const ProjectEntry& entry, absl::string_view user,
              const std::vector<ProjectRole>& roles, absl::Time now) {
  const auto it = entry.members.find(std::string(user));
  return it != entry.members.end() &&
         std::find(roles.begin(), roles.end(), it->second.member.RoleAt(now)) != roles.end();
}

bool LeadsAbove(const Ledger& ledger, const ProjectEntry& entry, absl::string_view user,
                absl::Time now) {
  const ProjectEntry* above = &entry;
  for (int depth = 0; depth < kDepthMax && !above->project.parent.empty(); ++depth) {
    above = ledger.FindProject(above->project.parent);
    if (above == nullptr) return false;
    if (IsMember(*above, user, {ProjectRole::kPi, ProjectRole::kSupervisor}, now)) return true;
  }
  return false;
}

const char* HolderOf(ProjectRole role) {
  switch (role) {
    case ProjectRole::kPi:
      return SayLater("PI of the project");
    case ProjectRole::kSupervisor:
      return SayLater("supervisor of the project");
    case ProjectRole::kResearcher:
      return SayLater("researcher of the project");
    case ProjectRole::kDeputy:
      return SayLater("deputy of the project");
    case ProjectRole::kNone:
      break;
  }
  return SayLater("nobody of the project");
}

std::string WhoCould(const AccessRule& rule) {
  std::vector<std::string> who = rule.roles;
  for (ProjectRole role : rule.members) who.emplace_back(HolderOf(role));
  if (rule.own_site) who.emplace_back(SayLater("the agent of the site"));
  return absl::StrJoin(who, ", ");
}

// "ProjectService.AddMember" -> "`mesolys member add`", the command that calls it; the words of the
// method's name, "the call to add member", where no one command does.
std::string SpokenMethod(absl::string_view method) {
  for (const Method& each : Methods()) {
    if (each.name == method && !each.commands.empty()) {
      return absl::StrCat("`mesolys ", each.commands.front(), "`");
    }
  }
  std::string words;
  for (const char c : method.substr(method.find('.') + 1)) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !words.empty()) words += ' ';
    words += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return Say("the call to $0", words).Render();
}

// "spiffe://mesolys/user/alice" -> "alice", "spiffe://mesolys/site/psmn" -> "the agent of psmn";
// another identity as it is.
std::string SpokenIdentity(absl::string_view identity) {
  if (!UserOf(identity).empty()) return std::string(UserOf(identity));
  if (!SiteIdOf(identity).empty()) return Say("the agent of $0", SiteIdOf(identity)).Render();
  return std::string(identity);
}

}  // namespace

const std::vector<AccessRule>& AccessTable() {
  // method, any user, roles, members, PIs above, own site
  static const auto& table = *new std::vector<AccessRule>{
      {"IdentityService.GetWhoAmI", true, {}, kNobody, false, false},
      {"IdentityService.CheckAccess", true, {}, kNobody, false, false},
      {"OfficeService.GiveRole", false, kReaders, kNobody, false, false},
      {"OfficeService.SetMode", false, {"operator"}, kNobody, false, false},
      {"OfficeService.ListEvents", false, {"operator", "auditor"}, kNobody, false, false},
      {"OfficeService.GetEvent", false, {"operator", "auditor"}, kNobody, false, false},
      {"SiteService.Get", true, {}, kNobody, false, false},
      {"SiteService.List", true, {}, kNobody, false, false},
      {"SiteService.DeclareWindow", false, {"operator"}, kNobody, false, false},
      {"SiteService.WriteOff", false, {"operator"}, kNobody, false, false},
      {"ProjectService.Create", false, {"operator"}, kNobody, false, false},
      {"ProjectService.Get", false, kReaders, kMembers, true, false},
      {"ProjectService.List", true, {}, kNobody, false, false},
      {"ProjectService.LinkAccount", false, {"operator"}, kNobody, false, false},
      {"ProjectService.UnlinkAccount", false, {"operator"}, kNobody, false, false},
      {"ProjectService.AddMember", false, {"operator"}, kPis, false, false},
      {"ProjectService.ListMembers", false, kReaders, kMembers, true, false},
      {"ProjectService.RemoveMember", false, {"operator"}, kPis, false, false},
      {"ProjectService.SetMemberCeiling", false, {"operator"}, kPis, false, false},
      {"ProjectService.Archive", false, {"operator"}, kNobody, false, false},
      {"ProjectService.Explain", false, kReaders, kMembers, true, false},
      {"RequestService.Create", false, {"operator"}, kPis, false, false},
      {"RequestService.Withdraw", false, {"operator"}, kPis, false, false},
      {"RequestService.Decide", false, {"committee", "operator"}, kNobody, false, false},
      {"RequestService.Quote", false, kReaders, kMembers, true, false},
      {"RequestService.QuoteJob", false, kReaders, kMembers, true, false},
      {"RequestService.Get", false, kReaders, kMembers, true, false},
      {"RequestService.List", false, kReaders, kMembers, true, false},
      {"GrantService.Get", false, kReaders, kMembers, true, false},
      {"GrantService.List", false, kReaders, kMembers, true, false},
      {"GrantService.Supplement", false, {"operator"}, kNobody, false, false},
      {"GrantService.Extend", false, {"operator"}, kNobody, false, false},
      {"GrantService.Transfer", false, {"operator"}, kPis, false, false},
      {"GrantService.AdjustOverdraft", false, {"operator"}, kPis, false, false},
      {"GrantService.Release", false, {"operator"}, kPis, false, false},
      {"GrantService.Move", false, {"operator"}, kPis, false, false},
      {"GrantService.Revoke", false, {"operator"}, kNobody, false, false},
      {"GrantService.WriteOffOverdraft", false, {"operator"}, kNobody, false, false},
      {"GrantService.PostOpeningBalance", false, {"operator"}, kNobody, false, false},
      {"GrantService.GetBalance", false, kReaders, kMembers, true, false},
      {"UsageService.RefundJob", false, {"operator"}, kNobody, false, false},
      {"UsageService.Import", false, {"operator"}, kNobody, false, false},
      {"UsageService.DismissRows", false, {"operator"}, kNobody, false, false},
      {"UsageService.Compare", false, {"operator", "auditor"}, kNobody, false, false},
      {"UsageService.GetComparison", false, {"operator", "auditor"}, kNobody, false, false},
      {"UsageService.ListDifferences", false, {"operator", "auditor"}, kNobody, false, false},
      {"UsageService.GetJob", false, {"operator", "auditor"}, kMembers, false, false},
      {"UsageService.ExplainJob", false, {"operator", "auditor"}, kMembers, false, false},
      {"UsageService.ListJobs", false, {"operator", "auditor"}, kMembers, false, false},
      {"UsageService.ListUnassigned", false, {"operator", "auditor"}, kNobody, false, false},
      {"AgentService.ReportUsage", false, {}, kNobody, false, true},
      {"AgentService.Synchronize", false, {}, kNobody, false, true},
      {"AgentService.TellUsage", false, {}, kNobody, false, true},
  };
  return table;
}

absl::Status CheckAccessTable(const std::vector<AccessRule>& table) {
  std::set<std::string> methods;
  for (const Method& method : Methods()) methods.insert(method.name);
  std::vector<std::string> wrong;
  for (const AccessRule& rule : table) {
    if (methods.erase(rule.method) == 0) {
      wrong.push_back(absl::StrCat(rule.method, " (no such RPC, or twice)"));
    }
  }
  for (const std::string& method : methods) wrong.push_back(absl::StrCat(method, " (no entry)"));
  if (wrong.empty()) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the access table and the RPCs differ: ", absl::StrJoin(wrong, ", ")));
}

absl::Status Authorize(const Ledger& ledger, absl::string_view identity, absl::string_view method,
                       const AccessTarget& target, absl::Time now) {
  const auto& table = AccessTable();
  const auto rule = std::find_if(table.begin(), table.end(),
                                 [&](const AccessRule& each) { return each.method == method; });
  if (rule == table.end()) return absl::InternalError(absl::StrCat(method, " has no access rule"));
  const absl::string_view user = UserOf(identity);
  if (!user.empty()) {
    if (rule->any_user) return absl::OkStatus();
    for (const std::string& role : rule->roles) {
      if (ledger.HasRole(user, role)) return absl::OkStatus();
    }
    const ProjectEntry* entry = ledger.FindProject(target.project);
    if (entry != nullptr && IsMember(*entry, user, rule->members, now)) return absl::OkStatus();
    if (entry != nullptr && rule->above && LeadsAbove(ledger, *entry, user, now)) {
      return absl::OkStatus();
    }
  } else if (rule->own_site && !target.site.empty() && SiteIdOf(identity) == target.site) {
    return absl::OkStatus();
  }
  const std::string who = rule->any_user ? SayLater("any person") : WhoCould(*rule);
  return Refuse(Reason::kNotAllowed,
                Say("$0 may not use $1 here; allowed: $2", SpokenIdentity(identity),
                    SpokenMethod(method), who),
                {{"identity", std::string(identity)}, {"method", std::string(method)}});
}

}  // namespace mesolys
