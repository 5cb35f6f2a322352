#include "proto/values/commands.h"

namespace mesolys {

const std::vector<CommandCall>& CommandCalls() {
  static const auto& calls = *new std::vector<CommandCall>{
      {"audit list", "AllocationService.ListEvents", false},
      {"audit reconcile", "AllocationService.CompareUsage", false},
      {"audit show", "AllocationService.GetEvent", false},
      {"balance", "AllocationService.GetBalance", true},
      {"can-i", "AllocationService.CheckAccess", false},
      {"config read-only", "AllocationService.SetMode", false},
      {"grant adjust", "AllocationService.AdjustOverdraft", true},
      {"grant extend", "AllocationService.ExtendGrant", true},
      {"grant list", "AllocationService.ListGrants", true},
      {"grant opening-balance", "AllocationService.PostOpeningBalance", true},
      {"grant release", "AllocationService.ReleaseHours", true},
      {"grant revoke", "AllocationService.RevokeGrant", true},
      {"grant show", "AllocationService.GetGrant", true},
      {"grant supplement", "AllocationService.SupplementGrant", true},
      {"grant transfer", "AllocationService.TransferHours", true},
      {"grant write-off", "AllocationService.WriteOffOverdraft", true},
      {"member add", "AllocationService.AddMember", true},
      {"member limit", "AllocationService.SetMemberCeiling", true},
      {"member list", "AllocationService.ListMembers", true},
      {"member remove", "AllocationService.RemoveMember", true},
      {"project archive", "AllocationService.ArchiveProject", true},
      {"project create", "AllocationService.CreateProject", false},
      {"project link", "AllocationService.LinkAccount", true},
      {"project list", "AllocationService.ListProjects", false},
      {"project show", "AllocationService.GetProject", true},
      {"project unlink", "AllocationService.UnlinkAccount", true},
      {"quote", "AllocationService.Quote", true},
      {"request create", "AllocationService.CreateRequest", true},
      {"request decide", "AllocationService.DecideRequest", true},
      {"request list", "AllocationService.ListRequests", true},
      {"request show", "AllocationService.GetRequest", true},
      {"request withdraw", "AllocationService.WithdrawRequest", true},
      {"role give", "AllocationService.GiveRole", false},
      {"role take", "AllocationService.GiveRole", false},
      {"site incident", "AllocationService.DeclareWindow", false},
      {"site list", "AllocationService.ListSites", false},
      {"site maintenance", "AllocationService.DeclareWindow", false},
      {"site show", "AllocationService.GetSite", false},
      {"site write-off", "AllocationService.WriteOffSite", false},
      {"usage import", "AllocationService.ImportUsage", false},
      {"usage list", "AllocationService.ListJobs", true},
      {"usage list --unassigned", "AllocationService.ListUnassigned", false},
      {"usage refund", "AllocationService.RefundJob", false},
      {"usage show", "AllocationService.GetJob", true},
      {"whoami", "AllocationService.GetWhoAmI", false},
      {"why", "AllocationService.Explain", true},
  };
  return calls;
}

}  // namespace mesolys
