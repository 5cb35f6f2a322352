#include "scheduler/core/call/division/placement.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "scheduler/core/call/division/cheapest.h"
#include "scheduler/core/call/division/flow.h"
#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {
namespace {

// Members of a group whose place matters in the same way: a unit of each costs the same in every
// pool, and all were at the same site last year.
struct Wish {
  size_t group = 0;
  std::vector<size_t> members;  // of the group, in its order
  // Of each pool that the group may use, by increasing bit. Energy counts first, and of equals last
  // year's site is better than another.
  std::vector<int64_t> costs;
};

// Costs as whole numbers: steps of the largest, so that sums are exact and paths have an end.
class CostScale {
 public:
  explicit CostScale(const Problem& problem) {
    for (const Pool& pool : problem.pools) largest_ = std::max(largest_, std::abs(pool.cost));
    for (const CostSet& costs : problem.cost_sets) {
      for (const SiteCost& each : costs) largest_ = std::max(largest_, std::abs(each.cost));
    }
  }

  int64_t Steps(double cost) const {
    constexpr double kSteps = int64_t{1} << 34;
    return largest_ > 0 ? std::llround(cost / largest_ * kSteps) : 0;
  }

 private:
  double largest_ = 0;
};

// More than the pools on a way from one pool to another, so that a step of energy outweighs them.
constexpr int64_t kEnergyFirst = kCountMax;

// Whether any claim has costs of its own, or a site of last year; else pools alone decide.
bool HasWishes(const Problem& problem) {
  return std::any_of(problem.claims.begin(), problem.claims.end(), [&](const Claim& claim) {
    return claim.last_site >= 0 || !problem.cost_sets[claim.cost_set].empty();
  });
}

// By group, then in an order that comes from names and costs and not from the order of the input.
std::vector<Wish> WishesOf(const Problem& problem, const Grouping& grouping) {
  const CostScale scale(problem);
  std::vector<Wish> wishes;
  for (size_t group = 0; group < grouping.groups.size(); ++group) {
    std::map<std::pair<uint32_t, int32_t>, std::vector<int64_t>> known;
    std::map<std::vector<int64_t>, std::vector<size_t>> members_of;
    const std::vector<Member>& members = grouping.groups[group].members();
    for (size_t i = 0; i < members.size(); ++i) {
      const Claim& claim = problem.claims[members[i].claim];
      const auto key = std::make_pair(claim.cost_set, claim.last_site);
      auto it = known.find(key);
      if (it == known.end()) {
        std::vector<int64_t> costs;
        grouping.groups[group].pools().Each([&](size_t bit) {
          const Pool& pool = problem.pools[grouping.pool_order[bit]];
          const bool elsewhere =
              claim.last_site >= 0 && pool.site != static_cast<uint32_t>(claim.last_site);
          const int64_t energy = scale.Steps(CostOf(problem, claim.cost_set, pool));
          costs.push_back(energy * kEnergyFirst + (elsewhere ? 1 : 0));
        });
        it = known.emplace(key, std::move(costs)).first;
      }
      members_of[it->second].push_back(i);
    }
    for (auto& [costs, numbers] : members_of) wishes.push_back({group, std::move(numbers), costs});
  }
  return wishes;
}

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

// Cells without a circle, as they are added one by one.
class Forest {
 public:
  Forest(size_t groups, size_t pools)
      : cells_(groups),
        holders_(pools),
        group_seen_(groups),
        pool_seen_(pools),
        from_(pools),
        to_(groups) {}

  void Add(size_t group, GroupCell cell) {
    if (!FindPath(group, cell.pool)) return Insert(group, cell);
    // The path from the group to the pool and the new cell are a circle: every second cell of it
    // loses what the others gain.
    std::vector<Place> gain;
    std::vector<Place> lose;
    for (size_t pool = cell.pool;;) {
      const size_t through = from_[pool];
      gain.push_back({through, pool});
      if (through == group) break;
      pool = to_[through];
      lose.push_back({through, pool});
    }
    Wide shift = cell.amount;
    for (const Place& place : lose) shift = std::min(shift, At(place).amount);
    for (const Place& place : gain) At(place).amount += shift;
    for (const Place& place : lose) {
      At(place).amount -= shift;
      if (At(place).amount == 0) Erase(place);
    }
    cell.amount -= shift;
    if (cell.amount > 0) Insert(group, cell);
  }

  std::vector<GroupCell>& cells(size_t group) { return cells_[group]; }

 private:
  struct Place {
    size_t group = 0;
    size_t pool = 0;
  };

  // Breadth first over the cells; from_ and to_ then lead back from the pool to the group.
  bool FindPath(size_t group, size_t pool) {
    ++search_;
    group_seen_[group] = search_;
    std::vector<size_t> queue = {group};
    for (size_t next = 0; next < queue.size(); ++next) {
      const size_t through = queue[next];
      for (const GroupCell& cell : cells_[through]) {
        if (pool_seen_[cell.pool] == search_) continue;
        pool_seen_[cell.pool] = search_;
        from_[cell.pool] = through;
        if (cell.pool == pool) return true;
        for (const size_t holder : holders_[cell.pool]) {
          if (group_seen_[holder] == search_) continue;
          group_seen_[holder] = search_;
          to_[holder] = cell.pool;
          queue.push_back(holder);
        }
      }
    }
    return false;
  }

  GroupCell& At(const Place& place) {
    return *std::find_if(cells_[place.group].begin(), cells_[place.group].end(),
                         [&](const GroupCell& cell) { return cell.pool == place.pool; });
  }

  void Insert(size_t group, const GroupCell& cell) {
    cells_[group].push_back(cell);
    holders_[cell.pool].push_back(group);
  }

  void Erase(const Place& place) {
    cells_[place.group].erase(cells_[place.group].begin() +
                              (&At(place) - cells_[place.group].data()));
    std::vector<size_t>& holders = holders_[place.pool];
    holders.erase(std::find(holders.begin(), holders.end(), place.group));
  }

  GroupCells cells_;
  std::vector<std::vector<size_t>> holders_;  // of each pool: the groups with a cell
  // Of the last search.
  uint64_t search_ = 0;
  std::vector<uint64_t> group_seen_;
  std::vector<uint64_t> pool_seen_;
  std::vector<size_t> from_;  // of each pool: the group that it was found by
  std::vector<size_t> to_;    // of each group: the pool
};

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

void RemoveCircles(size_t pools, GroupCells& cells) {
  Forest forest(cells.size(), pools);
  for (size_t group = 0; group < cells.size(); ++group) {
    // A group in one pool is on no circle.
    if (cells[group].size() < 2) continue;
    for (const GroupCell& cell : cells[group]) forest.Add(group, cell);
  }
  for (size_t group = 0; group < cells.size(); ++group) {
    if (cells[group].size() < 2) continue;
    cells[group] = std::move(forest.cells(group));
    std::sort(cells[group].begin(), cells[group].end(),
              [](const GroupCell& a, const GroupCell& b) { return a.pool < b.pool; });
  }
}

}  // namespace mesolys::division
