#include "scheduler/core/ledger/promises.h"

#include <algorithm>

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

Amount Promises::Placed(absl::string_view site, absl::string_view resource, Month month) const {
  const auto pool = placed_.find(std::make_pair(std::string(site), std::string(resource)));
  if (pool == placed_.end()) return {};
  const auto cell = pool->second.find(month.number());
  return cell == pool->second.end() ? Amount() : cell->second;
}

Amount Promises::Overbooked(absl::string_view site, absl::string_view resource, Month month) const {
  const auto it = overbooked_.find({std::string(site), std::string(resource), month.number()});
  if (it == overbooked_.end()) return {};
  return std::max(Amount(), it->second.promised - it->second.capacity);
}

std::vector<CapacityCell> Promises::OverbookedCells() const {
  std::vector<CapacityCell> cells;
  for (const auto& [key, overbooking] : overbooked_) {
    const auto& [site, resource, month] = key;
    CapacityCell cell{site, resource, Month::FromNumber(month)};
    if (overbooking.promised > overbooking.capacity) cells.push_back(std::move(cell));
  }
  return cells;
}

Amount Promises::ReserveDrawn(absl::string_view site, absl::string_view resource, int year) const {
  const auto it =
      reserve_drawn_.find(std::make_tuple(std::string(site), std::string(resource), year));
  return it == reserve_drawn_.end() ? Amount() : it->second;
}

NormalisedSeconds Promises::DynamicNormalised(absl::string_view pi, absl::string_view programme,
                                              absl::Time since) const {
  return NormalisedSeconds(DynamicAmount(pi, programme, "", since).count());
}

Amount Promises::DynamicAmount(absl::string_view pi, absl::string_view programme,
                               absl::string_view resource, absl::Time since) const {
  const auto it = dynamic_given_.find(
      std::make_tuple(std::string(pi), std::string(programme), std::string(resource)));
  return it == dynamic_given_.end() ? Amount() : Amount(it->second.Since(since));
}

void Promises::On(const CatalogueAdopted& event, const Folding&) {
  overbooked_.clear();
  for (const auto& [pool, months] : placed_) {
    for (const auto& [month, promised] : months) {
      const Amount capacity =
          event.catalogue.CapacityIn(pool.first, pool.second, Month::FromNumber(month));
      if (promised > capacity) {
        overbooked_[{pool.first, pool.second, month}] = {promised, capacity};
      }
    }
  }
}

void Promises::On(const GrantIssued& event, const Folding& at) {
  const Grant& grant = event.grant;
  for (const Placement& placement : grant.placements) {
    placed_[{placement.site, grant.resource}][placement.month.number()] += placement.amount;
  }
  if (grant.request == 0 ||
      at.ledger.FindRequest(grant.request)->request.track != Track::kDynamic) {
    return;
  }
  const int year = at.ledger.catalogue().MonthAt(at.time).year();
  for (const auto& [site, ceiling] : grant.ceilings) {
    reserve_drawn_[{site, grant.resource, year}] += ceiling;
  }
  dynamic_given_[{grant.pi, grant.programme, ""}].Add(at.time, grant.normalised.count());
  dynamic_given_[{grant.pi, grant.programme, grant.resource}].Add(at.time, grant.amount.count());
}

void Promises::On(const GrantChanged& event, const Folding& at) {
  const GrantChange& change = event.change;
  if (change.kind == ChangeKind::kOpeningBalance) return;
  const Grant& grant = at.ledger.FindGrant(change.grant)->grant;
  for (const Placement& difference : change.placements) {
    const int month = difference.month.number();
    Amount& placed = placed_[{difference.site, grant.resource}][month];
    placed += difference.amount;
    // What was taken back of a cell that is too full is not promised again.
    const auto overbooked = overbooked_.find({difference.site, grant.resource, month});
    if (overbooked != overbooked_.end()) {
      overbooked->second.promised = std::min(overbooked->second.promised, placed);
    }
  }
  const int year = at.ledger.catalogue().MonthAt(at.time).year();
  for (const auto& [site, drawn] : change.reserve) {
    reserve_drawn_[{site, grant.resource, year}] += drawn;
  }
  if (change.normalised.count() != 0 && !grant.of_call) {
    dynamic_given_[{grant.pi, grant.programme, ""}].Add(at.time, change.normalised.count());
  }
}

}  // namespace mesolys
