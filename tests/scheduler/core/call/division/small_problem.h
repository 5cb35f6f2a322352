#ifndef MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_SMALL_PROBLEM_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_SMALL_PROBLEM_H_

// Problems of a few lines, and divisions that hold their certificates.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/core/call/certificate.h"
#include "scheduler/core/call/division/division.h"

namespace mesolys::division {

inline constexpr int64_t kPoint = kWeightScale;

// Sites "a", "b", ... with one pool each, all in one period.
inline Problem WithPools(const std::vector<int64_t>& capacities) {
  Problem problem;
  problem.periods = {"p"};
  for (uint32_t site = 0; site < capacities.size(); ++site) {
    problem.sites.push_back(std::string(1, static_cast<char>('a' + site)));
    problem.pools.push_back({site, 0, capacities[site], 0});
  }
  return problem;
}

// A claim on the sites of `sites`, such as "ab"; "" for all.
inline void Ask(Problem& problem, const std::string& sites, int64_t amount, int64_t weight = kPoint,
                int64_t minimum = 0, int64_t priority = 0) {
  NameSet set;
  for (const char site : sites) set.push_back(static_cast<uint32_t>(site - 'a'));
  problem.site_sets.push_back(set);
  Claim claim;
  claim.request = absl::StrCat("r", problem.claims.size() + 1);
  claim.amount = amount;
  claim.weight = weight;
  claim.minimum = minimum;
  claim.priority = priority;
  claim.site_set = static_cast<uint32_t>(problem.site_sets.size() - 1);
  problem.claims.push_back(claim);
}

inline Division Certified(const Problem& problem) {
  EXPECT_EQ(Check(problem), absl::OkStatus());
  Division division = Divide(problem);
  EXPECT_EQ(Certify(problem, division), absl::OkStatus());
  return division;
}

}  // namespace mesolys::division

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_SMALL_PROBLEM_H_
