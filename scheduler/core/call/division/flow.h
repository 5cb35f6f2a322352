#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_FLOW_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_FLOW_H_

// A maximum flow from groups with supplies to pools with room, exact in fractions of one
// denominator (1 for whole units). Dinic's algorithm on bit sets: only what flows is stored by
// pairs, so a search costs groups × pools / 64. Pure.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/level.h"
#include "scheduler/core/call/division/pool_set.h"

namespace mesolys::division {

class Flow {
 public:
  // Group i may use allowed[i], which outlives this.
  Flow(std::vector<const PoolSet*> allowed, size_t pools, int64_t denominator);

  // Both may be called again after Run, and it goes on from what flows already: no group then sends
  // less, no pool gets less.
  void AddSupply(size_t group, const Fraction& amount);
  void AddRoom(size_t pool, const Fraction& amount);

  // Whether all supplies are carried.
  bool Run();

  // The source side of the minimum cut, after a Run that answered false: the groups that ask too
  // much and all the pools that these reach, each of them full.
  bool Reached(size_t group) const { return group_layer_[group] >= 0; }
  const PoolSet& reached() const { return reached_; }

  struct Cell {
    size_t pool = 0;
    Fraction amount;
  };
  // What flows from a group, by increasing pool; none is zero.
  const std::vector<Cell>& cells(size_t group) const { return cells_[group]; }
  const Fraction& room_left(size_t pool) const { return room_[pool]; }

 private:
  bool Search();
  Fraction Push(size_t group, size_t layer, const Fraction& limit);
  Fraction PushThrough(size_t pool, size_t layer, const Fraction& limit);
  Cell& CellOf(size_t group, size_t pool);

  Fraction Plus(const Fraction& a, const Fraction& b) const;
  Fraction Minus(const Fraction& a, const Fraction& b) const;

  const std::vector<const PoolSet*> allowed_;
  const int64_t denominator_;
  std::vector<Fraction> supply_;
  std::vector<Fraction> room_;
  PoolSet open_;  // pools that were given room
  std::vector<std::vector<Cell>> cells_;
  std::vector<std::vector<size_t>> holders_;  // of each pool: the groups with a cell
  // Of the last search.
  std::vector<int> group_layer_;      // -1: not reached, or a dead end
  std::vector<PoolSet> pool_layers_;  // without dead ends
  PoolSet reached_;
  std::vector<size_t> next_holder_;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_FLOW_H_
