#include "scheduler/core/ledger/invariants.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

class Check {
 public:
  // Only what is broken is put into words: all is right, and a scheduler waits meanwhile.
  template <typename... Pieces>
  void That(bool holds, const Pieces&... otherwise) {
    if (!holds) broken_.push_back(absl::StrCat(otherwise...));
  }
  std::vector<std::string> Take() { return std::move(broken_); }

 private:
  std::vector<std::string> broken_;
};

template <typename... Where>
void CheckTotals(const Totals& totals, Check& check, const Where&... where) {
  for (ChargeKind kind :
       {ChargeKind::kSettled, ChargeKind::kInFlight, ChargeKind::kCommitted, ChargeKind::kRefund}) {
    check.That(totals.Of(kind) >= Amount(), where..., ": total ", static_cast<int>(kind), " is ",
               totals.Of(kind).count(), ", below 0");
  }
  check.That(totals.refund <= totals.settled, where..., ": ", totals.refund.count(),
             " were refunded of ", totals.settled.count());
}

void CheckGrant(const GrantEntry& entry, Check& check) {
  const Grant& grant = entry.grant;
  const int64_t g = grant.number;
  check.That(grant.amount >= Amount(), "grant g", g, " is of ", grant.amount.count());
  check.That(entry.Held() <= grant.amount, "grant g", g, ": its sites hold ", entry.Held().count(),
             " of ", grant.amount.count());
  for (const auto& [site, ceiling] : grant.ceilings) {
    const auto held = entry.held.find(site);
    check.That(held != entry.held.end() && ceiling <= held->second && ceiling >= Amount(),
               "grant g", g, ": the ceiling of ", site, " is ", ceiling.count());
  }
  for (const auto& [site, used] : entry.used) {
    CheckTotals(used, check, "grant g", g, " at ", site);
  }
  check.That(entry.lowered.empty() || !entry.orders.empty(), "grant g", g,
             " waits for a site without an order");
}

// Σ placements by resource, site and month.
using PromisedAmounts = std::map<std::string, std::map<std::string, std::map<Month, Amount>>>;

void CheckPromises(const Ledger& ledger, const PromisedAmounts& promises, Check& check) {
  const Catalogue& catalogue = ledger.catalogue();
  for (const auto& [resource, sites] : promises) {
    for (const auto& [id, months] : sites) {
      for (const auto& [month, amount] : months) {
        const Amount placed = ledger.Placed(id, resource, month);
        check.That(amount == placed, resource, " of ", id, " in ", month.Label(),
                   ": the promises add up to ", amount.count(), ", not to ", placed.count());
        const Amount capacity = catalogue.CapacityIn(id, resource, month);
        check.That(amount <= capacity + ledger.Overbooked(id, resource, month), resource, " of ",
                   id, " in ", month.Label(), ": ", amount.count(), " are promised of ",
                   capacity.count());
      }
    }
  }
}

// Counted as they came and went, and counted anew.
template <typename Key, typename Name>
void CheckCounts(std::map<Key, int64_t> kept, const std::map<Key, int64_t>& anew, const Name& name,
                 absl::string_view what, Check& check) {
  for (const auto& [key, count] : anew) kept[key] -= count;
  for (const auto& [key, more] : kept) {
    check.That(more == 0, name(key), ": ", more, " more ", what, " counted than there are");
  }
}

void CheckCensus(const Ledger& ledger, Check& check) {
  std::map<std::string, int64_t> projects;
  std::map<std::pair<std::string, RequestState>, int64_t> requests;
  for (const auto& [id, entry] : ledger.projects()) {
    if (!entry.archived) ++projects[entry.project.programme];
    for (const int64_t number : entry.requests) {
      ++requests[{entry.project.programme, ledger.FindRequest(number)->outcome.state}];
    }
  }
  CheckCounts(
      ledger.project_counts(), projects, [](const auto& programme) { return programme; },
      "projects", check);
  CheckCounts(
      ledger.request_counts(), requests, [](const auto& key) { return key.first; }, "requests",
      check);
}

}  // namespace

std::vector<std::string> BrokenInvariants(const Ledger& ledger) {
  Check check;
  PromisedAmounts promises;
  for (const GrantEntry& entry : ledger.grants()) {
    CheckGrant(entry, check);
    auto& sites = promises[entry.grant.resource];
    for (const Placement& placement : entry.grant.placements) {
      sites[placement.site][placement.month] += placement.amount;
    }
  }
  CheckPromises(ledger, promises, check);
  CheckCensus(ledger, check);
  for (const auto* uses : {&ledger.uncovered(), &ledger.unassigned()}) {
    for (const auto& [key, used] : *uses) {
      CheckTotals(used, check, key.project, " ", key.cluster, ":", key.account);
    }
  }
  return check.Take();
}

}  // namespace mesolys
