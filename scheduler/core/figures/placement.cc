#include "scheduler/core/figures/placement.h"

#include <algorithm>
#include <cstdlib>

#include "proto/values/apportion.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

// What planned maintenance takes from a flow within `span`. Maintenance of a site never overlaps.
Amount LostToMaintenance(const Ledger& ledger, const std::string& site, absl::string_view resource,
                         const Period& span) {
  Amount lost;
  for (const SiteWindow& window : ledger.windows()) {
    if (window.kind != SiteWindow::Kind::kMaintenance || window.site != site) continue;
    const Period within = Intersection(window.period, span);
    if (within.Seconds() == 0) continue;
    lost += ledger.catalogue().CapacityOf(ledger.catalogue().sites.at(site), resource, within);
  }
  return lost;
}

}  // namespace

Room::Room(const Ledger& ledger, absl::string_view site, absl::string_view resource,
           const Period& period, absl::Time now)
    : site_(site), stock_(IsStock(resource)) {
  const Catalogue& catalogue = ledger.catalogue();
  const Site& place = catalogue.sites.at(site_);
  const Period ahead =
      Intersection(Intersection({now, absl::InfiniteFuture()}, period), catalogue.Horizon());
  if (ahead.end <= ahead.start) return;
  for (Month month = catalogue.MonthAt(ahead.start);
       month < catalogue.first_month.Plus(static_cast<int>(catalogue.month_starts.size()) - 1);
       month = month.Plus(1)) {
    const Period whole = catalogue.PeriodOf(month);
    if (whole.start >= ahead.end) break;
    const Amount placed = ledger.Placed(site, resource, month);
    // Hours that have passed cannot be promised any more, and a month is never promised twice.
    const Amount capacity = catalogue.CapacityOf(place, resource, whole);
    const Amount reachable = catalogue.CapacityOf(place, resource, Intersection(whole, ahead)) -
                             LostToMaintenance(ledger, site_, resource, Intersection(whole, ahead));
    const Amount free =
        std::max(Amount(), std::min(stock_ ? capacity : reachable, capacity - placed));
    cells_.push_back({month, free});
    if (!stock_) free_ += free;
  }
  if (stock_) {
    const auto least = std::min_element(
        cells_.begin(), cells_.end(), [](const Cell& a, const Cell& b) { return a.free < b.free; });
    if (least != cells_.end()) free_ = least->free;
  }
}

std::vector<Placement> Room::Place(Amount amount) const {
  if (amount > free_) std::abort();
  if (amount == Amount()) return {};
  std::vector<Placement> placements;
  if (stock_) {
    for (const Cell& cell : cells_) placements.push_back({site_, cell.month, amount});
    return placements;
  }
  std::vector<int64_t> free;
  for (const Cell& cell : cells_) free.push_back(cell.free.count());
  const std::vector<int64_t> parts = Apportion(amount.count(), free);
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (parts[i] > 0) placements.push_back({site_, cells_[i].month, Amount(parts[i])});
  }
  return placements;
}

}  // namespace mesolys
