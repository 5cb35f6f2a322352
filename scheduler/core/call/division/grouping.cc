#include "scheduler/core/call/division/grouping.h"

#include <algorithm>
#include <cstdint>
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

double QuotientOf(const Member& member) {
  return static_cast<double>(member.amount) / static_cast<double>(member.weight);
}

// By Before. The quotient in doubles orders all but the closest, and is small to move about: two
// that it orders wrongly differ by less than kClose of them, and so do all between them, so it is
// enough to order each run of close neighbours exactly.
void Sort(std::vector<Member>& members, const std::vector<Claim>& claims) {
  constexpr double kClose = 4e-15;
  struct Key {
    double quotient = 0;
    uint32_t member = 0;
  };
  std::vector<Key> keys(members.size());
  for (uint32_t i = 0; i < members.size(); ++i) keys[i] = {QuotientOf(members[i]), i};
  std::sort(keys.begin(), keys.end(),
            [](const Key& a, const Key& b) { return a.quotient < b.quotient; });
  const Before before(claims);
  for (auto run = keys.begin(); run != keys.end();) {
    auto end = std::next(run);
    while (end != keys.end() && end->quotient <= std::prev(end)->quotient * (1 + kClose)) ++end;
    if (end - run > 1) {
      std::sort(run, end, [&](const Key& a, const Key& b) {
        return before(members[a.member], members[b.member]);
      });
    }
    run = end;
  }
  std::vector<Member> sorted;
  sorted.reserve(members.size());
  for (const Key& key : keys) sorted.push_back(members[key.member]);
  members = std::move(sorted);
}

// Numbers pairs of a site set and a period set as they come. There are few, so a table is most
// often small enough; else a hash has them.
class PairNumbers {
 public:
  explicit PairNumbers(const Problem& problem) : periods_(problem.period_sets.size()) {
    const size_t all = problem.site_sets.size() * periods_;
    if (all <= kTableMax) table_.resize(all, kNone);
  }

  uint32_t Of(uint32_t site_set, uint32_t period_set) {
    if (table_.empty()) {
      const uint64_t pair = uint64_t{site_set} << 32 | period_set;
      return hash_.try_emplace(pair, static_cast<uint32_t>(hash_.size())).first->second;
    }
    uint32_t& number = table_[site_set * periods_ + period_set];
    if (number == kNone) number = count_++;
    return number;
  }

 private:
  static constexpr size_t kTableMax = size_t{1} << 20;
  static constexpr uint32_t kNone = UINT32_MAX;

  const size_t periods_;
  std::vector<uint32_t> table_;
  absl::flat_hash_map<uint64_t, uint32_t> hash_;
  uint32_t count_ = 0;
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
  Sort(members_, claims);
  Sum();
}

void Group::Sum() {
  amounts_.resize(members_.size() + 1);
  weights_.resize(members_.size() + 1);
  quotients_.resize(members_.size());
  for (size_t i = 0; i < members_.size(); ++i) {
    amounts_[i + 1] = amounts_[i] + members_[i].amount;
    weights_[i + 1] = weights_[i] + members_[i].weight;
    quotients_[i] = QuotientOf(members_[i]);
  }
}

Group::Cut Group::At(const Level& level) const {
  size_t count = members_.size();
  if (!level.infinite()) {
    // Quotients in doubles say where all but the closest are.
    const double quotient = level.Quotient();
    const auto low = std::lower_bound(quotients_.begin(), quotients_.end(), quotient * (1 - 1e-14));
    const auto high = std::upper_bound(low, quotients_.end(), quotient * (1 + 1e-14));
    const auto full = std::partition_point(
        members_.begin() + (low - quotients_.begin()),
        members_.begin() + (high - quotients_.begin()),
        [&](const Member& member) { return level.Covers(member.amount, member.weight); });
    count = static_cast<size_t>(full - members_.begin());
  }
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
  PairNumbers pairs(problem);
  std::map<PoolSet, uint32_t> number_of_pools;
  std::vector<uint32_t> number_of_pair;
  std::vector<size_t> counts;
  grouping.group_of.reserve(problem.claims.size());
  for (const Claim& claim : problem.claims) {
    const uint32_t pair = pairs.Of(claim.site_set, claim.period_set);
    if (pair == number_of_pair.size()) {
      PoolSet pools = PoolsOf(problem, grouping.pool_order, claim.site_set, claim.period_set);
      const auto next = static_cast<uint32_t>(number_of_pools.size());
      number_of_pair.push_back(number_of_pools.try_emplace(std::move(pools), next).first->second);
      counts.resize(number_of_pools.size());
    }
    const uint32_t number = number_of_pair[pair];
    ++counts[number];
    grouping.group_of.push_back(static_cast<int32_t>(number));
    grouping.has_minimums = grouping.has_minimums || claim.minimum > 0;
  }
  std::vector<std::vector<Member>> members(counts.size());
  for (size_t number = 0; number < counts.size(); ++number) {
    members[number].reserve(counts[number]);
  }
  for (uint32_t i = 0; i < problem.claims.size(); ++i) {
    const Claim& claim = problem.claims[i];
    members[static_cast<size_t>(grouping.group_of[i])].push_back(
        {claim.amount, claim.weight, claim.minimum, i});
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
