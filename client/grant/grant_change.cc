#include "client/grant/grant_change.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/language/language.h"
#include "client/show/cells.h"
#include "nlohmann/json.hpp"

namespace mesolys::client {
namespace {

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
