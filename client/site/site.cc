// `mesolys site list|show|write-off`: the datacentres and what they can give. The verbs that
// declare windows are in site_window.cc.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/grant/grant.h"
#include "client/language/language.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "client/show/terminal_text.h"
#include "client/site/site_window.h"
#include "client/site/unsettled.h"
#include "client/usage/usage_import.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/site.pb.h"

namespace mesolys::client {
namespace {

struct WriteOffOptions {
  std::string site;
  std::string reason;
};

std::vector<Column> SiteColumns() {
  return {{"name", Tr("SITE")},
          {"title", Tr("TITLE"), false, false, 3},
          {"clusters", Tr("CLUSTERS"), false, false, 2},
          {"certifications", Tr("CERTIFICATIONS"), false, false, 4},
          {"pue_milli", Tr("PUE"), true, false, 5},
          {"agent_last_seen_time", Tr("AGENT SEEN")},
          {"agent_version", ""},
          {"generation_wanted", ""},
          {"generation_in_force", ""},
          {"spool_record_count", Tr("WAITING RECORDS"), true},
          {"spool_age_seconds", ""},
          {"quarantined_count", Tr("QUARANTINED"), true},
          {"drift_count", Tr("DRIFT"), true},
          {"runaway_count", Tr("RUNAWAY"), true},
          {"beyond_limit_count", Tr("BEYOND LIMIT"), true},
          {"held_row_count", Tr("HELD ROWS"), true},
          {"clock_skew_seconds", ""},
          {"shortfall", Tr("SHORT OF")},
          {"problem", Tr("PROBLEM")}};
}

// Nothing for people where there is nothing to worry about.
Cell CountCell(int64_t count) {
  Cell cell = NumberCell(count);
  if (count == 0) cell.text.clear();
  cell.tone = Tone::kWarning;
  return cell;
}

int64_t TotalOf(const v1::MeansCount& count) {
  return count.available_count() + count.down_count() + count.drained_count() +
         count.maintenance_count() + count.reserved_count();
}

int64_t ShortfallOf(const v1::ResourceMeans& means) {
  return std::max<int64_t>(0, means.promised_count() - means.units().available_count());
}

// "600 cpu, 8 gpu-a100"; nothing where everything that is promised is there.
std::string ShortfallText(const v1::SiteMeans& means) {
  std::string text;
  for (const v1::ResourceMeans& each : means.resources()) {
    const int64_t shortfall = ShortfallOf(each);
    if (shortfall == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", shortfall, " ", each.resource());
  }
  return text;
}

std::vector<Cell> SiteRow(const v1::Site& site, const absl::TimeZone& zone) {
  const v1::AgentStatus& agent = site.agent();
  const int pue = site.pue_milli();
  Cell pue_cell{pue == 0 ? "" : absl::StrFormat("%d.%03d", pue / 1000, pue % 1000), pue};
  if (pue == 0) pue_cell.value = nullptr;
  Cell seen = MinuteCell(agent.has_last_seen_time(), agent.last_seen_time(), zone);
  if (seen.text.empty()) seen = {Tr("never"), nullptr, Tone::kWarning};
  Cell problem = ToldCell(agent.problem());
  problem.tone = Tone::kBad;
  Cell shortfall = TextCell(ShortfallText(site.means()));
  shortfall.tone = Tone::kBad;
  return {NameCell(site.name()),
          TextCell(site.title()),
          TextsCell({site.clusters().begin(), site.clusters().end()}),
          TextsCell({site.certifications().begin(), site.certifications().end()}),
          pue_cell,
          seen,
          TextCell(agent.version()),
          NumberCell(agent.generation_wanted()),
          NumberCell(agent.generation_in_force()),
          CountCell(agent.spool_record_count()),
          NumberCell(agent.spool_age().seconds()),
          CountCell(agent.quarantined_count()),
          CountCell(agent.drift_count()),
          CountCell(agent.runaway_count()),
          CountCell(agent.beyond_limit_count()),
          CountCell(agent.held_row_count()),
          NumberCell(agent.clock_skew().seconds()),
          shortfall,
          problem};
}

absl::Status ListSites(Session& session) {
  const auto sites = ReadPages(session, v1::ListSitesRequest(), &v1::ListSitesResponse::sites);
  if (!sites.ok()) return sites.status();
  Table table{"sites", SiteColumns(), {}};
  for (const v1::Site& site : *sites) table.rows.push_back(SiteRow(site, session.zone()));
  session.Print({{table}, {}});
  return absl::OkStatus();
}

Table ExposuresTable(const v1::Site& site) {
  Table table{"exposures",
              {{"resource", Tr("RESOURCE")},
               {"spendable_base_units", Tr("MAY SPEND UNSEEN"), true},
               {"awaited_base_units", Tr("AWAITED"), true}},
              {}};
  for (const v1::SiteExposure& exposure : site.exposures()) {
    Cell awaited = AmountCellUnlessZero(exposure.resource(), exposure.awaited_base_units());
    awaited.tone = Tone::kWarning;
    table.rows.push_back({TextCell(exposure.resource()),
                          AmountCell(exposure.resource(), exposure.spendable_base_units()),
                          awaited});
  }
  table.for_people = !table.rows.empty();
  return table;
}

// What the site really has, beside what is promised of it.
Table MeansTable(const v1::Site& site, const absl::TimeZone& zone) {
  Table table{"means",
              {{"resource", Tr("RESOURCE")},
               {"promised_count", Tr("PROMISED"), true},
               {"available_count", Tr("AVAILABLE"), true},
               {"shortfall_count", Tr("SHORT OF"), true},
               {"total_count", Tr("TOTAL"), true},
               {"down_count", Tr("DOWN"), true},
               {"drained_count", Tr("DRAINED"), true},
               {"maintenance_count", Tr("MAINTENANCE"), true, false, 2},
               {"reserved_count", Tr("RESERVED"), true, false, 3},
               {"node_count", Tr("NODES"), true, false, 4},
               {"node_available_count", "", true},
               {"node_down_count", "", true},
               {"node_drained_count", "", true},
               {"node_maintenance_count", "", true},
               {"node_reserved_count", "", true},
               {"observe_time", Tr("READ"), false, false, 1}},
              {}};
  for (const v1::ResourceMeans& means : site.means().resources()) {
    const v1::MeansCount& units = means.units();
    const v1::MeansCount& nodes = means.nodes();
    Cell shortfall = CountCell(ShortfallOf(means));
    shortfall.tone = Tone::kBad;
    table.rows.push_back(
        {TextCell(means.resource()), NumberCell(means.promised_count()),
         NumberCell(units.available_count()), shortfall, NumberCell(TotalOf(units)),
         CountCell(units.down_count()), CountCell(units.drained_count()),
         CountCell(units.maintenance_count()), CountCell(units.reserved_count()),
         NumberCell(TotalOf(nodes)), NumberCell(nodes.available_count()),
         NumberCell(nodes.down_count()), NumberCell(nodes.drained_count()),
         NumberCell(nodes.maintenance_count()), NumberCell(nodes.reserved_count()),
         MinuteCell(site.means().has_observe_time(), site.means().observe_time(), zone)});
  }
  table.for_people = !table.rows.empty();
  return table;
}

// What Slurm there calls by other names than its resources.
Table GpuNamesTable(const v1::Site& site) {
  Table table{
      "gpu_names",
      {{"type", Tr("GPU TYPE")}, {"resource", Tr("RESOURCE")}, {"share", Tr("SHARE"), true}},
      {}};
  const std::map<std::string, v1::GpuPart> sorted(site.gpu_names().begin(), site.gpu_names().end());
  for (const auto& [name, part] : sorted) {
    const std::string share = part.whole() == 1 ? absl::StrCat(part.parts())
                                                : absl::StrCat(part.parts(), "/", part.whole());
    table.rows.push_back({TextCell(name), TextCell(part.resource()), TextCell(share)});
  }
  table.for_people = !table.rows.empty();
  return table;
}

absl::Status ShowSite(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> name = ParseSite(text);
  if (!name.ok()) return name.status();
  v1::GetSiteRequest request;
  request.set_name(*name);
  v1::Site site;
  if (absl::Status status = session.Read(request, site); !status.ok()) return status;
  Table one{"site", SiteColumns(), {SiteRow(site, session.zone())}, /*single=*/true};
  Table capacities{"capacities",
                   {{"resource", Tr("RESOURCE")},
                    {"month", Tr("MONTH")},
                    {"capacity_base_units", Tr("CAPACITY"), true},
                    {"granted_base_units", Tr("GRANTED"), true},
                    {"", Tr("USE")}},
                   {}};
  for (const v1::SiteCapacity& capacity : site.capacities()) {
    const std::string bar =
        Bar(capacity.granted_base_units(), 0, capacity.capacity_base_units(), session.look().utf8);
    capacities.rows.push_back({TextCell(capacity.resource()), TextCell(capacity.month()),
                               AmountCell(capacity.resource(), capacity.capacity_base_units()),
                               AmountCell(capacity.resource(), capacity.granted_base_units()),
                               Cell{bar, nullptr}});
  }
  session.Print({{one, capacities, MeansTable(site, session.zone()), GpuNamesTable(site),
                  ExposuresTable(site), RunawaysTable(site, session.zone()),
                  HeldRowsTable(site, session.zone()), WindowsTable(site.windows(), session.zone()),
                  ImportsTable(site.imports(), session.zone())},
                 {}});
  if (site.agent().held_rows_size() > 0) {
    session.Say(
        Tr("what a row holds back is free once it is read, or with `mesolys usage dismiss "
           "$0 $1 --reason TEXT`: then nothing will be charged for it",
           ShortName(*name), site.agent().held_rows(0).number()));
  }
  return absl::OkStatus();
}

Table AtRiskTable(const v1::WriteOffSiteResponse& answer) {
  Table table{"at_risk",
              {{"grant", Tr("GRANT")},
               {"resource", Tr("RESOURCE")},
               {"amount_base_units", Tr("AT RISK"), true}},
              {}};
  for (const v1::AtRisk& risk : answer.at_risk()) {
    Cell amount = AmountCell(risk.resource(), risk.amount_base_units());
    if (risk.amount_base_units() > 0) amount.tone = Tone::kBad;
    table.rows.push_back({NameCell(risk.grant()), TextCell(risk.resource()), amount});
  }
  return table;
}

absl::Status WriteOff(Session& session, const WriteOffOptions& options) {
  const absl::StatusOr<std::string> site = ParseSite(options.site);
  if (!site.ok()) return site.status();
  absl::Status confirmed =
      session.Confirm(Tr("what $0 was told to give up will go to others although it may still "
                         "spend it (--dry-run tells how much)",
                         ShortName(*site)),
                      ShortName(*site));
  if (!confirmed.ok()) return confirmed;
  v1::WriteOffSiteRequest request;
  request.set_site(*site);
  request.set_reason(options.reason);
  v1::WriteOffSiteResponse answer;
  if (absl::Status status = session.Change(request, answer); !status.ok()) return status;
  // An entry is of a grant at risk, or of one that received hours from it.
  std::map<std::string, std::string> resources;
  for (const v1::AtRisk& risk : answer.at_risk()) resources[risk.grant()] = risk.resource();
  const auto resource_of = [&resources](const v1::GrantChange& change) {
    const std::string& own = resources[change.grant()];
    return own.empty() ? resources[change.counterpart()] : own;
  };
  Table one{"site",
            {{"name", ""}},
            {{NameCell(answer.site())}},
            /*single=*/true,
            /*for_people=*/false};
  session.Print(
      {{one, AtRiskTable(answer), ChangesTable(answer.changes(), resource_of, session.zone())},
       {}});
  session.Say(session.dry_run() ? Tr("nothing would wait for $0 any more", ShortName(*site))
                                : Tr("nothing waits for $0 any more", ShortName(*site)));
  return absl::OkStatus();
}

}  // namespace

void AddSite(CommandTree& tree) {
  CLI::App& noun =
      tree.Noun("site", Tr("The datacentres: what they can give, how their agents are"));
  tree.Read(noun, "list", Tr("All sites"), {"mesolys site list"}, ListSites);
  auto name = std::make_shared<std::string>();
  tree.Read(noun, "show", Tr("One site, with its capacity month by month"),
            {"mesolys site show psmn"},
            [name](Session& session) { return ShowSite(session, *name); })
      .Argument("SITE", name.get(), Tr("Its id"));
  AddSiteWindow(tree, noun);
  auto options = std::make_shared<WriteOffOptions>();
  tree.Destroy(noun, "write-off",
               Tr("Go on without the confirmations that a silent site owes; asks for its name"),
               {"mesolys site write-off psmn --reason \"Flooded; nobody answers\"",
                "mesolys site write-off psmn --reason TEXT --dry-run"},
               [options](Session& session) { return WriteOff(session, *options); })
      .Argument("SITE", &options->site, Tr("Its id"))
      .RequiredOption("--reason", "TEXT", &options->reason, Tr("Why; kept with the entries"));
}

}  // namespace mesolys::client
