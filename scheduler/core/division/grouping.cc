#include "scheduler/core/division/grouping.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace mesolys::division {
namespace {

// The exact order by amount / weight. Doubles decide where they can, for there are many to compare.
class Before {
 public:
  explicit Before(const std::vector<Claim>& claims) : claims_(claims) {}

  bool operator()(const Member& a, const Member& b) const {
    const double left = static_cast<double>(a.amount) * static_cast<double>(b.weight);
    const double right = static_cast<double>(b.amount) * static_cast<double>(a.weight);
    const double close = (left + right) * 1e-15;
    if (left < right - close) return true;
    if (left > right + close) return false;
    const Wide exact_left = Wide(a.amount) * b.weight;
    const Wide exact_right = Wide(b.amount) * a.weight;
    if (exact_left != exact_right) return exact_left < exact_right;
    return claims_[a.claim].request < claims_[b.claim].request;
  }

 private:
  const std::vector<Claim>& claims_;
};

std::vector<uint32_t> OrderOf(const Problem& problem) {
  std::vector<uint32_t> order(problem.pools.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [&](uint32_t i) {
    const Pool& pool = problem.pools[i];
    return std::tie(problem.sites[pool.site], problem.periods[pool.period]);
  };
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  return order;
}

std::vector<bool> Allowed(const NameSet& set, size_t names) {
  std::vector<bool> allowed(names, set.empty());
  for (const uint32_t name : set) allowed[name] = true;
  return allowed;
}

PoolSet PoolsOf(const Problem& problem, const std::vector<uint32_t>& order, uint32_t site_set,
                uint32_t period_set) {
  const std::vector<bool> sites = Allowed(problem.site_sets[site_set], problem.sites.size());
  const std::vector<bool> periods =
      Allowed(problem.period_sets[period_set], problem.periods.size());
  PoolSet pools(order.size());
  for (size_t bit = 0; bit < order.size(); ++bit) {
    const Pool& pool = problem.pools[order[bit]];
    if (sites[pool.site] && periods[pool.period]) pools.Add(bit);
  }
  return pools;
}

}  // namespace

Group::Group(PoolSet pools, std::vector<Member> members, const std::vector<Claim>& claims)
    : pools_(std::move(pools)), members_(std::move(members)) {
  std::sort(members_.begin(), members_.end(), Before(claims));
  Sum();
}

void Group::Sum() {
  amounts_.resize(members_.size() + 1);
  weights_.resize(members_.size() + 1);
  for (size_t i = 0; i < members_.size(); ++i) {
    amounts_[i + 1] = amounts_[i] + members_[i].amount;
    weights_[i + 1] = weights_[i] + members_[i].weight;
  }
}

Group::Cut Group::At(const Level& level) const {
  const auto full = std::partition_point(
      members_.begin(), members_.end(),
      [&](const Member& member) { return level.Covers(member.amount, member.weight); });
  const auto count = static_cast<size_t>(full - members_.begin());
  return {count, amounts_[count], weights_.back() - weights_[count]};
}

void Group::Remove(uint32_t claim) {
  const auto it = std::find_if(members_.begin(), members_.end(),
                               [&](const Member& member) { return member.claim == claim; });
  members_.erase(it);
  Sum();
}

void Group::Insert(const Member& member, const std::vector<Claim>& claims) {
  members_.insert(std::upper_bound(members_.begin(), members_.end(), member, Before(claims)),
                  member);
  Sum();
}

Grouping GroupClaims(const Problem& problem) {
  Grouping grouping;
  grouping.pool_order = OrderOf(problem);
  // Pairs of sets that allow the same pools are one group; so first the pairs, by number.
  absl::flat_hash_map<uint64_t, uint32_t> number_of_pair;
  std::map<PoolSet, uint32_t> number_of_pools;
  std::vector<std::vector<Member>> members;
  grouping.group_of.reserve(problem.claims.size());
  for (uint32_t i = 0; i < problem.claims.size(); ++i) {
    const Claim& claim = problem.claims[i];
    const uint64_t pair = uint64_t{claim.site_set} << 32 | claim.period_set;
    const auto [known, fresh] = number_of_pair.try_emplace(pair, 0);
    if (fresh) {
      PoolSet pools = PoolsOf(problem, grouping.pool_order, claim.site_set, claim.period_set);
      const auto next = static_cast<uint32_t>(number_of_pools.size());
      known->second = number_of_pools.try_emplace(std::move(pools), next).first->second;
      members.resize(number_of_pools.size());
    }
    members[known->second].push_back({claim.amount, claim.weight, claim.minimum, i});
    grouping.group_of.push_back(static_cast<int32_t>(known->second));
  }
  std::vector<int32_t> group_of_number(members.size(), -1);
  for (const auto& [pools, number] : number_of_pools) {
    if (pools.empty()) continue;
    group_of_number[number] = static_cast<int32_t>(grouping.groups.size());
    grouping.groups.emplace_back(pools, std::move(members[number]), problem.claims);
  }
  for (int32_t& group : grouping.group_of) group = group_of_number[static_cast<size_t>(group)];
  return grouping;
}

}  // namespace mesolys::division
