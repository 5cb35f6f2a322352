#include "scheduler/core/call/division/problem.h"

#include <cmath>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/values/quoted.h"

namespace mesolys::division {
namespace {

absl::Status Wrong(absl::string_view entry, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(entry, ": ", what));
}

bool Within(int64_t value, int64_t least, int64_t most) { return value >= least && value <= most; }

std::string AmountRange() { return absl::StrCat("must be from 0 to 2^62 = ", kAmountMax); }

absl::Status CheckSets(absl::string_view what, const std::vector<NameSet>& sets, size_t names) {
  for (const NameSet& set : sets) {
    for (const uint32_t name : set) {
      if (name >= names) return Wrong(what, absl::StrCat("there is no number ", name));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCostSets(const Problem& problem) {
  for (const CostSet& costs : problem.cost_sets) {
    absl::flat_hash_set<uint32_t> seen;
    for (const SiteCost& each : costs) {
      if (each.site >= problem.sites.size()) {
        return Wrong("cost set", absl::StrCat("there is no site ", each.site));
      }
      if (!std::isfinite(each.cost)) return Wrong("cost set", "cost must be a finite number");
      if (!seen.insert(each.site).second) return Wrong("cost set", "a site is there twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPools(const Problem& problem) {
  std::set<std::pair<uint32_t, uint32_t>> seen;
  for (const Pool& pool : problem.pools) {
    if (pool.site >= problem.sites.size() || pool.period >= problem.periods.size()) {
      return Wrong("pool",
                   absl::StrCat("there is no site ", pool.site, " or period ", pool.period));
    }
    const std::string entry = absl::StrCat("pool ", Quoted(problem.sites[pool.site]), " ",
                                           Quoted(problem.periods[pool.period]));
    if (!Within(pool.capacity, 0, kAmountMax)) {
      return Wrong(entry, absl::StrCat("capacity ", pool.capacity, " ", AmountRange()));
    }
    if (!std::isfinite(pool.cost)) return Wrong(entry, "cost must be a finite number");
    if (!seen.insert({pool.site, pool.period}).second) {
      return Wrong(entry, "is there twice; a site has one pool a period");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckClaim(const Problem& problem, const Claim& claim) {
  const auto wrong = [&](absl::string_view what) {
    return Wrong(absl::StrCat("claim of request ", Quoted(claim.request)), what);
  };
  if (!Within(claim.amount, 0, kAmountMax)) {
    return wrong(absl::StrCat("amount ", claim.amount, " ", AmountRange()));
  }
  if (!Within(claim.minimum, 0, claim.amount)) {
    return wrong(
        absl::StrCat("minimum ", claim.minimum, " must be from 0 to its amount ", claim.amount));
  }
  if (!Within(claim.weight, 1, kWeightMax)) {
    return wrong(
        absl::StrCat("weight of ", claim.weight, " millionths must be from 0.000001 to 1000000"));
  }
  if (claim.site_set >= problem.site_sets.size() ||
      claim.period_set >= problem.period_sets.size()) {
    return wrong(
        absl::StrCat("there is no site set ", claim.site_set, " or period set ", claim.period_set));
  }
  if (claim.cost_set >= problem.cost_sets.size()) {
    return wrong(absl::StrCat("there is no cost set ", claim.cost_set));
  }
  if (claim.last_site < -1 || claim.last_site >= static_cast<int64_t>(problem.sites.size())) {
    return wrong(absl::StrCat("there is no site ", claim.last_site));
  }
  return absl::OkStatus();
}

}  // namespace

double CostOf(const Problem& problem, uint32_t cost_set, const Pool& pool) {
  for (const SiteCost& each : problem.cost_sets[cost_set]) {
    if (each.site == pool.site) return each.cost;
  }
  return pool.cost;
}

absl::Status Check(const Problem& problem) {
  if (problem.claims.size() > kCountMax || problem.pools.size() > kCountMax) {
    return Wrong("problem",
                 absl::StrCat(problem.claims.size(), " claims and ", problem.pools.size(),
                              " pools; at most ", kCountMax, " of each can be divided at once"));
  }
  absl::Status status = CheckSets("site set", problem.site_sets, problem.sites.size());
  if (status.ok()) status = CheckSets("period set", problem.period_sets, problem.periods.size());
  if (status.ok()) status = CheckCostSets(problem);
  if (status.ok()) status = CheckPools(problem);
  if (!status.ok()) return status;
  absl::flat_hash_set<absl::string_view> requests;
  requests.reserve(problem.claims.size());
  for (const Claim& claim : problem.claims) {
    status = CheckClaim(problem, claim);
    if (!status.ok()) return status;
    if (!requests.insert(claim.request).second) {
      return Wrong(absl::StrCat("claim of request ", Quoted(claim.request)),
                   "is there twice; a request claims a resource once");
    }
  }
  return absl::OkStatus();
}

}  // namespace mesolys::division
