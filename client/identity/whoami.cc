// `mesolys whoami`: the caller as the scheduler sees them.

#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/identity.pb.h"
#include "mesolys/v1/project.pb.h"

namespace mesolys::client {
namespace {

absl::Status ShowCaller(Session& session) {
  v1::WhoAmI who;
  if (absl::Status status = session.Read(v1::GetWhoAmIRequest(), who); !status.ok()) return status;
  Table caller{
      "caller", {{"identity", Tr("IDENTITY")}, {"roles", Tr("ROLES")}}, {}, /*single=*/true};
  caller.rows.push_back(
      {TextCell(who.identity()), TextsCell({who.roles().begin(), who.roles().end()})});
  Table memberships{"memberships", {{"project", Tr("PROJECT")}, {"role", Tr("ROLE")}}, {}};
  memberships.for_people = !who.memberships().empty();
  for (const v1::Membership& membership : who.memberships()) {
    memberships.rows.push_back(
        {NameCell(membership.project()), StateCell(v1::Member::Role_Name(membership.role()))});
  }
  session.Print({{caller, memberships}, {}});
  return absl::OkStatus();
}

}  // namespace

void AddWhoAmI(CommandTree& tree) {
  tree.Read(tree.root(), "whoami", Tr("Who the scheduler takes you for"), {"mesolys whoami"},
            ShowCaller);
}

}  // namespace mesolys::client
