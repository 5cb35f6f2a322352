#include "client/grant_change.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cells.h"

namespace mesolys {
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
              {{"grant", "GRANT"},
               {"kind", "CHANGE"},
               {"amount_base_units", "AMOUNT", true},
               {"end_time", "ENDS"},
               {"counterpart", "OTHER GRANT"},
               {"ceilings", "SITES"},
               {"reason", "REASON"}},
              {}};
  for (const v1::GrantChange& change : changes) {
    const std::string resource = resource_of(change);
    table.rows.push_back(
        {NameCell(change.grant()), StateCell(v1::GrantChange::Kind_Name(change.kind())),
         DifferenceCell(resource, change.amount_base_units()), EndCell(change, zone),
         NameCell(change.counterpart()), RaisesCell(change, resource), TextCell(change.reason())});
  }
  table.for_people = !table.rows.empty();
  return table;
}

Table OrdersTable(const google::protobuf::RepeatedPtrField<v1::ReductionOrder>& orders,
                  const std::string& resource) {
  Table table{"orders",
              {{"grant", "GRANT"},
               {"kind", "WAITING"},
               {"amount_base_units", "AT MOST", true},
               {"receiver", "TO"},
               {"sites", "UNTIL CONFIRMED BY"},
               {"reason", "REASON"}},
              {}};
  for (const v1::ReductionOrder& order : orders) {
    table.rows.push_back(
        {NameCell(order.grant()),
         StateCell(v1::GrantChange::Kind_Name(order.kind()), Tone::kWarning),
         AmountCell(resource, order.amount_base_units()), NameCell(order.receiver()),
         TextsCell({order.sites().begin(), order.sites().end()}), TextCell(order.reason())});
  }
  table.for_people = !table.rows.empty();
  return table;
}

std::string WaitingText(const v1::ReductionOrder& order, const std::string& resource,
                        bool dry_run) {
  const std::vector<std::string> sites(order.sites().begin(), order.sites().end());
  return absl::StrCat(AmountTextOf(resource, order.amount_base_units()),
                      dry_run ? " would wait until " : " wait until ",
                      absl::StrJoin(sites, " and "),
                      sites.size() == 1 ? " confirms a lower ceiling" : " confirm lower ceilings");
}

}  // namespace mesolys
