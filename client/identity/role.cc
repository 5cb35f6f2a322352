// `mesolys role give|take`: roles of the whole mesocentre.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/office.pb.h"

namespace mesolys::client {
namespace {

struct RoleOptions {
  std::string user;
  std::string role;
  std::string reason;
};

std::string Outcome(const RoleOptions& options, bool taken, bool changed, bool dry_run) {
  const std::string& user = options.user;
  const std::string& role = options.role;
  if (!changed) {
    return taken ? Tr("nothing changed: $0 is not $1 already", user, role)
                 : Tr("nothing changed: $0 is $1 already", user, role);
  }
  if (dry_run) {
    return taken ? Tr("$0 would lose the role $1", user, role)
                 : Tr("$0 would get the role $1", user, role);
  }
  return taken ? Tr("$0 has lost the role $1", user, role)
               : Tr("$0 has got the role $1", user, role);
}

absl::Status Give(Session& session, const RoleOptions& options, bool taken) {
  v1::GiveRoleRequest request;
  request.set_user(options.user);
  request.set_role(options.role);
  request.set_taken(taken);
  request.set_reason(options.reason);
  v1::GiveRoleResponse response;
  if (absl::Status status = session.Change(request, response); !status.ok()) return status;
  session.Say(Outcome(options, taken, response.changed(), session.dry_run()));
  Table table{
      "role", {{"user", Tr("USER")}, {"role", Tr("ROLE")}, {"held", Tr("HOLDS IT")}}, {}, true};
  table.rows.push_back({TextCell(options.user), TextCell(options.role),
                        taken ? Cell{Tr("no"), "no"} : Cell{Tr("yes"), "yes"}});
  session.Print({{table}, {}});
  return absl::OkStatus();
}

void AddVerb(CommandTree& tree, CLI::App& noun, bool taken) {
  auto options = std::make_shared<RoleOptions>();
  const std::string name = taken ? "take" : "give";
  tree.Change(noun, name,
              taken ? Tr("Take a role from a person; only who holds it can")
                    : Tr("Give a role to a person; only who holds it can"),
              {absl::StrCat("mesolys role ", name, " rosa auditor --reason \"Decided on Monday\"")},
              [options, taken](Session& session) { return Give(session, *options, taken); })
      .Argument("USER", &options->user, Tr("Their user id"))
      .Argument("ROLE", &options->role, Tr("operator, committee, auditor, officer or reviewer"))
      .RequiredOption("--reason", "TEXT", &options->reason, Tr("Why; kept with the entry"));
}

}  // namespace

void AddRole(CommandTree& tree) {
  CLI::App& noun = tree.Noun("role", Tr("Roles of the whole mesocentre"));
  AddVerb(tree, noun, /*taken=*/false);
  AddVerb(tree, noun, /*taken=*/true);
}

}  // namespace mesolys::client
