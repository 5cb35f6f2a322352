// `mesolys balance PROJECT`: what each grant stands at, and the sum per resource.

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/frame/arguments.h"
#include "client/frame/command_tree.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "client/show/terminal_text.h"
#include "mesolys/v1/balance.pb.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/values.pb.h"
#include "nlohmann/json.hpp"

namespace mesolys::client {
namespace {

// The amounts of a line, in the order in which they add up.
struct Amounts {
  int64_t granted = 0;
  int64_t settled = 0;
  int64_t in_flight = 0;
  int64_t committed = 0;
  int64_t ordered = 0;
  int64_t expired = 0;
  int64_t left = 0;
  int64_t overdraft = 0;
  int64_t per_day = 0;
};

Amounts AmountsOf(const v1::BalanceLine& line) {
  return {line.granted_base_units(),   line.settled_base_units(),   line.in_flight_base_units(),
          line.committed_base_units(), line.ordered_base_units(),   line.expired_base_units(),
          line.left_base_units(),      line.overdraft_base_units(), line.burn_base_units_per_day()};
}

// What a scheduler says is not ours to trust: a sum that does not fit stops at the end of the
// range.
int64_t Sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

Amounts operator+(const Amounts& a, const Amounts& b) {
  return {
      Sum(a.granted, b.granted),     Sum(a.settled, b.settled),     Sum(a.in_flight, b.in_flight),
      Sum(a.committed, b.committed), Sum(a.ordered, b.ordered),     Sum(a.expired, b.expired),
      Sum(a.left, b.left),           Sum(a.overdraft, b.overdraft), Sum(a.per_day, b.per_day)};
}

void AppendAmountColumns(std::vector<Column>* columns) {
  const std::vector<Column> amounts = {{"granted_base_units", Tr("GRANTED"), true},
                                       {"settled_base_units", Tr("SETTLED"), true},
                                       {"in_flight_base_units", Tr("IN FLIGHT"), true, false, 4},
                                       {"committed_base_units", Tr("COMMITTED"), true, false, 3},
                                       {"ordered_base_units", Tr("ORDERED"), true, false, 5},
                                       {"expired_base_units", Tr("EXPIRED"), true, false, 6},
                                       {"left_base_units", Tr("LEFT"), true},
                                       {"overdraft_base_units", Tr("OVERDRAFT"), true, false, 1},
                                       {"burn_base_units_per_day", Tr("PER DAY"), true, false, 9},
                                       {"", Tr("USE")}};
  columns->insert(columns->end(), amounts.begin(), amounts.end());
}

void AppendCells(const std::string& resource, const Amounts& amounts, const Look& look,
                 std::vector<Cell>* row) {
  Cell overdraft = AmountCell(resource, amounts.overdraft);
  if (amounts.overdraft > 0) overdraft.tone = Tone::kBad;
  Cell left = AmountCell(resource, amounts.left);
  left.tone = amounts.left > 0 ? Tone::kGood : Tone::kWarning;
  const std::string bar =
      Bar(Sum(amounts.settled, amounts.in_flight), amounts.committed, amounts.granted, look.utf8);
  for (Cell& cell : std::vector<Cell>{
           AmountCell(resource, amounts.granted), AmountCell(resource, amounts.settled),
           AmountCell(resource, amounts.in_flight), AmountCell(resource, amounts.committed),
           AmountCellUnlessZero(resource, amounts.ordered),
           AmountCellUnlessZero(resource, amounts.expired), left, overdraft,
           AmountCell(resource, amounts.per_day), Cell{bar, nullptr}}) {
    row->push_back(std::move(cell));
  }
}

// What is left at each site of a grant that is at several; `grant show` tells the ceilings.
std::string LeftBySite(const v1::BalanceLine& line) {
  if (line.sites_size() < 2 || line.grant().empty() || line.left_base_units() == 0) return "";
  std::vector<std::string> texts;
  for (const v1::SiteShare& share : line.sites()) {
    const int64_t used = Sum(Sum(share.settled_base_units(), share.in_flight_base_units()),
                             share.committed_base_units());
    const int64_t left = std::max<int64_t>(0, Sum(share.ceiling_base_units(), -used));
    texts.push_back(
        absl::StrCat(TextCell(share.site()).text, " ", AmountTextOf(line.resource(), left)));
  }
  return absl::StrJoin(texts, ", ");
}

// By site, for programs.
nlohmann::ordered_json SitesJson(const v1::BalanceLine& line) {
  nlohmann::ordered_json sites = nlohmann::ordered_json::array();
  for (const v1::SiteShare& share : line.sites()) {
    nlohmann::ordered_json one;
    one["site"] = share.site();
    one["ceiling_base_units"] = share.ceiling_base_units();
    one["settled_base_units"] = share.settled_base_units();
    one["in_flight_base_units"] = share.in_flight_base_units();
    one["committed_base_units"] = share.committed_base_units();
    sites.push_back(one);
  }
  return sites;
}

Table BalanceLinesTable(const v1::Balance& balance, const Session& session) {
  Table table{"lines", {{"grant", Tr("GRANT")}, {"resource", Tr("RESOURCE")}}, {}};
  AppendAmountColumns(&table.columns);
  for (const Column& column :
       std::vector<Column>{{"exhaust_time", Tr("USED UP"), false, false, 2},
                           {"start_time", Tr("FROM"), false, false, 8},
                           {"end_time", Tr("TO"), false, false, 7},
                           {"sites", Tr("LEFT BY SITE"), false, /*nested=*/true, 2}}) {
    table.columns.push_back(column);
  }
  for (const v1::BalanceLine& line : balance.lines()) {
    Cell grant = NameCell(line.grant());
    if (line.grant().empty()) grant = {Tr("(no grant)"), nullptr, Tone::kWarning};
    std::vector<Cell> row = {grant, TextCell(line.resource())};
    AppendCells(line.resource(), AmountsOf(line), session.look(), &row);
    const v1::Period& period = line.period();
    row.push_back(DayCell(line.has_exhaust_time(), line.exhaust_time(), session.zone()));
    row.push_back(DayCell(period.has_start_time(), period.start_time(), session.zone()));
    row.push_back(DayCell(period.has_end_time(), period.end_time(), session.zone()));
    row.push_back(Cell{LeftBySite(line), SitesJson(line)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table TotalsTable(const v1::Balance& balance, const Look& look) {
  std::map<std::string, Amounts> totals;
  for (const v1::BalanceLine& line : balance.lines()) {
    totals[line.resource()] = totals[line.resource()] + AmountsOf(line);
  }
  Table table{"totals", {{"resource", Tr("TOTAL")}}, {}};
  AppendAmountColumns(&table.columns);
  for (const auto& [resource, amounts] : totals) {
    std::vector<Cell> row = {TextCell(resource)};
    AppendCells(resource, amounts, look, &row);
    table.rows.push_back(std::move(row));
  }
  table.for_people = !table.rows.empty();
  return table;
}

// What waits for hours of cores.
Table StrandedTable(const v1::Balance& balance) {
  Table table{"stranded",
              {{"resource", Tr("WAITS FOR CPU")},
               {"site", Tr("SITE")},
               {"amount_base_units", Tr("AMOUNT"), true}},
              {}};
  for (const v1::StrandedHours& stranded : balance.stranded()) {
    table.rows.push_back({TextCell(stranded.resource()), TextCell(stranded.site()),
                          AmountCell(stranded.resource(), stranded.amount_base_units())});
  }
  table.for_people = !table.rows.empty();
  return table;
}

absl::Status ShowBalance(Session& session, const std::string& text) {
  const absl::StatusOr<std::string> project = ParseProject(text);
  if (!project.ok()) return project.status();
  v1::GetBalanceRequest request;
  request.set_project(*project);
  v1::Balance balance;
  if (absl::Status status = session.Read(request, balance); !status.ok()) return status;
  Table one{"balance",
            {{"project", ""}, {"revision", ""}},
            {{NameCell(balance.project()), NumberCell(balance.revision())}},
            /*single=*/true,
            /*for_people=*/false};
  session.Print({{one, BalanceLinesTable(balance, session), TotalsTable(balance, session.look()),
                  StrandedTable(balance)},
                 {}});
  return absl::OkStatus();
}

}  // namespace

void AddBalance(CommandTree& tree) {
  auto project = std::make_shared<std::string>();
  tree.Watch(tree.root(), "balance", Tr("What a project has left, and until when"),
             {"mesolys balance proj_a", "mesolys balance proj_a --watch",
              "mesolys balance proj_a --format json"},
             [project](Session& session) { return ShowBalance(session, *project); })
      .Argument("PROJECT", project.get(), Tr("Its id"));
}

}  // namespace mesolys::client
