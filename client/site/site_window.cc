// `mesolys site incident|maintenance`.

#include "client/site/site_window.h"

#include <memory>
#include <string>
#include <vector>

#include "client/frame/arguments.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "client/usage/comparison.h"
#include "mesolys/v1/values.pb.h"
#include "proto/runtime/convert.h"

namespace mesolys::client {
namespace {

struct WindowOptions {
  std::string site;
  std::string from;
  std::string to;
  std::string title;
};

std::vector<Column> WindowColumns() {
  return {{"site", ""},           {"number", Tr("NUMBER"), true},
          {"kind", Tr("WINDOW")}, {"start_time", Tr("FROM")},
          {"end_time", Tr("TO")}, {"title", Tr("TITLE")}};
}

std::vector<Cell> WindowRow(const v1::SiteWindow& window, const absl::TimeZone& zone) {
  const v1::Period& period = window.period();
  return {NameCell(window.site()),
          NumberCell(window.number()),
          StateCell(v1::SiteWindow::Kind_Name(window.kind())),
          MinuteCell(period.has_start_time(), period.start_time(), zone),
          MinuteCell(period.has_end_time(), period.end_time(), zone),
          TextCell(window.title())};
}

std::string Outcome(const std::string& site, v1::SiteWindow::Kind kind, bool dry_run) {
  if (kind == v1::SiteWindow::INCIDENT) {
    return dry_run
               ? Tr("an incident of $0 would be declared: what jobs lost in it is given back", site)
               : Tr("an incident of $0 is declared: what jobs lost in it is given back", site);
  }
  return dry_run
             ? Tr("maintenance of $0 would be declared: no capacity is promised within it", site)
             : Tr("maintenance of $0 is declared: no capacity is promised within it", site);
}

absl::Status Declare(Session& session, const WindowOptions& options, v1::SiteWindow::Kind kind) {
  const absl::StatusOr<std::string> site = ParseSite(options.site);
  if (!site.ok()) return site.status();
  const absl::StatusOr<Period> period = ParseAccountedPeriod(session, options.from, options.to);
  if (!period.ok()) return period.status();
  v1::DeclareWindowRequest request;
  v1::SiteWindow& wanted = *request.mutable_window();
  wanted.set_site(*site);
  wanted.set_kind(kind);
  *wanted.mutable_period() = ToProto(*period);
  wanted.set_title(options.title);
  v1::SiteWindow window;
  if (absl::Status status = session.Change(request, window); !status.ok()) return status;
  Table table{"window", WindowColumns(), {WindowRow(window, session.zone())}, /*single=*/true};
  table.columns[0].heading = Tr("SITE");
  session.Print({{table}, {}});
  session.Say(Outcome(ShortName(*site), kind, session.dry_run()));
  return absl::OkStatus();
}

void AddKind(CommandTree& tree, CLI::App& noun, v1::SiteWindow::Kind kind, const std::string& name,
             const std::string& description, const std::string& example) {
  auto options = std::make_shared<WindowOptions>();
  tree.Change(noun, name, description, {example},
              [options, kind](Session& session) { return Declare(session, *options, kind); })
      .Argument("SITE", &options->site, Tr("Its id"))
      .RequiredOption("--from", "TIME", &options->from, Tr("2026-12-01 or 2026-12-01T08:00, local"))
      .RequiredOption("--to", "TIME", &options->to, Tr("The first moment after it"))
      .RequiredOption("--title", "TEXT", &options->title, Tr("What happened, or will be done"));
}

}  // namespace

Table WindowsTable(const google::protobuf::RepeatedPtrField<v1::SiteWindow>& windows,
                   const absl::TimeZone& zone) {
  Table table{"windows", WindowColumns(), {}};
  for (const v1::SiteWindow& window : windows) table.rows.push_back(WindowRow(window, zone));
  table.for_people = !table.rows.empty();
  return table;
}

void AddSiteWindow(CommandTree& tree, CLI::App& noun) {
  AddKind(tree, noun, v1::SiteWindow::INCIDENT, "incident",
          Tr("Declare an incident: what jobs lost in it is given back"),
          "mesolys site incident psmn --from 2026-11-20T14:00 --to 2026-11-20T18:30 "
          "--title \"The cooling failed\"");
  AddKind(tree, noun, v1::SiteWindow::MAINTENANCE, "maintenance",
          Tr("Declare a maintenance: no capacity is promised within it"),
          "mesolys site maintenance psmn --from 2026-12-01 --to 2026-12-03 "
          "--title \"New switches\"");
}

}  // namespace mesolys::client
