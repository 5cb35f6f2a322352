// `mesolys can-i COMMAND [PROJECT]`: whether the caller may give a command.

#include "client/can_i.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/arguments.h"
#include "client/cells.h"
#include "client/command_tree.h"
#include "client/failure.h"
#include "client/session.h"
#include "client/suggestion.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

struct Options {
  std::string first;
  std::string second;
  std::string third;
};

const CommandRight* Find(const std::string& command) {
  const auto& rights = CommandRights();
  const auto found = std::find_if(rights.begin(), rights.end(), [&](const CommandRight& right) {
    return right.command == command;
  });
  return found == rights.end() ? nullptr : &*found;
}

absl::Status NoSuchCommand(const std::string& command) {
  std::vector<std::string> known;
  for (const CommandRight& right : CommandRights()) known.push_back(right.command);
  const std::string closest = Closest(command, known);
  return absl::InvalidArgumentError(absl::StrCat(
      Quoted(command), " is not a command",
      closest.empty() ? "; see mesolys --help" : absl::StrCat("; did you mean ", closest, "?")));
}

// "proj_a/g17" and "proj_a/r5" are of proj_a.
absl::StatusOr<std::string> ProjectIn(const std::string& text) {
  return ParseProject(text.substr(0, text.find('/')));
}

absl::Status Ask(Session& session, const Options& options) {
  // A command is a noun and a verb, or one word.
  const std::string both = absl::StrCat(options.first, " ", options.second);
  const CommandRight* right = options.second.empty() ? nullptr : Find(both);
  std::string target = options.third;
  if (right == nullptr) {
    right = Find(options.first);
    target = options.second;
    const bool two_words = right == nullptr || !options.third.empty();
    if (two_words) return NoSuchCommand(options.second.empty() ? options.first : both);
  }
  v1::CheckAccessRequest request;
  request.set_method(right->method);
  if (right->of_project != !target.empty()) {
    return absl::InvalidArgumentError(
        right->of_project
            ? absl::StrCat("of which project? mesolys can-i ", right->command, " PROJECT")
            : absl::StrCat(right->command, " is of no project; leave ", Quoted(target), " out"));
  }
  if (right->of_project) {
    const absl::StatusOr<std::string> project = ProjectIn(target);
    if (!project.ok()) return project.status();
    request.set_project(*project);
  }
  v1::CheckAccessResponse answer;
  if (absl::Status status = session.Read(request, answer); !status.ok()) return status;
  Table table{"access",
              {{"command", ""}, {"project", ""}, {"allowed", "ALLOWED"}, {"sentence", "BECAUSE"}},
              {{TextCell(right->command), NameCell(request.project()),
                Cell{answer.allowed() ? "yes" : "no", answer.allowed(),
                     answer.allowed() ? Tone::kGood : Tone::kBad},
                TextCell(answer.sentence())}},
              /*single=*/true};
  session.Print({{table}, {}});
  if (answer.allowed()) return absl::OkStatus();
  return AsPrinted(WithExit(absl::PermissionDeniedError(answer.sentence()), ExitCode::kNotAllowed));
}

}  // namespace

const std::vector<CommandRight>& CommandRights() {
  static const auto& rights = *new std::vector<CommandRight>{
      {"audit list", "AllocationService.ListEvents", false},
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
      {"usage list", "AllocationService.ListJobs", true},
      {"usage refund", "AllocationService.RefundJob", false},
      {"usage show", "AllocationService.GetJob", true},
      {"whoami", "AllocationService.GetWhoAmI", false},
      {"why", "AllocationService.Explain", true},
  };
  return rights;
}

void AddCanI(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  tree.Read(tree.root(), "can-i", "Whether you may give a command; exit code 5 when not",
            {"mesolys can-i request create proj_a", "mesolys can-i balance proj_a",
             "mesolys can-i role give"},
            [options](Session& session) { return Ask(session, *options); })
      .Argument("NOUN", &options->first, "A command, as it is written: grant extend, balance")
      .Argument("VERB", &options->second, "", /*required=*/false)
      .Argument("PROJECT", &options->third, "Where it speaks of one", /*required=*/false);
}

}  // namespace mesolys
