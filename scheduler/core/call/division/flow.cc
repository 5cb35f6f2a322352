#include "scheduler/core/call/division/flow.h"

#include <algorithm>
#include <utility>

namespace mesolys::division {
namespace {

bool IsZero(const Fraction& a) { return a.part == 0 && a.whole == 0; }

bool Less(const Fraction& a, const Fraction& b) {
  return a.whole != b.whole ? a.whole < b.whole : a.part < b.part;
}

const Fraction& Lesser(const Fraction& a, const Fraction& b) { return Less(b, a) ? b : a; }

}  // namespace

Flow::Flow(std::vector<const PoolSet*> allowed, size_t pools, int64_t denominator)
    : allowed_(std::move(allowed)),
      denominator_(denominator),
      supply_(allowed_.size()),
      room_(pools),
      open_(pools),
      cells_(allowed_.size()),
      holders_(pools),
      group_layer_(allowed_.size(), -1),
      reached_(pools),
      next_holder_(pools) {}

Fraction Flow::Plus(const Fraction& a, const Fraction& b) const {
  // Both parts are below 2^62.
  const int64_t part = a.part + b.part;
  if (part >= denominator_) return {a.whole + b.whole + 1, part - denominator_};
  return {a.whole + b.whole, part};
}

Fraction Flow::Minus(const Fraction& a, const Fraction& b) const {
  if (a.part < b.part) return {a.whole - b.whole - 1, a.part - b.part + denominator_};
  return {a.whole - b.whole, a.part - b.part};
}

void Flow::AddSupply(size_t group, const Fraction& amount) {
  supply_[group] = Plus(supply_[group], amount);
}

void Flow::AddRoom(size_t pool, const Fraction& amount) {
  room_[pool] = Plus(room_[pool], amount);
  open_.Add(pool);
}

bool Flow::Run() {
  while (Search()) {
    std::fill(next_holder_.begin(), next_holder_.end(), 0);
    for (size_t group = 0; group < allowed_.size(); ++group) {
      if (group_layer_[group] != 0 || IsZero(supply_[group])) continue;
      supply_[group] = Minus(supply_[group], Push(group, 0, supply_[group]));
    }
  }
  return std::all_of(supply_.begin(), supply_.end(), IsZero);
}

// Breadth first from every group with something left; whether it came to a pool with room.
bool Flow::Search() {
  std::fill(group_layer_.begin(), group_layer_.end(), -1);
  pool_layers_.clear();
  reached_ = PoolSet(room_.size());
  std::vector<size_t> frontier;
  for (size_t group = 0; group < allowed_.size(); ++group) {
    if (IsZero(supply_[group])) continue;
    group_layer_[group] = 0;
    frontier.push_back(group);
  }
  PoolSet unseen = open_;
  for (int layer = 1; !frontier.empty(); ++layer) {
    PoolSet found(room_.size());
    for (const size_t group : frontier) found.Add(*allowed_[group]);
    found.Keep(unseen);
    unseen.Remove(found);
    reached_.Add(found);
    bool room = false;
    frontier.clear();
    found.Each([&](size_t pool) {
      room = room || !IsZero(room_[pool]);
      for (const size_t group : holders_[pool]) {
        if (group_layer_[group] >= 0) continue;
        group_layer_[group] = layer;
        frontier.push_back(group);
      }
    });
    pool_layers_.push_back(std::move(found));
    if (room) return true;
  }
  return false;
}

Fraction Flow::Push(size_t group, size_t layer, const Fraction& limit) {
  Fraction pushed;
  for (size_t i = 0; i < open_.word_count(); ++i) {
    uint64_t word = allowed_[group]->word(i) & pool_layers_[layer].word(i);
    for (; word != 0; word &= word - 1) {
      const size_t pool = i * 64 + static_cast<size_t>(absl::countr_zero(word));
      const Fraction wanted = Minus(limit, pushed);
      const Fraction taken = PushThrough(pool, layer, wanted);
      if (!IsZero(taken)) {
        Cell& cell = CellOf(group, pool);
        cell.amount = Plus(cell.amount, taken);
        pushed = Plus(pushed, taken);
      }
      if (taken == wanted) return pushed;
      pool_layers_[layer].Remove(pool);
    }
  }
  return pushed;
}

// What the pool can take: its room if this is the last layer, else as much as groups that use it
// find elsewhere.
Fraction Flow::PushThrough(size_t pool, size_t layer, const Fraction& limit) {
  if (layer + 1 == pool_layers_.size()) {
    const Fraction taken = Lesser(limit, room_[pool]);
    room_[pool] = Minus(room_[pool], taken);
    return taken;
  }
  Fraction pushed;
  std::vector<size_t>& holders = holders_[pool];
  size_t& next = next_holder_[pool];
  while (next < holders.size()) {
    const size_t group = holders[next];
    if (group_layer_[group] != static_cast<int>(layer) + 1) {
      ++next;
      continue;
    }
    const Fraction wanted = Lesser(Minus(limit, pushed), CellOf(group, pool).amount);
    const Fraction taken = Push(group, layer + 1, wanted);
    if (!IsZero(taken)) {
      // Looked up again: what was pushed may have moved the cells.
      Cell& cell = CellOf(group, pool);
      cell.amount = Minus(cell.amount, taken);
      pushed = Plus(pushed, taken);
      if (IsZero(cell.amount)) {
        cells_[group].erase(cells_[group].begin() + (&cell - cells_[group].data()));
        holders[next] = holders.back();
        holders.pop_back();
      }
    }
    if (pushed == limit) return pushed;
    // It is a dead end only if it could not send what was wanted of it.
    if (!(taken == wanted)) ++next;
  }
  return pushed;
}

Flow::Cell& Flow::CellOf(size_t group, size_t pool) {
  std::vector<Cell>& cells = cells_[group];
  auto it = std::lower_bound(cells.begin(), cells.end(), pool,
                             [](const Cell& cell, size_t wanted) { return cell.pool < wanted; });
  if (it == cells.end() || it->pool != pool) {
    it = cells.insert(it, {pool, {}});
    holders_[pool].push_back(group);
  }
  return *it;
}

}  // namespace mesolys::division
