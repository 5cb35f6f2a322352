// `mesolys site list|show|write-off`: the datacentres and what they can give. The verbs that
// declare windows are in site_window.cc.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/arguments.h"
#include "client/cells.h"
#include "client/command_tree.h"
#include "client/grant_change.h"
#include "client/pages.h"
#include "client/session.h"
#include "client/site_window.h"
#include "client/terminal_text.h"
#include "client/usage_import.h"
#include "mesolys/v1/allocation_service.pb.h"

namespace mesolys {
namespace {

struct WriteOffOptions {
  std::string site;
  std::string reason;
};

const std::vector<Column>& SiteColumns() {
  static const auto& columns =
      *new std::vector<Column>{{"name", "SITE"},
                               {"title", "TITLE"},
                               {"clusters", "CLUSTERS"},
                               {"certifications", "CERTIFICATIONS"},
                               {"pue_milli", "PUE", true},
                               {"agent_last_seen_time", "AGENT SEEN"},
                               {"agent_version", ""},
                               {"generation_wanted", ""},
                               {"generation_in_force", ""},
                               {"spool_record_count", "WAITING RECORDS", true},
                               {"spool_age_seconds", ""},
                               {"quarantined_count", "QUARANTINED", true},
                               {"clock_skew_seconds", ""},
                               {"shortfall", "SHORT OF"},
                               {"problem", "PROBLEM"}};
  return columns;
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
  if (seen.text.empty()) seen = {"never", nullptr, Tone::kWarning};
  Cell problem = TextCell(agent.problem());
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
          NumberCell(agent.clock_skew().seconds()),
          shortfall,
          problem};
}

absl::Status List(Session& session) {
  const auto sites = ReadPages(session, v1::ListSitesRequest(), &v1::ListSitesResponse::sites);
  if (!sites.ok()) return sites.status();
  Table table{"sites", SiteColumns(), {}};
  for (const v1::Site& site : *sites) table.rows.push_back(SiteRow(site, session.zone()));
  session.Print({{table}, {}});
  return absl::OkStatus();
}

Table ExposuresTable(const v1::Site& site) {
  Table table{"exposures",
              {{"resource", "RESOURCE"},
               {"spendable_base_units", "MAY SPEND UNSEEN", true},
               {"awaited_base_units", "AWAITED", true}},
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
              {{"resource", "RESOURCE"},
               {"promised_count", "PROMISED", true},
               {"available_count", "AVAILABLE", true},
               {"shortfall_count", "SHORT OF", true},
               {"total_count", "TOTAL", true},
               {"down_count", "DOWN", true},
               {"drained_count", "DRAINED", true},
               {"maintenance_count", "MAINTENANCE", true},
               {"reserved_count", "RESERVED", true},
               {"node_count", "NODES", true},
               {"node_available_count", "", true},
               {"node_down_count", "", true},
               {"node_drained_count", "", true},
               {"node_maintenance_count", "", true},
               {"node_reserved_count", "", true},
               {"observe_time", "READ"}},
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

absl::Status Show(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> name = ParseSite(text);
  if (!name.ok()) return name.status();
  v1::GetSiteRequest request;
  request.set_name(*name);
  v1::Site site;
  if (absl::Status status = session.Read(request, site); !status.ok()) return status;
  Table one{"site", SiteColumns(), {SiteRow(site, session.zone())}, /*single=*/true};
  Table capacities{"capacities",
                   {{"resource", "RESOURCE"},
                    {"month", "MONTH"},
                    {"capacity_base_units", "CAPACITY", true},
                    {"granted_base_units", "GRANTED", true},
                    {"", "USE"}},
                   {}};
  for (const v1::SiteCapacity& capacity : site.capacities()) {
    const std::string bar =
        Bar(capacity.granted_base_units(), 0, capacity.capacity_base_units(), session.look().utf8);
    capacities.rows.push_back({TextCell(capacity.resource()), TextCell(capacity.month()),
                               AmountCell(capacity.resource(), capacity.capacity_base_units()),
                               AmountCell(capacity.resource(), capacity.granted_base_units()),
                               Cell{bar, nullptr}});
  }
  session.Print(
      {{one, capacities, MeansTable(site, session.zone()), ExposuresTable(site),
        WindowsTable(site.windows(), session.zone()), ImportsTable(site.imports(), session.zone())},
       {}});
  return absl::OkStatus();
}

Table AtRiskTable(const v1::WriteOffSiteResponse& answer) {
  Table table{
      "at_risk",
      {{"grant", "GRANT"}, {"resource", "RESOURCE"}, {"amount_base_units", "AT RISK", true}},
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
  const absl::Status confirmed =
      session.Confirm(absl::StrCat("what ", ShortName(*site),
                                   " was told to give up will go to others although it "
                                   "may still spend it (--dry-run tells how much)"),
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
  session.Say(absl::StrCat("nothing ", session.dry_run() ? "would wait" : "waits", " for ",
                           ShortName(*site), " any more"));
  return absl::OkStatus();
}

}  // namespace

void AddSite(CommandTree& tree) {
  CLI::App& noun = tree.Noun("site", "The datacentres: what they can give, how their agents are");
  tree.Read(noun, "list", "All sites", {"mesolys site list"}, List);
  auto name = std::make_shared<std::string>();
  tree.Read(noun, "show", "One site, with its capacity month by month", {"mesolys site show psmn"},
            [name](Session& session) { return Show(session, *name); })
      .Argument("SITE", name.get(), "Its id");
  AddSiteWindow(tree, noun);
  auto options = std::make_shared<WriteOffOptions>();
  tree.Destroy(noun, "write-off",
               "Go on without the confirmations that a silent site owes; asks for its name",
               {"mesolys site write-off psmn --reason \"Flooded; nobody answers\"",
                "mesolys site write-off psmn --reason TEXT --dry-run"},
               [options](Session& session) { return WriteOff(session, *options); })
      .Argument("SITE", &options->site, "Its id")
      .RequiredOption("--reason", "TEXT", &options->reason, "Why; kept with the entries");
}

}  // namespace mesolys
