#include "scheduler/core/call/division/wish.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace mesolys::division {
namespace {

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

}  // namespace

bool HasWishes(const Problem& problem) {
  return std::any_of(problem.claims.begin(), problem.claims.end(), [&](const Claim& claim) {
    return claim.last_site >= 0 || !problem.cost_sets[claim.cost_set].empty();
  });
}

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

}  // namespace mesolys::division
