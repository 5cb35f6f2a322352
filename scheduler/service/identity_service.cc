// IdentityService: who calls, and what they may do.

#include <algorithm>

#include "mesolys/v1/identity.grpc.pb.h"
#include "mesolys/v1/project.pb.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/services.h"

namespace mesolys {
namespace {

absl::Status ReadWhoAmI(const Reading& reading, const v1::GetWhoAmIRequest&, v1::WhoAmI& out) {
  out.set_identity(reading.identity);
  const std::string user(UserOf(reading.identity));
  for (const std::string& role : reading.ledger.RolesOf(user)) out.add_roles(role);
  for (const auto& [id, entry] : reading.ledger.projects()) {
    const auto member = entry.members.find(user);
    if (member == entry.members.end()) continue;
    v1::Membership& membership = *out.add_memberships();
    membership.set_project(ProjectName(id));
    membership.set_role(static_cast<v1::Member::Role>(member->second.member.role));
  }
  return absl::OkStatus();
}

absl::Status ReadAccess(const Reading& reading, const v1::CheckAccessRequest& in,
                        v1::CheckAccessResponse& out) {
  const auto& table = AccessTable();
  const bool known = std::any_of(table.begin(), table.end(), [&](const AccessRule& rule) {
    return rule.method == in.method();
  });
  if (!known) {
    return Refuse(
        Reason::kInvalidArgument,
        Say("there is no method \"$0\"; right is one of the service, GrantService.GetBalance",
            in.method()));
  }
  AccessTarget target;
  if (!in.project().empty()) {
    absl::StatusOr<std::string> project = ParseProjectName(in.project());
    if (!project.ok()) return project.status();
    target.project = *std::move(project);
  }
  const absl::Status allowed =
      Authorize(reading.ledger, reading.identity, in.method(), target, reading.now);
  out.set_allowed(allowed.ok());
  out.set_sentence(std::string(allowed.message()));
  return absl::OkStatus();
}

class IdentityService final : public v1::IdentityService::CallbackService, Handlers {
 public:
  using Handlers::Handlers;

  Reactor* GetWhoAmI(Context* context, const v1::GetWhoAmIRequest* in, v1::WhoAmI* out) override {
    return Look(context, Everything(), *in, *out, ReadWhoAmI);
  }
  Reactor* CheckAccess(Context* context, const v1::CheckAccessRequest* in,
                       v1::CheckAccessResponse* out) override {
    return Look(context, Everything(), *in, *out, ReadAccess);
  }
};

}  // namespace

std::unique_ptr<grpc::Service> NewIdentityService(const ServiceNeeds& needs) {
  return std::make_unique<IdentityService>(needs);
}

}  // namespace mesolys
