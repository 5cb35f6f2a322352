// `mesolys can-i COMMAND [PROJECT]`: whether the caller may give a command.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/frame/suggestion.h"
#include "client/language/language.h"
#include "client/session/failure.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/identity.pb.h"
#include "proto/runtime/methods.h"
#include "proto/values/quoted.h"

namespace mesolys::client {
namespace {

struct AccessOptions {
  std::string first;
  std::string second;
  std::string third;
};

// Null for none.
const Method* Find(const std::string& command) {
  for (const Method& method : Methods()) {
    for (const std::string& each : method.commands) {
      if (each == command) return &method;
    }
  }
  return nullptr;
}

absl::Status NoSuchCommand(const std::string& command) {
  std::vector<std::string> known;
  for (const Method& method : Methods()) {
    known.insert(known.end(), method.commands.begin(), method.commands.end());
  }
  const std::string closest = Closest(command, known);
  return absl::InvalidArgumentError(
      closest.empty() ? Tr("$0 is not a command; see mesolys --help", Quoted(command))
                      : Tr("$0 is not a command; did you mean $1?", Quoted(command), closest));
}

// "proj_a/g17" and "proj_a/r5" are of proj_a.
absl::StatusOr<std::string> ProjectIn(const std::string& text) {
  return ParseProject(text.substr(0, text.find('/')));
}

absl::Status Ask(Session& session, const AccessOptions& options) {
  // A command is a noun and a verb, or one word.
  const std::string both = absl::StrCat(options.first, " ", options.second);
  const Method* call = options.second.empty() ? nullptr : Find(both);
  std::string command = both;
  std::string target = options.third;
  if (call == nullptr) {
    call = Find(options.first);
    command = options.first;
    target = options.second;
    const bool two_words = call == nullptr || !options.third.empty();
    if (two_words) return NoSuchCommand(options.second.empty() ? options.first : both);
  }
  v1::CheckAccessRequest request;
  request.set_method(call->name);
  if (call->of_project != !target.empty()) {
    return absl::InvalidArgumentError(
        call->of_project ? Tr("of which project? mesolys can-i $0 PROJECT", command)
                         : Tr("$0 is of no project; leave $1 out", command, Quoted(target)));
  }
  if (call->of_project) {
    const absl::StatusOr<std::string> project = ProjectIn(target);
    if (!project.ok()) return project.status();
    request.set_project(*project);
  }
  v1::CheckAccessResponse answer;
  if (absl::Status status = session.Read(request, answer); !status.ok()) return status;
  Table table{
      "access",
      {{"command", ""}, {"project", ""}, {"allowed", Tr("ALLOWED")}, {"sentence", Tr("BECAUSE")}},
      {{TextCell(command), NameCell(request.project()),
        Cell{answer.allowed() ? Tr("yes") : Tr("no"), answer.allowed(),
             answer.allowed() ? Tone::kGood : Tone::kBad},
        ToldCell(answer.sentence())}},
      /*single=*/true};
  session.Print({{table}, {}});
  if (answer.allowed()) return absl::OkStatus();
  return AsPrinted(WithExit(absl::PermissionDeniedError(answer.sentence()), ExitCode::kNotAllowed));
}

}  // namespace

void AddCanI(CommandTree& tree) {
  auto options = std::make_shared<AccessOptions>();
  tree.Read(tree.root(), "can-i", Tr("Whether you may give a command; exit code 5 when not"),
            {"mesolys can-i request create proj_a", "mesolys can-i balance proj_a",
             "mesolys can-i role give"},
            [options](Session& session) { return Ask(session, *options); })
      .Argument("NOUN", &options->first, Tr("A command, as it is written: grant extend, balance"))
      .Argument("VERB", &options->second, "", /*required=*/false)
      .Argument("PROJECT", &options->third, Tr("Where it speaks of one"), /*required=*/false);
}

}  // namespace mesolys::client
