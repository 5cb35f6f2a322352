#include "scheduler/core/division/placement.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "scheduler/core/division/flow.h"

namespace mesolys::division {

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

void CutCells(const Grouping& grouping, const Group& group, const std::vector<GroupCell>& cells,
              const std::vector<int64_t>& awards, std::vector<Placement>& placements) {
  size_t cell = 0;
  Wide room = cells.empty() ? Wide(0) : cells[0].amount;
  for (size_t i = 0; i < awards.size(); ++i) {
    int64_t left = awards[i];
    while (left > 0) {
      while (room == 0) room = cells[++cell].amount;
      const int64_t part = room < left ? static_cast<int64_t>(room) : left;
      placements.push_back({group.members()[i].claim, grouping.pool_order[cells[cell].pool], part});
      left -= part;
      room -= part;
    }
  }
}

}  // namespace mesolys::division
