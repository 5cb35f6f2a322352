#include "scheduler/service/access_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "mesolys/v1/site_service.pb.h"
#include "proto/values/reason.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/service/spoken.h"

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

}  // namespace

const std::vector<AccessRule>& AccessTable() {
  // method, any user, roles, members, PIs above, own site
  static const auto& table = *new std::vector<AccessRule>{
      {"AllocationService.GetWhoAmI", true, {}, kNobody, false, false},
      {"AllocationService.GetSite", true, {}, kNobody, false, false},
      {"AllocationService.ListSites", true, {}, kNobody, false, false},
      {"AllocationService.CreateProject", false, {"operator"}, kNobody, false, false},
      {"AllocationService.GetProject", false, kReaders, kMembers, true, false},
      {"AllocationService.ListProjects", true, {}, kNobody, false, false},
      {"AllocationService.LinkAccount", false, {"operator"}, kNobody, false, false},
      {"AllocationService.UnlinkAccount", false, {"operator"}, kNobody, false, false},
      {"AllocationService.AddMember", false, {"operator"}, kPis, false, false},
      {"AllocationService.ListMembers", false, kReaders, kMembers, true, false},
      {"AllocationService.CreateRequest", false, {"operator"}, kPis, false, false},
      {"AllocationService.WithdrawRequest", false, {"operator"}, kPis, false, false},
      {"AllocationService.DecideRequest", false, {"committee", "operator"}, kNobody, false, false},
      {"AllocationService.Quote", false, kReaders, kMembers, true, false},
      {"AllocationService.CheckAccess", true, {}, kNobody, false, false},
      {"AllocationService.GetRequest", false, kReaders, kMembers, true, false},
      {"AllocationService.ListRequests", false, kReaders, kMembers, true, false},
      {"AllocationService.GetGrant", false, kReaders, kMembers, true, false},
      {"AllocationService.ListGrants", false, kReaders, kMembers, true, false},
      {"AllocationService.SupplementGrant", false, {"operator"}, kNobody, false, false},
      {"AllocationService.ExtendGrant", false, {"operator"}, kNobody, false, false},
      {"AllocationService.TransferHours", false, {"operator"}, kPis, false, false},
      {"AllocationService.AdjustOverdraft", false, {"operator"}, kPis, false, false},
      {"AllocationService.ReleaseHours", false, {"operator"}, kPis, false, false},
      {"AllocationService.RevokeGrant", false, {"operator"}, kNobody, false, false},
      {"AllocationService.WriteOffOverdraft", false, {"operator"}, kNobody, false, false},
      {"AllocationService.PostOpeningBalance", false, {"operator"}, kNobody, false, false},
      {"AllocationService.RefundJob", false, {"operator"}, kNobody, false, false},
      {"AllocationService.DeclareWindow", false, {"operator"}, kNobody, false, false},
      {"AllocationService.WriteOffSite", false, {"operator"}, kNobody, false, false},
      {"AllocationService.ImportUsage", false, {"operator"}, kNobody, false, false},
      {"AllocationService.CompareUsage", false, {"operator", "auditor"}, kNobody, false, false},
      {"AllocationService.GetUsageComparison",
       false,
       {"operator", "auditor"},
       kNobody,
       false,
       false},
      {"AllocationService.ListUsageDifferences",
       false,
       {"operator", "auditor"},
       kNobody,
       false,
       false},
      {"AllocationService.GetJob", false, {"operator", "auditor"}, kMembers, false, false},
      {"AllocationService.ExplainJob", false, {"operator", "auditor"}, kMembers, false, false},
      {"AllocationService.RemoveMember", false, {"operator"}, kPis, false, false},
      {"AllocationService.SetMemberCeiling", false, {"operator"}, kPis, false, false},
      {"AllocationService.ArchiveProject", false, {"operator"}, kNobody, false, false},
      {"AllocationService.GiveRole", false, kReaders, kNobody, false, false},
      {"AllocationService.SetMode", false, {"operator"}, kNobody, false, false},
      {"AllocationService.Explain", false, kReaders, kMembers, true, false},
      {"AllocationService.ListEvents", false, {"operator", "auditor"}, kNobody, false, false},
      {"AllocationService.GetEvent", false, {"operator", "auditor"}, kNobody, false, false},
      {"AllocationService.GetBalance", false, kReaders, kMembers, true, false},
      {"AllocationService.ListJobs", false, {"operator", "auditor"}, kMembers, false, false},
      {"AllocationService.ListUnassigned", false, {"operator", "auditor"}, kNobody, false, false},
      {"SiteService.ReportUsage", false, {}, kNobody, false, true},
      {"SiteService.Synchronize", false, {}, kNobody, false, true},
      {"SiteService.TellUsage", false, {}, kNobody, false, true},
  };
  return table;
}

absl::Status CheckAccessTable(const std::vector<AccessRule>& table) {
  std::set<std::string> methods;
  for (const google::protobuf::FileDescriptor* file :
       {v1::GetBalanceRequest::descriptor()->file(),
        v1::ReportUsageRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      const google::protobuf::ServiceDescriptor* service = file->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        methods.insert(absl::StrCat(service->name(), ".", service->method(m)->name()));
      }
    }
  }
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
