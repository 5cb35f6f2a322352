// `mesolys grant list|show`, and the list that `mesolys request` shows too. The verbs that change a
// grant are in grant_life.cc.
#include "client/grant/grant.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/pages.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/values.pb.h"
#include "nlohmann/json.hpp"
#include "proto/values/names.h"

namespace mesolys::client {
namespace {

Tone ToneOf(v1::Grant::State state) {
  switch (state) {
    case v1::Grant::ACTIVE:
      return Tone::kGood;
    case v1::Grant::EXHAUSTED:
      return Tone::kWarning;
    default:
      return Tone::kPlain;
  }
}

Tone ToneOf(v1::Ceiling::State state) {
  switch (state) {
    case v1::Ceiling::ENFORCED:
      return Tone::kGood;
    case v1::Ceiling::TIGHTER:
    case v1::Ceiling::DRIFTED:
      return Tone::kWarning;
    case v1::Ceiling::FAILED:
      return Tone::kBad;
    default:
      return Tone::kPlain;
  }
}

// "psmn 30000 h, p2chpd 20000 h (failed)"; by site and base units for programs.
Cell SitesCell(const v1::Grant& grant) {
  std::vector<std::string> texts;
  nlohmann::ordered_json by_site = nlohmann::ordered_json::object();
  Tone tone = Tone::kPlain;
  for (const v1::Ceiling& ceiling : grant.ceilings()) {
    const bool wrong =
        ceiling.state() == v1::Ceiling::DRIFTED || ceiling.state() == v1::Ceiling::FAILED;
    const std::string state = StateCell(v1::Ceiling::State_Name(ceiling.state())).text;
    texts.push_back(absl::StrCat(TextCell(ceiling.site()).text, " ",
                                 AmountTextOf(grant.resource(), ceiling.wanted_base_units()),
                                 wrong ? absl::StrCat(" (", state, ")") : ""));
    if (wrong) tone = ToneOf(ceiling.state());
    by_site[ceiling.site()] = ceiling.wanted_base_units();
  }
  return {absl::StrJoin(texts, ", "), by_site, tone};
}

std::vector<Column> GrantColumns(bool single) {
  return {{"name", Tr("GRANT")},
          {"resource", Tr("RESOURCE")},
          {"amount_base_units", Tr("AMOUNT"), true},
          {"start_time", Tr("FROM"), false, false, 3},
          {"end_time", Tr("TO"), false, false, 1},
          {"state", Tr("STATE")},
          {"request", Tr("REQUEST"), false, false, 4},
          {"sites", Tr("SITES"), false, false, 2},
          {"issue_time", ""},
          {"bonus_base_units", single ? Tr("BONUS") : ""},
          {"any_of", single ? Tr("FOLLOWS ITS USE TO") : ""},
          {"sbatch", single ? Tr("IN JOB SCRIPTS") : ""}};
}

bool IsOfJobs(absl::string_view resource) {
  return resource == "cpu" || absl::StartsWith(resource, "gpu-");
}

// Of "projects/proj_a/grants/g17".
std::string ProjectOf(const v1::Grant& grant) {
  const absl::StatusOr<NumberedName> name = ParseGrantName(grant.name());
  return name.ok() ? name->project : "";
}

std::vector<Cell> GrantRow(const v1::Grant& grant, const absl::TimeZone& zone) {
  const v1::Period& period = grant.period();
  return {NameCell(grant.name()),
          TextCell(grant.resource()),
          AmountCell(grant.resource(), grant.amount_base_units()),
          DayCell(period.has_start_time(), period.start_time(), zone),
          DayCell(period.has_end_time(), period.end_time(), zone),
          StateCell(v1::Grant::State_Name(grant.state()), ToneOf(grant.state())),
          NameCell(grant.request()),
          SitesCell(grant),
          MinuteCell(grant.has_issue_time(), grant.issue_time(), zone),
          AmountCellUnlessZero(grant.resource(), grant.bonus_base_units()),
          TextsCell({grant.any_of().begin(), grant.any_of().end()}),
          TextCell(IsOfJobs(grant.resource()) ? SbatchLine(ProjectOf(grant)) : "")};
}

absl::Status ListGrants(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> project = ParseProject(text);
  if (!project.ok()) return project.status();
  v1::ListGrantsRequest request;
  request.set_project(*project);
  const auto grants = ReadPages(session, request, &v1::ListGrantsResponse::grants);
  if (!grants.ok()) return grants.status();
  session.Print({{GrantsTable({grants->begin(), grants->end()}, session.zone())}, {}});
  return absl::OkStatus();
}

Table CeilingsTable(const v1::Grant& grant) {
  Table table{"ceilings",
              {{"site", Tr("SITE")},
               {"wanted_base_units", Tr("CEILING"), true},
               {"state", Tr("STATE")},
               {"text", Tr("THE SITE SAYS")},
               {"held_base_units", Tr("STILL HELD"), true}},
              {}};
  for (const v1::Ceiling& ceiling : grant.ceilings()) {
    Cell held = AmountCell(grant.resource(), ceiling.held_base_units());
    held.tone = Tone::kWarning;
    // A site holds more only while it has not confirmed a lower ceiling.
    if (ceiling.held_base_units() <= ceiling.wanted_base_units()) held.text.clear();
    table.rows.push_back(
        {TextCell(ceiling.site()), AmountCell(grant.resource(), ceiling.wanted_base_units()),
         StateCell(v1::Ceiling::State_Name(ceiling.state()), ToneOf(ceiling.state())),
         ToldCell(ceiling.text()), held});
  }
  return table;
}

Table PlacementsTable(const v1::Grant& grant) {
  Table table{
      "placements",
      {{"site", Tr("SITE")}, {"month", Tr("MONTH")}, {"amount_base_units", Tr("PROMISED"), true}},
      {}};
  for (const v1::Placement& placement : grant.placements()) {
    table.rows.push_back({TextCell(placement.site()), TextCell(placement.month()),
                          AmountCell(grant.resource(), placement.amount_base_units())});
  }
  return table;
}

absl::Status ShowGrant(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> name = ParseGrant(text);
  if (!name.ok()) return name.status();
  v1::GetGrantRequest request;
  request.set_name(*name);
  v1::Grant grant;
  if (absl::Status status = session.Read(request, grant); !status.ok()) return status;
  Table one{"grant",
            GrantColumns(/*single=*/true),
            {GrantRow(grant, session.zone())},
            /*single=*/true};
  Table changes = ChangesTable(
      grant.changes(), [&](const v1::GrantChange&) { return grant.resource(); }, session.zone());
  Table orders = OrdersTable(grant.orders(), grant.resource());
  // Every row is of the grant above.
  changes.columns[0].heading.clear();
  orders.columns[0].heading.clear();
  session.Print({{one, CeilingsTable(grant), PlacementsTable(grant), changes, orders}, {}});
  return absl::OkStatus();
}

// What each site may spend more: "psmn +400 h, p2chpd +100 h".
Cell RaisesCell(const v1::GrantChange& change, const std::string& resource) {
  std::vector<std::string> texts;
  nlohmann::ordered_json by_site = nlohmann::ordered_json::object();
  for (const v1::Ceiling& raise : change.ceilings()) {
    const Cell more = DifferenceCell(resource, raise.wanted_base_units());
    texts.push_back(
        absl::StrCat(TextCell(raise.site()).text, more.text.empty() ? "" : " ", more.text));
    by_site[raise.site()] = raise.wanted_base_units();
  }
  return {absl::StrJoin(texts, ", "), by_site};
}

// Every entry repeats the end; people read it where it moved.
Cell EndCell(const v1::GrantChange& change, const absl::TimeZone& zone) {
  Cell cell = DayCell(change.has_end_time(), change.end_time(), zone);
  const bool moved =
      change.kind() == v1::GrantChange::EXTENSION || change.kind() == v1::GrantChange::REVOCATION;
  if (!moved) cell.text.clear();
  return cell;
}

}  // namespace

std::string SbatchLine(absl::string_view project) {
  return absl::StrCat("#SBATCH --account=", project);
}

Table EnforcementTable(const std::vector<v1::Grant>& grants) {
  Table table{"enforcement",
              {{"grant", Tr("GRANT")},
               {"resource", Tr("RESOURCE")},
               {"site", Tr("SITE")},
               {"ceiling_base_units", Tr("CEILING"), true},
               {"state", Tr("STATE")},
               {"text", Tr("THE SITE SAYS")}},
              {}};
  for (const v1::Grant& grant : grants) {
    const bool is_spendable = grant.state() == v1::Grant::ACTIVE ||
                              grant.state() == v1::Grant::GRACE ||
                              grant.state() == v1::Grant::EXHAUSTED;
    if (!is_spendable) continue;
    for (const v1::Ceiling& ceiling : grant.ceilings()) {
      table.rows.push_back(
          {NameCell(grant.name()), TextCell(grant.resource()), TextCell(ceiling.site()),
           AmountCell(grant.resource(), ceiling.wanted_base_units()),
           StateCell(v1::Ceiling::State_Name(ceiling.state()), ToneOf(ceiling.state())),
           ToldCell(ceiling.text())});
    }
  }
  return table;
}

Table GrantsTable(const google::protobuf::RepeatedPtrField<v1::Grant>& grants,
                  const absl::TimeZone& zone) {
  Table table{"grants", GrantColumns(/*single=*/false), {}};
  for (const v1::Grant& grant : grants) table.rows.push_back(GrantRow(grant, zone));
  return table;
}

void AddGrant(CommandTree& tree) {
  CLI::App& noun = tree.Noun("grant", Tr("What was granted, and what each site may spend of it"));
  auto project = std::make_shared<std::string>();
  tree.Read(noun, "list", Tr("The grants of a project"), {"mesolys grant list proj_a"},
            [project](Session& session) { return ListGrants(session, *project); })
      .Argument("PROJECT", project.get(), Tr("Its id"));
  auto name = std::make_shared<std::string>();
  tree.Read(noun, "show", Tr("One grant, site by site and month by month"),
            {"mesolys grant show proj_a/g17"},
            [name](Session& session) { return ShowGrant(session, *name); })
      .Argument("GRANT", name.get(), "PROJECT/gNUMBER");
  AddGrantLife(tree, noun);
}

Table ChangesTable(const google::protobuf::RepeatedPtrField<v1::GrantChange>& changes,
                   const ResourceOf& resource_of, const absl::TimeZone& zone) {
  Table table{"changes",
              {{"grant", Tr("GRANT")},
               {"kind", Tr("CHANGE")},
               {"amount_base_units", Tr("AMOUNT"), true},
               {"end_time", Tr("ENDS")},
               {"counterpart", Tr("OTHER GRANT")},
               {"ceilings", Tr("SITES")},
               {"reason", Tr("REASON")}},
              {}};
  for (const v1::GrantChange& change : changes) {
    const std::string resource = resource_of(change);
    table.rows.push_back(
        {NameCell(change.grant()), StateCell(v1::GrantChange::Kind_Name(change.kind())),
         DifferenceCell(resource, change.amount_base_units()), EndCell(change, zone),
         NameCell(change.counterpart()), RaisesCell(change, resource), ToldCell(change.reason())});
  }
  table.for_people = !table.rows.empty();
  return table;
}

Table OrdersTable(const google::protobuf::RepeatedPtrField<v1::ReductionOrder>& orders,
                  const std::string& resource) {
  Table table{"orders",
              {{"grant", Tr("GRANT")},
               {"kind", Tr("WAITING")},
               {"amount_base_units", Tr("AT MOST"), true},
               {"receiver", TrIn("receiver", "TO")},
               {"sites", Tr("UNTIL CONFIRMED BY")},
               {"reason", Tr("REASON")}},
              {}};
  for (const v1::ReductionOrder& order : orders) {
    table.rows.push_back(
        {NameCell(order.grant()),
         StateCell(v1::GrantChange::Kind_Name(order.kind()), Tone::kWarning),
         AmountCell(resource, order.amount_base_units()), NameCell(order.receiver()),
         TextsCell({order.sites().begin(), order.sites().end()}), ToldCell(order.reason())});
  }
  table.for_people = !table.rows.empty();
  return table;
}

std::string WaitingText(const v1::ReductionOrder& order, const std::string& resource,
                        bool dry_run) {
  const std::vector<std::string> sites(order.sites().begin(), order.sites().end());
  const auto count = static_cast<int64_t>(sites.size());
  const std::string amount = AmountTextOf(resource, order.amount_base_units());
  const std::string names = absl::StrJoin(sites, Tr(" and "));
  if (dry_run) {
    return TrCount("$1 would wait until $2 confirms a lower ceiling",
                   "$1 would wait until $2 confirm lower ceilings", count, amount, names);
  }
  return TrCount("$1 wait until $2 confirms a lower ceiling",
                 "$1 wait until $2 confirm lower ceilings", count, amount, names);
}

}  // namespace mesolys::client
