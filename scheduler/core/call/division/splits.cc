#include "scheduler/core/call/division/splits.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mesolys::division {
namespace {

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
