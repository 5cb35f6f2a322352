#include "scheduler/core/invariants.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

class Check {
 public:
  void That(bool holds, const std::string& otherwise) {
    if (!holds) broken_.push_back(otherwise);
  }
  std::vector<std::string> Take() { return std::move(broken_); }

 private:
  std::vector<std::string> broken_;
};

void CheckTotals(const std::string& where, const Totals& totals, Check& check) {
  for (ChargeKind kind :
       {ChargeKind::kSettled, ChargeKind::kInFlight, ChargeKind::kCommitted, ChargeKind::kRefund}) {
    check.That(totals.Of(kind) >= Amount(),
               absl::StrCat(where, ": total ", static_cast<int>(kind), " is ",
                            totals.Of(kind).count(), ", below 0"));
  }
  check.That(totals.refund <= totals.settled,
             absl::StrCat(where, ": ", totals.refund.count(), " were refunded of ",
                          totals.settled.count()));
}

void CheckGrant(const GrantEntry& entry, Check& check) {
  const Grant& grant = entry.grant;
  const std::string name = absl::StrCat("grant g", grant.number);
  check.That(grant.amount >= Amount(), absl::StrCat(name, " is of ", grant.amount.count()));
  check.That(
      entry.Held() <= grant.amount,
      absl::StrCat(name, ": its sites hold ", entry.Held().count(), " of ", grant.amount.count()));
  for (const auto& [site, ceiling] : grant.ceilings) {
    const auto held = entry.held.find(site);
    check.That(held != entry.held.end() && ceiling <= held->second && ceiling >= Amount(),
               absl::StrCat(name, ": the ceiling of ", site, " is ", ceiling.count()));
  }
  for (const auto& [site, used] : entry.used) {
    CheckTotals(absl::StrCat(name, " at ", site), used, check);
  }
  check.That(entry.lowered.empty() || !entry.orders.empty(),
             absl::StrCat(name, " waits for a site without an order"));
}

}  // namespace

std::vector<std::string> BrokenInvariants(const Ledger& ledger) {
  Check check;
  std::map<std::pair<std::string, std::string>, std::map<Month, Amount>> placed;
  for (const GrantEntry& entry : ledger.grants()) {
    CheckGrant(entry, check);
    for (const Placement& placement : entry.grant.placements) {
      placed[{placement.site, entry.grant.resource}][placement.month] += placement.amount;
    }
  }
  const Catalogue& catalogue = ledger.catalogue();
  for (const auto& [pool, months] : placed) {
    for (const auto& [month, amount] : months) {
      const std::string cell = absl::StrCat(pool.second, " of ", pool.first, " in ", month.Label());
      check.That(amount == ledger.Placed(pool.first, pool.second, month),
                 absl::StrCat(cell, ": the promises add up to ", amount.count(), ", not to ",
                              ledger.Placed(pool.first, pool.second, month).count()));
      const auto site = catalogue.sites.find(pool.first);
      const Amount capacity =
          site == catalogue.sites.end()
              ? Amount()
              : catalogue.CapacityOf(site->second, pool.second, catalogue.PeriodOf(month));
      check.That(amount <= capacity,
                 absl::StrCat(cell, ": ", amount.count(), " are promised of ", capacity.count()));
    }
  }
  for (const auto* uses : {&ledger.uncovered(), &ledger.unassigned()}) {
    for (const auto& [key, used] : *uses) {
      CheckTotals(absl::StrCat(key.project, " ", key.cluster, ":", key.account), used, check);
    }
  }
  return check.Take();
}

}  // namespace mesolys
