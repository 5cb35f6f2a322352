#ifndef MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_RANDOM_PROBLEM_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_RANDOM_PROBLEM_H_

// Small problems in which everything happens: full, empty and missing pools, claims without pools,
// equal ratios, claims of one unit and of nothing, extremes. Chance is anything that Pick takes.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/core/call/division/problem.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::division {

struct RandomShape {
  bool minimums = false;
  bool extremes = false;  // amounts near 2^62, weights from 1e-6 to 1e6
  bool wishes = false;    // costs of single claims, last year's sites
};

template <typename Random>
NameSet RandomSet(Random& random, size_t names) {
  NameSet set;
  for (uint32_t i = 0; i < names; ++i) {
    if (Pick(random, 1) == 1) set.push_back(i);
  }
  return set;
}

template <typename Random>
int64_t RandomAmount(Random& random, const RandomShape& shape) {
  if (shape.extremes && Pick(random, 2) == 0) return kAmountMax - Pick(random, 3);
  return Pick(random, 3) == 0 ? Pick(random, 2) : Pick(random, 200);
}

template <typename Random>
Claim RandomClaim(Random& random, const RandomShape& shape, int64_t number, size_t sets) {
  Claim claim;
  claim.request = absl::StrCat("r", number);
  claim.amount = RandomAmount(random, shape);
  if (Pick(random, 2) == 0) {
    claim.weight = kWeightScale;
  } else {
    claim.weight = 1 + Pick(random, 3 * kWeightScale);
  }
  if (shape.extremes && Pick(random, 2) == 0) {
    claim.weight = Pick(random, 1) == 0 ? 1 : kWeightMax;
  }
  if (shape.minimums && Pick(random, 1) == 0) claim.minimum = Pick(random, claim.amount);
  claim.priority = Pick(random, 2);
  claim.site_set = static_cast<uint32_t>(Pick(random, static_cast<int64_t>(sets) - 1));
  claim.period_set = static_cast<uint32_t>(Pick(random, static_cast<int64_t>(sets) - 1));
  if (shape.wishes) claim.cost_set = static_cast<uint32_t>(Pick(random, 2));
  return claim;
}

template <typename Random>
Problem RandomProblem(Random& random, const RandomShape& shape = {}) {
  Problem problem;
  const int64_t sites = 1 + Pick(random, 3);
  const int64_t periods = 1 + Pick(random, 2);
  for (int64_t i = 0; i < sites; ++i) problem.sites.push_back(absl::StrCat("s", i));
  for (int64_t i = 0; i < periods; ++i) problem.periods.push_back(absl::StrCat("p", i));
  for (uint32_t site = 0; site < sites; ++site) {
    for (uint32_t period = 0; period < periods; ++period) {
      if (Pick(random, 5) == 0) continue;
      const int64_t capacity = Pick(random, 5) == 0 ? 0 : RandomAmount(random, shape);
      problem.pools.push_back({site, period, capacity, static_cast<double>(Pick(random, 3)) / 4});
    }
  }
  for (int i = 0; i < 3; ++i) {
    problem.site_sets.push_back(RandomSet(random, problem.sites.size()));
    problem.period_sets.push_back(RandomSet(random, problem.periods.size()));
  }
  for (int i = 0; i < 2; ++i) {
    CostSet& costs = problem.cost_sets.emplace_back();
    for (uint32_t site = 0; site < sites; ++site) {
      if (Pick(random, 1) == 1) costs.push_back({site, static_cast<double>(Pick(random, 3)) / 4});
    }
  }
  const int64_t claims = Pick(random, 9);
  for (int64_t i = 0; i < claims; ++i) {
    problem.claims.push_back(RandomClaim(random, shape, i, problem.site_sets.size()));
    if (shape.wishes) {
      problem.claims.back().last_site = static_cast<int32_t>(Pick(random, sites) - 1);
    }
  }
  return problem;
}

// For messages of failures: everything that is needed to have the problem again.
inline std::string Told(const Problem& problem) {
  std::string text;
  for (const Pool& pool : problem.pools) {
    absl::StrAppend(&text, "pool ", pool.site, "/", pool.period, " capacity ", pool.capacity,
                    " cost ", pool.cost, "\n");
  }
  const auto members = [](const NameSet& set) {
    std::string all = set.empty() ? " all" : "";
    for (const uint32_t name : set) absl::StrAppend(&all, " ", name);
    return all;
  };
  for (const Claim& claim : problem.claims) {
    absl::StrAppend(&text, "claim ", claim.request, " amount ", claim.amount, " minimum ",
                    claim.minimum, " weight ", claim.weight, " priority ", claim.priority, " sites",
                    members(problem.site_sets[claim.site_set]), " periods",
                    members(problem.period_sets[claim.period_set]), " last ", claim.last_site,
                    " costs");
    for (const SiteCost& each : problem.cost_sets[claim.cost_set]) {
      absl::StrAppend(&text, " ", each.site, ":", each.cost);
    }
    text += "\n";
  }
  return text;
}

}  // namespace mesolys::division

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_RANDOM_PROBLEM_H_
