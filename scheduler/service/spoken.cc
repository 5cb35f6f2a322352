#include "scheduler/service/spoken.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "scheduler/core/identity.h"

namespace mesolys {
namespace {

const std::map<absl::string_view, absl::string_view>& Commands() {
  static const auto& commands = *new std::map<absl::string_view, absl::string_view>{
      {"GetWhoAmI", "whoami"},
      {"GetSite", "site show"},
      {"ListSites", "site list"},
      {"CreateProject", "project create"},
      {"GetProject", "project show"},
      {"ListProjects", "project list"},
      {"LinkAccount", "project link"},
      {"AddMember", "member add"},
      {"ListMembers", "member list"},
      {"CreateRequest", "request create"},
      {"GetRequest", "request show"},
      {"ListRequests", "request list"},
      {"GetGrant", "grant show"},
      {"ListGrants", "grant list"},
      {"SupplementGrant", "grant supplement"},
      {"ExtendGrant", "grant extend"},
      {"TransferHours", "grant transfer"},
      {"AdjustOverdraft", "grant adjust"},
      {"ReleaseHours", "grant release"},
      {"RevokeGrant", "grant revoke"},
      {"WriteOffOverdraft", "grant write-off"},
      {"PostOpeningBalance", "grant opening-balance"},
      {"RefundJob", "usage refund"},
      {"GetJob", "usage show"},
      {"DeclareWindow", "site incident"},
      {"WriteOffSite", "site write-off"},
      {"RemoveMember", "member remove"},
      {"ArchiveProject", "project archive"},
      {"GiveRole", "role give"},
      {"SetMode", "config read-only"},
      {"Explain", "why"},
      {"ListEvents", "audit list"},
      {"GetEvent", "audit show"},
      {"GetBalance", "balance"},
      {"ListJobs", "usage list"},
      {"ListUnassigned", "usage list --unassigned"},
  };
  return commands;
}

}  // namespace

std::string SpokenMethod(absl::string_view method) {
  absl::string_view name = method.substr(method.find('.') + 1);
  if (absl::ConsumePrefix(&method, "AllocationService.")) {
    const auto found = Commands().find(name);
    if (found != Commands().end()) return absl::StrCat("`mesolys ", found->second, "`");
  }
  std::string words = "the call to";
  for (const char c : name) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c))) words += ' ';
    words += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return words;
}

std::string SpokenIdentity(absl::string_view identity) {
  if (!UserOf(identity).empty()) return std::string(UserOf(identity));
  if (!SiteIdOf(identity).empty()) return absl::StrCat("the agent of ", SiteIdOf(identity));
  return std::string(identity);
}

}  // namespace mesolys
