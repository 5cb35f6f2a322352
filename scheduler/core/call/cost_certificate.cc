#include "scheduler/core/call/cost_certificate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

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

}  // namespace

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

}  // namespace mesolys
