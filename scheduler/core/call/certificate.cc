#include "scheduler/core/call/certificate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/values/quoted.h"
#include "scheduler/core/call/division/division.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys {
namespace {

using division::Award;
using division::AwardStatus;
using division::Claim;
using division::Division;
using division::Level;
using division::Placement;
using division::Pool;
using division::Problem;
using division::Wide;

// Claims that may be in the same pools at the same costs.
struct PlacedAlike {
  std::vector<uint32_t> pools;
  std::vector<double> costs;  // of a unit, in each of these
  std::vector<bool> used;     // whether any of them is there
};

constexpr double kNoWay = std::numeric_limits<double>::infinity();

// What it costs to have a unit less in each pool, at least.
class Moves {
 public:
  Moves(const std::vector<PlacedAlike>& alike, std::vector<double> start, double close)
      : alike_(alike), least_(std::move(start)), close_(close) {}

  // Whether this comes to an end. If not, units that go around would save without end.
  bool Find() {
    for (size_t round = 0; round <= least_.size(); ++round) {
      bool less = false;
      for (const PlacedAlike& each : alike_) less = Shorten(each) || less;
      if (!less) return true;
    }
    return false;
  }

  const std::vector<double>& least() const { return least_; }

 private:
  bool Shorten(const PlacedAlike& each) {
    double arrive = kNoWay;
    for (size_t i = 0; i < each.pools.size(); ++i) {
      arrive = std::min(arrive, each.costs[i] + least_[each.pools[i]]);
    }
    if (arrive == kNoWay) return false;
    bool less = false;
    for (size_t i = 0; i < each.pools.size(); ++i) {
      if (!each.used[i] || arrive - each.costs[i] >= least_[each.pools[i]] - close_) continue;
      least_[each.pools[i]] = arrive - each.costs[i];
      less = true;
    }
    return less;
  }

  const std::vector<PlacedAlike>& alike_;
  std::vector<double> least_;
  const double close_;
};

// Checks that a placement is of least cost: no unit can move to another pool, and there push out
// another if it is full, and so on to a pool with room or around to the first, so that less is
// paid. That is all there is to check, for such moves lead from any placement to any other.
// INTERNAL names the first pool out of which a move would save.
absl::Status CertifyCost(const division::Problem& problem, const division::Division& division,
                         const std::vector<PlacedAlike>& alike) {
  double largest = 0;
  for (const PlacedAlike& each : alike) {
    for (const double cost : each.costs) largest = std::max(largest, std::abs(cost));
  }
  // Costs are numbers for ordering only; what is closer than this is equal.
  const double close = largest * 1e-9 * static_cast<double>(problem.pools.size() + 1);
  std::vector<double> start;
  for (size_t i = 0; i < problem.pools.size(); ++i) {
    start.push_back(division.pools[i].allocated < problem.pools[i].capacity ? 0 : kNoWay);
  }
  Moves to_room(alike, start, close);
  const bool ends = to_room.Find();
  for (size_t i = 0; i < start.size(); ++i) {
    if (ends && to_room.least()[i] >= -close) continue;
    const division::Pool& pool = problem.pools[i];
    return absl::InternalError(absl::StrCat("pool ", Quoted(problem.sites[pool.site]), " ",
                                            Quoted(problem.periods[pool.period]),
                                            ": it would cost less to place elsewhere"));
  }
  // Among full pools something can go around only where costs are not those of the pools alone.
  const bool own_costs = std::any_of(problem.cost_sets.begin(), problem.cost_sets.end(),
                                     [](const division::CostSet& set) { return !set.empty(); });
  if (own_costs && !Moves(alike, std::vector<double>(start.size()), close).Find()) {
    return absl::InternalError("placements: it would cost less to exchange places");
  }
  return absl::OkStatus();
}

// Claims that may use the same pools at the same costs, and the highest level among these.
struct Choice {
  uint32_t cost_set = 0;
  std::vector<bool> pools;
  std::vector<bool> used;  // some of these claims are placed there
  std::optional<Level> highest;
};

class Certificate {
 public:
  Certificate(const Problem& problem, const Division& division)
      : problem_(problem), division_(division) {}

