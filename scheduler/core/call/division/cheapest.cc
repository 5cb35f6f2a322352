#include "scheduler/core/call/division/cheapest.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

namespace mesolys::division {
namespace {

// Of ways that cost the same the one of fewest steps is taken: it never pushes out and brings back,
// and there are not many before a pool is full. So a cost counts as this many steps.
constexpr Wide kStepsMax = kCountMax;

}  // namespace

Cheapest::Cheapest(std::vector<Wide> room)
    : room_(std::move(room)), open_(room_.size()), way_(room_.size()), step_(room_.size()) {}

GroupCells Cheapest::Place(const std::vector<Parcel>& parcels) {
  cells_.assign(parcels.size(), {});
  FindWays(parcels, 0);
  for (size_t i = 0; i < parcels.size(); ++i) {
    Wide left = parcels[i].amount;
    while (left > 0) {
      // What is pushed along shortest ways leaves them shortest, until a pool is full or a cell on
      // the way is empty.
      if (Push(parcels[i], i, left)) FindWays(parcels, i + 1);
    }
  }
  return std::move(cells_);
}

// From pools with room backwards, over all that was placed.
void Cheapest::FindWays(const std::vector<Parcel>& parcels, size_t placed) {
  for (size_t pool = 0; pool < room_.size(); ++pool) {
    open_[pool] = room_[pool] > 0;
    way_[pool] = 0;
  }
  bool shorter = true;
  while (shorter) {
    shorter = false;
    for (size_t i = 0; i < placed; ++i) shorter = Improve(parcels[i], i) || shorter;
  }
}

std::optional<Cheapest::Way> Cheapest::CheapestWay(const Parcel& parcel) const {
  std::optional<Way> least;
  for (size_t i = 0; i < parcel.pools.size(); ++i) {
    const size_t pool = parcel.pools[i];
    if (!open_[pool]) continue;
    const Wide cost = way_[pool] + parcel.costs[i] * kStepsMax;
    if (!least.has_value() || cost < least->cost) least = {pool, cost};
  }
  return least;
}

bool Cheapest::Improve(const Parcel& parcel, size_t number) {
  const std::optional<Way> way = CheapestWay(parcel);
  if (!way.has_value()) return false;
  bool shorter = false;
  size_t i = 0;
  for (const GroupCell& cell : cells_[number]) {
    while (parcel.pools[i] != cell.pool) ++i;
    const Wide cost = way->cost - parcel.costs[i] * kStepsMax + 1;
    if (cell.pool == way->first || (open_[cell.pool] && way_[cell.pool] <= cost)) continue;
    open_[cell.pool] = true;
    way_[cell.pool] = cost;
    step_[cell.pool] = {number, way->first};
    shorter = true;
  }
  return shorter;
}

// Sends as much as one way carries; whether ways must be found again.
bool Cheapest::Push(const Parcel& parcel, size_t number, Wide& left) {
  const std::optional<Way> way = CheapestWay(parcel);
  if (!way.has_value()) std::abort();  // all fit
  const size_t first = way->first;
  Wide amount = left;
  size_t last = first;
  for (; room_[last] == 0; last = step_[last].to) {
    amount = std::min(amount, CellOf(step_[last].parcel, last));
  }
  amount = std::min(amount, room_[last]);
  CellOf(number, first) += amount;
  bool changed = false;
  for (size_t pool = first; pool != last; pool = step_[pool].to) {
    CellOf(step_[pool].parcel, step_[pool].to) += amount;
    changed = Take(step_[pool].parcel, pool, amount) || changed;
  }
  room_[last] -= amount;
  left -= amount;
  return changed || room_[last] == 0;
}

Wide& Cheapest::CellOf(size_t parcel, size_t pool) {
  std::vector<GroupCell>& cells = cells_[parcel];
  auto it =
      std::lower_bound(cells.begin(), cells.end(), pool,
                       [](const GroupCell& cell, size_t wanted) { return cell.pool < wanted; });
  if (it == cells.end() || it->pool != pool) it = cells.insert(it, {pool, 0});
  return it->amount;
}

bool Cheapest::Take(size_t parcel, size_t pool, Wide amount) {
  Wide& cell = CellOf(parcel, pool);
  cell -= amount;
  if (cell > 0) return false;
  std::erase_if(cells_[parcel], [&](const GroupCell& each) { return each.pool == pool; });
  return true;
}

}  // namespace mesolys::division
