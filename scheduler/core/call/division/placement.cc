#include "scheduler/core/call/division/placement.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "scheduler/core/call/division/cheapest.h"
#include "scheduler/core/call/division/flow.h"
#include "scheduler/core/call/division/splits.h"
#include "scheduler/core/call/division/wish.h"

namespace mesolys::division {
namespace {

// Cuts cells, given as amounts of the members in their order: of n cells at most n - 1 members have
// parts in two.
void CutCells(const Grouping& grouping, const std::vector<Member>& members,
              const std::vector<int64_t>& awards, const std::vector<GroupCell>& cells,
              std::vector<Placement>& placements) {
  size_t cell = 0;
  Wide room = cells.empty() ? Wide(0) : cells[0].amount;
  for (size_t i = 0; i < awards.size(); ++i) {
    int64_t left = awards[i];
    while (left > 0) {
      while (room == 0) room = cells[++cell].amount;
      const int64_t part = room < left ? static_cast<int64_t>(room) : left;
      placements.push_back({members[i].claim, grouping.pool_order[cells[cell].pool], part});
      left -= part;
      room -= part;
    }
  }
}

// The wishes of some groups share these pools, and all that they are awarded fits.
void PlaceWishes(const Problem& problem, const Grouping& grouping, const std::vector<bool>& groups,
                 const PoolSet& pools, const std::vector<Wish>& wishes,
                 const std::vector<std::vector<int64_t>>& awards, GroupCells& cells) {
  std::vector<Wide> room(problem.pools.size());
  pools.Each([&](size_t bit) { room[bit] = problem.pools[grouping.pool_order[bit]].capacity; });
  std::vector<size_t> number;
  std::vector<Parcel> parcels;
  for (size_t i = 0; i < wishes.size(); ++i) {
    const Wish& wish = wishes[i];
    if (!groups[wish.group]) continue;
    Parcel parcel;
    for (const size_t member : wish.members) parcel.amount += awards[wish.group][member];
    size_t cost = 0;
    grouping.groups[wish.group].pools().Each([&](size_t bit) {
      if (pools.Has(bit)) {
        parcel.pools.push_back(bit);
        parcel.costs.push_back(wish.costs[cost]);
      }
      ++cost;
    });
    number.push_back(i);
    parcels.push_back(std::move(parcel));
  }
  GroupCells placed = Cheapest(std::move(room)).Place(parcels);
  for (size_t i = 0; i < number.size(); ++i) cells[number[i]] = std::move(placed[i]);
}

std::vector<Placement> PlaceByWish(const Problem& problem, const Grouping& grouping,
                                   const std::vector<Bottleneck>& bottlenecks,
                                   const std::vector<std::vector<int64_t>>& awards) {
  const std::vector<Wish> wishes = WishesOf(problem, grouping);
  GroupCells cells(wishes.size());
  // Pools that are full at one level are shared by its groups; all that are not full are one.
  PoolSet open(problem.pools.size());
  std::vector<bool> in_open(grouping.groups.size());
  for (const Bottleneck& bottleneck : bottlenecks) {
    std::vector<bool> own(grouping.groups.size());
    std::vector<bool>& groups = bottleneck.level.infinite() ? in_open : own;
    for (const size_t group : bottleneck.groups) groups[group] = true;
    if (bottleneck.level.infinite()) {
      open.Add(bottleneck.pools);
    } else {
      PlaceWishes(problem, grouping, own, bottleneck.pools, wishes, awards, cells);
    }
  }
  PlaceWishes(problem, grouping, in_open, open, wishes, awards, cells);
  RemoveCircles(problem.pools.size(), cells);
  std::vector<Placement> placements;
  for (size_t i = 0; i < wishes.size(); ++i) {
    std::vector<Member> members;
    std::vector<int64_t> parts;
    for (const size_t member : wishes[i].members) {
      members.push_back(grouping.groups[wishes[i].group].members()[member]);
      parts.push_back(awards[wishes[i].group][member]);
    }
    CutCells(grouping, members, parts, cells[i], placements);
  }
  return placements;
}

}  // namespace

void FillByCost(const Problem& problem, const Grouping& grouping,
                const std::vector<Bottleneck>& bottlenecks, GroupCells& cells) {
  std::vector<size_t> groups;
  std::vector<size_t> bits;
  for (const Bottleneck& bottleneck : bottlenecks) {
    if (!bottleneck.level.infinite()) continue;
    groups.insert(groups.end(), bottleneck.groups.begin(), bottleneck.groups.end());
    bottleneck.pools.Each([&](size_t bit) { bits.push_back(bit); });
  }
  std::sort(groups.begin(), groups.end());
  const auto pool = [&](size_t bit) { return problem.pools[grouping.pool_order[bit]]; };
  std::sort(bits.begin(), bits.end(), [&](size_t a, size_t b) {
    if (pool(a).cost != pool(b).cost) return pool(a).cost < pool(b).cost;
    return a < b;
  });
  std::vector<const PoolSet*> allowed;
  allowed.reserve(groups.size());
  for (const size_t group : groups) allowed.push_back(&grouping.groups[group].pools());
  Flow flow(std::move(allowed), problem.pools.size(), 1);
  for (size_t i = 0; i < groups.size(); ++i) {
    flow.AddSupply(i, {grouping.groups[groups[i]].demand(), 0});
  }
  // What fits into the cheapest pools is a matroid, so to fill them greedily costs least.
  bool placed = false;
  for (size_t i = 0; i < bits.size() && !placed;) {
    const double cost = pool(bits[i]).cost;
    for (; i < bits.size() && pool(bits[i]).cost == cost; ++i) {
      flow.AddRoom(bits[i], {pool(bits[i]).capacity, 0});
    }
    placed = flow.Run();
  }
  if (!placed && !flow.Run()) std::abort();
  for (size_t i = 0; i < groups.size(); ++i) {
    for (const Flow::Cell& cell : flow.cells(i)) {
      cells[groups[i]].push_back({cell.pool, cell.amount.whole});
    }
  }
}

std::vector<Placement> Place(const Problem& problem, const Grouping& grouping,
                             const std::vector<Bottleneck>& bottlenecks, GroupCells cells,
                             const std::vector<std::vector<int64_t>>& awards) {
  if (HasWishes(problem)) return PlaceByWish(problem, grouping, bottlenecks, awards);
  RemoveCircles(problem.pools.size(), cells);
  std::vector<Placement> placements;
  placements.reserve(problem.claims.size() + problem.pools.size());
  for (size_t i = 0; i < grouping.groups.size(); ++i) {
    CutCells(grouping, grouping.groups[i].members(), awards[i], cells[i], placements);
  }
  return placements;
}

}  // namespace mesolys::division