  absl::Status Check() {
    absl::Status status = CheckShape();
    if (status.ok()) status = CheckPools();
    if (!status.ok()) return status;
    dropped_.assign(problem_.claims.size(), false);
    for (const division::Drop& drop : division_.drops) {
      if (drop.claim >= dropped_.size()) return Wrong("drops", "there is no such claim");
      dropped_[drop.claim] = true;
    }
    auto next = division_.placements.begin();
    for (uint32_t i = 0; i < problem_.claims.size(); ++i) {
      const auto first = next;
      while (next != division_.placements.end() && next->claim == i) ++next;
      status = CheckClaim(i, first, next);
      if (!status.ok()) return status;
    }
    if (next != division_.placements.end()) return Wrong("placements", "not in order of claims");
    return CertifyCost(problem_, division_, Alike());
  }

 private:
  using Place = std::vector<Placement>::const_iterator;

  static absl::Status Wrong(absl::string_view where, absl::string_view what) {
    return absl::InternalError(absl::StrCat(where, ": ", what));
  }

  absl::Status CheckShape() const {
    if (division_.awards.size() != problem_.claims.size() ||
        division_.pools.size() != problem_.pools.size()) {
      return Wrong("division", "not one award for each claim and pool");
    }
    const auto shares = static_cast<int32_t>(division_.shares.size());
    for (const division::PoolAward& pool : division_.pools) {
      if (pool.share < 0 || pool.share >= shares) return Wrong("pool", "without a level");
    }
    return absl::OkStatus();
  }

