#include "scheduler/core/call/division/levels.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "scheduler/core/call/division/flow.h"

namespace mesolys::division {
namespace {

// What a group asks at `level`, over its denominator.
Fraction Asked(const Group& group, const Level& level) {
  if (level.infinite()) return {group.demand(), 0};
  const Group::Cut cut = group.At(level);
  Fraction asked = level.Share(cut.weight);
  asked.whole += cut.amount;
  return asked;
}

}  // namespace

Levels::Levels(const Problem& problem, const Grouping& grouping)
    : problem_(&problem), grouping_(&grouping), bottleneck_of_(grouping.groups.size()) {
  bottlenecks_ = Solve(Everything(), Level());
  Settle();
}

Levels::Part Levels::Everything() const {
  Part part{{}, PoolSet(problem_->pools.size())};
  for (size_t group = 0; group < grouping_->groups.size(); ++group) {
    if (grouping_->groups[group].demand() > 0) part.groups.push_back(group);
  }
  for (size_t pool = 0; pool < problem_->pools.size(); ++pool) part.pools.Add(pool);
  return part;
}

// The level at which all groups together ask for what the pools have. What they ask is concave in
// the level, so Newton's steps from below never pass it and end at it, exactly; from above, the
// first step leads below.
Level Levels::CommonLevel(const Part& part, const Level& guess) const {
  Wide capacity = 0;
  part.pools.Each(
      [&](size_t bit) { capacity += problem_->pools[grouping_->pool_order[bit]].capacity; });
  Wide demand = 0;
  for (const size_t group : part.groups) demand += grouping_->groups[group].demand();
  if (demand <= capacity) return Level::Infinite();
  Level level = guess;
  while (true) {
    Wide amount = 0;
    int64_t weight = 0;
    for (const size_t group : part.groups) {
      const Group::Cut cut = grouping_->groups[group].At(level);
      amount += cut.amount;
      weight += cut.weight;
    }
    // Too far above there is no step.
    const bool is_far = amount > capacity || weight == 0;
    const Level next = is_far ? Level() : Level::Of(capacity - amount, weight);
    if (next == level) return next;
    level = next;
  }
}

std::vector<Bottleneck> Levels::Solve(Part whole, const Level& guess) const {
  std::vector<Bottleneck> found;
  std::vector<std::pair<Part, Level>> open;
  open.emplace_back(std::move(whole), guess);
  while (!open.empty()) {
    const Level near = open.back().second;
    Part part = std::move(open.back().first);
    open.pop_back();
    if (part.groups.empty() && part.pools.empty()) continue;
    const Level level = CommonLevel(part, near);
    std::vector<const PoolSet*> allowed;
    for (const size_t group : part.groups) allowed.push_back(&grouping_->groups[group].pools());
    Flow flow(std::move(allowed), problem_->pools.size(), level.denominator());
    for (size_t i = 0; i < part.groups.size(); ++i) {
      flow.AddSupply(i, Asked(grouping_->groups[part.groups[i]], level));
    }
    part.pools.Each([&](size_t bit) {
      flow.AddRoom(bit, {problem_->pools[grouping_->pool_order[bit]].capacity, 0});
    });
    if (flow.Run()) {
      found.push_back({std::move(part.groups), std::move(part.pools), level});
      continue;
    }
    Part crowded;
    Part rest;
    for (size_t i = 0; i < part.groups.size(); ++i) {
      (flow.Reached(i) ? crowded : rest).groups.push_back(part.groups[i]);
    }
    crowded.pools = flow.reached();
    part.pools.Remove(flow.reached());
    rest.pools = std::move(part.pools);
    // Where all groups are crowded, the rest is pools that none of them reaches: nobody asks for
    // these, so their level is infinite.
    open.emplace_back(std::move(rest), level);
    open.emplace_back(std::move(crowded), level);
  }
  return found;
}

void Levels::Settle() {
  std::stable_sort(bottlenecks_.begin(), bottlenecks_.end(),
                   [](const Bottleneck& a, const Bottleneck& b) { return a.level < b.level; });
  std::vector<bool> settled(grouping_->groups.size());
  for (size_t i = 0; i < bottlenecks_.size(); ++i) {
    for (const size_t group : bottlenecks_[i].groups) {
      bottleneck_of_[group] = i;
      settled[group] = true;
    }
  }
  for (size_t group = 0; group < settled.size(); ++group) {
    if (settled[group]) continue;
    size_t i = bottlenecks_.size();
    do {
      if (i-- == 0) std::abort();  // every pool is in a bottleneck, and every group has a pool
    } while (!bottlenecks_[i].pools.Meets(grouping_->groups[group].pools()));
    bottleneck_of_[group] = i;
    bottlenecks_[i].groups.push_back(group);
  }
}

bool Levels::Right() const {
  for (size_t group = 0; group < bottleneck_of_.size(); ++group) {
    const PoolSet& pools = grouping_->groups[group].pools();
    for (size_t i = bottlenecks_.size(); bottlenecks_[--i].level > of(group);) {
      if (bottlenecks_[i].pools.Meets(pools)) return false;
    }
  }
  return true;
}

void Levels::Resolve(size_t group) {
  const size_t changed = bottleneck_of_[group];
  Part part;
  part.pools = bottlenecks_[changed].pools;
  for (const size_t member : bottlenecks_[changed].groups) {
    if (grouping_->groups[member].demand() > 0) part.groups.push_back(member);
  }
  const Level before = bottlenecks_[changed].level;
  std::vector<Bottleneck> parts = Solve(std::move(part), before);
  bottlenecks_.erase(bottlenecks_.begin() + static_cast<std::ptrdiff_t>(changed));
  std::move(parts.begin(), parts.end(), std::back_inserter(bottlenecks_));
  for (Bottleneck& bottleneck : bottlenecks_) {
    std::erase_if(bottleneck.groups,
                  [&](size_t member) { return grouping_->groups[member].demand() == 0; });
  }
  Settle();
  if (Right()) return;
  bottlenecks_ = Solve(Everything(), Level());
  Settle();
}

LimitedLevels::LimitedLevels(Problem problem)
    : problem_(std::move(problem)),
      grouping_(GroupClaims(problem_)),
      levels_(problem_, grouping_) {}

void LimitedLevels::Ask(uint32_t claim, int64_t amount) {
  Claim& asked = problem_.claims[claim];
  if (asked.amount == amount) return;
  asked.amount = amount;
  const int32_t number = grouping_.group_of[claim];
  if (number < 0) return;
  const auto place = static_cast<size_t>(number);
  Group& group = grouping_.groups[place];
  group.Remove(claim);
  group.Insert({amount, asked.weight, asked.minimum, claim}, problem_.claims);
  levels_.Resolve(place);
}

int64_t LimitedLevels::Award(uint32_t claim) const {
  const int32_t number = grouping_.group_of[claim];
  if (number < 0) return 0;
  const Claim& asked = problem_.claims[claim];
  const Level& level = levels_.of(static_cast<size_t>(number));
  if (level.Covers(asked.amount, asked.weight)) return asked.amount;
  return static_cast<int64_t>(level.Share(asked.weight).whole);
}

}  // namespace mesolys::division
