// `mesolys role give|take`: roles of the whole mesocentre.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cells.h"
#include "client/command_tree.h"
#include "client/session.h"
#include "mesolys/v1/allocation_service.pb.h"

namespace mesolys {
namespace {

struct Options {
  std::string user;
  std::string role;
  std::string reason;
};

absl::Status Give(Session& session, const Options& options, bool taken) {
  v1::GiveRoleRequest request;
  request.set_user(options.user);
  request.set_role(options.role);
  request.set_taken(taken);
  request.set_reason(options.reason);
  v1::GiveRoleResponse response;
  if (absl::Status status = session.Change(request, response); !status.ok()) return status;
  const std::string verb = session.dry_run() ? (taken ? " would lose " : " would get ")
                                             : (taken ? " has lost " : " has got ");
  session.Say(response.changed()
                  ? absl::StrCat(options.user, verb, "the role ", options.role)
                  : absl::StrCat("nothing changed: ", options.user, taken ? " is not " : " is ",
                                 options.role, " already"));
  Table table{"role", {{"user", "USER"}, {"role", "ROLE"}, {"held", "HOLDS IT"}}, {}, true};
  table.rows.push_back(
      {TextCell(options.user), TextCell(options.role), TextCell(taken ? "no" : "yes")});
  session.Print({{table}, {}});
  return absl::OkStatus();
}

void AddVerb(CommandTree& tree, CLI::App& noun, bool taken) {
  auto options = std::make_shared<Options>();
  const std::string name = taken ? "take" : "give";
  tree.Change(noun, name,
              taken ? "Take a role from a person; only who holds it can"
                    : "Give a role to a person; only who holds it can",
              {absl::StrCat("mesolys role ", name, " rosa auditor --reason \"Decided on Monday\"")},
              [options, taken](Session& session) { return Give(session, *options, taken); })
      .Argument("USER", &options->user, "Their user id")
      .Argument("ROLE", &options->role, "operator, committee, auditor, officer or reviewer")
      .RequiredOption("--reason", "TEXT", &options->reason, "Why; kept with the entry");
}

}  // namespace

void AddRole(CommandTree& tree) {
  CLI::App& noun = tree.Noun("role", "Roles of the whole mesocentre");
  AddVerb(tree, noun, /*taken=*/false);
  AddVerb(tree, noun, /*taken=*/true);
}

}  // namespace mesolys