  // (a) and (d) of pools.
  absl::Status CheckPools() const {
    std::vector<Wide> placed(problem_.pools.size());
    for (const Placement& placement : division_.placements) {
      if (placement.pool >= placed.size()) return Wrong("placement", "in no pool");
      if (placement.amount <= 0) return Wrong("placement", "of nothing, or less");
      placed[placement.pool] += placement.amount;
    }
    for (size_t i = 0; i < placed.size(); ++i) {
      const Pool& pool = problem_.pools[i];
      const int64_t allocated = division_.pools[i].allocated;
      const auto wrong = [&](absl::string_view what) {
        return Wrong(absl::StrCat("pool ", Quoted(problem_.sites[pool.site]), " ",
                                  Quoted(problem_.periods[pool.period])),
                     what);
      };
      if (placed[i] != allocated) return wrong("its placements do not sum up to what it gives");
      if (allocated > pool.capacity) return wrong("gives more than it has");
      if (!LevelOf(i).infinite() && allocated != pool.capacity) {
        return wrong("has a finite level, and is not full");
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckClaim(uint32_t i, Place first, Place last) {
    const Claim& claim = problem_.claims[i];
    const Award& award = division_.awards[i];
    const auto wrong = [&](absl::string_view what) {
      return Wrong(absl::StrCat("claim of request ", Quoted(claim.request)), what);
    };
    if (award.amount < 0 || award.amount > claim.amount) return wrong("gets more than it asks");
    if (dropped_[i] != (award.status == AwardStatus::kDropped)) return wrong("dropped, or not?");
    if (dropped_[i]) {
      if (claim.minimum == 0) return wrong("dropped without a minimum");
      return award.amount == 0 && first == last ? absl::OkStatus() : wrong("dropped, yet it gets");
    }
    if ((award.status == AwardStatus::kFull) != (award.amount == claim.amount)) {
      return wrong("full, or not?");
    }
    Choice& choice = ChoiceOf(claim);
    const Level level = choice.highest.value_or(Level());
    if (choice.highest.has_value() != (award.share >= 0)) return wrong("pools, or none?");
    if (award.share >= 0 && !(SharedLevel(award.share) == level)) {
      return wrong("its level is not the highest of its pools");
    }
    Wide sum = 0;
    for (; first != last; ++first) {
      sum += first->amount;
      if (!choice.pools[first->pool]) return wrong("placed where it may not be");
      if (!(LevelOf(first->pool) == level)) return wrong("placed below its level");
      choice.used[first->pool] = true;
    }
    if (sum != award.amount) return wrong("its placements do not sum up to its award");
    if (!level.Covers(claim.minimum, claim.weight)) return wrong("below its minimum");
    return WithinOneUnit(award.amount, claim, level) ? absl::OkStatus()
                                                     : wrong("more than one unit from its share");
  }

  // |award - min(amount, weight × level)| < 1, without a division.
  static bool WithinOneUnit(int64_t award, const Claim& claim, const Level& level) {
    if (level.Covers(claim.amount, claim.weight)) return award == claim.amount;
    // Now weight × level < amount. First award - 1 < weight × level, which is not "award - 1
    // covers"; then weight × level < award + 1.
    const bool not_above = award == 0 || !CoveredBy(level, claim.weight, award - 1);
    return not_above && !level.Covers(award + 1, claim.weight);
  }

  // weight × level ≤ amount.
  static bool CoveredBy(const Level& level, int64_t weight, int64_t amount) {
    const division::Fraction share = level.Share(weight);
    return share.whole < amount || (share.whole == amount && share.part == 0);
  }

  const Level& LevelOf(size_t pool) const { return SharedLevel(division_.pools[pool].share); }

  const Level& SharedLevel(int32_t share) const {
    return division_.shares[static_cast<size_t>(share)].level;
  }

  Choice& ChoiceOf(const Claim& claim) {
    const std::tuple<uint32_t, uint32_t, uint32_t> key = {claim.site_set, claim.period_set,
                                                          claim.cost_set};
    const auto [it, fresh] = numbers_.try_emplace(key, choices_.size());
    if (!fresh) return choices_[it->second];
    Choice& choice = choices_.emplace_back();
    choice.cost_set = claim.cost_set;
    choice.used.resize(problem_.pools.size());
    const auto allows = [](const division::NameSet& set, size_t names) {
      std::vector<bool> allowed(names, set.empty());
      for (const uint32_t name : set) allowed[name] = true;
      return allowed;
    };
    const std::vector<bool> sites =
        allows(problem_.site_sets[claim.site_set], problem_.sites.size());
    const std::vector<bool> periods =
        allows(problem_.period_sets[claim.period_set], problem_.periods.size());
    for (size_t i = 0; i < problem_.pools.size(); ++i) {
      const Pool& pool = problem_.pools[i];
      choice.pools.push_back(sites[pool.site] && periods[pool.period]);
      if (!choice.pools.back()) continue;
      if (!choice.highest.has_value() || *choice.highest < LevelOf(i)) choice.highest = LevelOf(i);
    }
    return choice;
  }

  // For each choice, the pools where (b) lets its claims be.
  std::vector<PlacedAlike> Alike() const {
    std::vector<PlacedAlike> all;
    for (const Choice& choice : choices_) {
      PlacedAlike alike;
      for (uint32_t i = 0; i < choice.pools.size(); ++i) {
        if (!choice.pools[i] || !(LevelOf(i) == *choice.highest)) continue;
        alike.pools.push_back(i);
        alike.costs.push_back(division::CostOf(problem_, choice.cost_set, problem_.pools[i]));
        alike.used.push_back(choice.used[i]);
      }
      all.push_back(std::move(alike));
    }
    return all;
  }

  const Problem& problem_;
  const Division& division_;
  std::vector<bool> dropped_;
  std::vector<Choice> choices_;
  absl::flat_hash_map<std::tuple<uint32_t, uint32_t, uint32_t>, size_t> numbers_;
};

}  // namespace

absl::Status Certify(const Problem& problem, const Division& division) {
  return Certificate(problem, division).Check();
}

}  // namespace mesolys
