// `mesolys config read-only on|off`: whether the scheduler takes changes.

#include <memory>
#include <string>

#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/office.pb.h"

namespace mesolys::client {
namespace {

struct ModeOptions {
  std::string mode;
  std::string reason;
};

std::string Sentence(const v1::Mode& mode, bool dry_run) {
  if (dry_run) {
    return mode.read_only() ? Tr("the scheduler would take no changes; use is still recorded")
                            : Tr("the scheduler would take changes");
  }
  return mode.read_only() ? Tr("the scheduler takes no changes; use is still recorded")
                          : Tr("the scheduler takes changes");
}

absl::Status SetReadOnly(Session& session, const ModeOptions& options) {
  if (options.mode != "on" && options.mode != "off") {
    return absl::InvalidArgumentError(Tr("read-only is on or off"));
  }
  v1::SetModeRequest request;
  request.mutable_mode()->set_read_only(options.mode == "on");
  request.mutable_mode()->set_reason(options.reason);
  v1::Mode mode;
  if (absl::Status status = session.Change(request, mode); !status.ok()) return status;
  session.Say(Sentence(mode, session.dry_run()));
  Table table{"mode", {{"read_only", Tr("READ-ONLY")}, {"reason", Tr("BECAUSE")}}, {}, true};
  table.rows.push_back({TextCell(options.mode), TextCell(mode.reason())});
  session.Print({{table}, {}});
  return absl::OkStatus();
}

}  // namespace

void AddConfig(CommandTree& tree) {
  CLI::App& noun = tree.Noun("config", Tr("The scheduler itself"));
  auto options = std::make_shared<ModeOptions>();
  tree.Change(noun, "read-only",
              Tr("Stop changes, or allow them again; use is recorded either way"),
              {"mesolys config read-only on --reason \"Moving house\""},
              [options](Session& session) { return SetReadOnly(session, *options); })
      .Argument("MODE", &options->mode, Tr("on or off"))
      .RequiredOption("--reason", "TEXT", &options->reason, Tr("Why; shown to who is refused"));
}

}  // namespace mesolys::client
