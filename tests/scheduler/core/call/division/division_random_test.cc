// Thousands of small problems: the division agrees with linear programs, and with the rule of
// minimums done the slow way.

#include "scheduler/core/call/division/division.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/core/call/certificate.h"
#include "tests/fakes/test_seed.h"
#include "tests/scheduler/core/call/division/linear_programs.h"
#include "tests/scheduler/core/call/division/random_problem.h"

namespace mesolys::division {
namespace {

Division Certified(const Problem& problem) {
  EXPECT_EQ(Check(problem), absl::OkStatus()) << Told(problem);
  Division division = Divide(problem);
  EXPECT_EQ(Certify(problem, division), absl::OkStatus()) << Told(problem);
  return division;
}

std::vector<int64_t> AmountsOf(const Division& division) {
  std::vector<int64_t> amounts;
  for (const Award& award : division.awards) amounts.push_back(award.amount);
  return amounts;
}

TEST(DivisionRandomTest, AgreesWithIteratedLinearPrograms) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 2'000 && !testing::Test::HasFailure(); ++i) {
    const Problem problem = RandomProblem(random, {.wishes = i % 2 == 0});
    const Division division = Certified(problem);
    const std::vector<double> expected = LeximinByPrograms(problem);
    for (size_t claim = 0; claim < expected.size(); ++claim) {
      EXPECT_NEAR(static_cast<double>(division.awards[claim].amount), expected[claim], 1 + 1e-3)
          << Told(problem);
    }
    double cost = 0;
    for (const Placement& placement : division.placements) {
      cost +=
          CostOf(problem, problem.claims[placement.claim].cost_set, problem.pools[placement.pool]) *
          static_cast<double>(placement.amount);
    }
    EXPECT_NEAR(cost, LeastCost(problem, AmountsOf(division)), 1e-3) << Told(problem);
  }
}

// The rule of minimums as it is written, with a whole division for each question.
class SlowVeto {
 public:
  explicit SlowVeto(const Problem& problem)
      : problem_(problem), kept_(problem.claims.size(), true) {}

  std::vector<bool> Run() {
    std::vector<size_t> dropped;
    for (std::vector<size_t> below = Below(); !below.empty(); below = Below()) {
      const size_t worst = *std::min_element(below.begin(), below.end(),
                                             [&](size_t a, size_t b) { return DropsBefore(a, b); });
      kept_[worst] = false;
      dropped.push_back(worst);
    }
    std::sort(dropped.begin(), dropped.end(),
              [&](size_t a, size_t b) { return DropsBefore(b, a); });
    for (const size_t claim : dropped) {
      kept_[claim] = true;
      if (!Below().empty()) kept_[claim] = false;
    }
    return kept_;
  }

 private:
  bool DropsBefore(size_t a, size_t b) const {
    const Claim& left = problem_.claims[a];
    const Claim& right = problem_.claims[b];
    if (left.priority != right.priority) return left.priority < right.priority;
    return left.request > right.request;
  }

  // The claims that would get less than their minimum, exactly.
  std::vector<size_t> Below() const {
    Problem rest = problem_;
    std::vector<size_t> number;
    rest.claims.clear();
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (!kept_[i]) continue;
      number.push_back(i);
      rest.claims.push_back(problem_.claims[i]);
      rest.claims.back().minimum = 0;
    }
    const Division division = Divide(rest);
    std::vector<size_t> below;
    for (size_t i = 0; i < number.size(); ++i) {
      const int32_t share = division.awards[i].share;
      const Level level = share < 0 ? Level() : division.shares[static_cast<size_t>(share)].level;
      const Claim& claim = problem_.claims[number[i]];
      if (!level.Covers(claim.minimum, claim.weight)) below.push_back(number[i]);
    }
    return below;
  }

  const Problem& problem_;
  std::vector<bool> kept_;
};

TEST(DivisionRandomTest, DropsWhomTheRuleOfMinimumsDrops) {
  std::mt19937_64 random(TestSeed());
  int64_t dropped = 0;
  for (int i = 0; i < 2'000 && !testing::Test::HasFailure(); ++i) {
    const Problem problem = RandomProblem(random, {.minimums = true, .extremes = i % 4 == 0});
    const Division division = Certified(problem);
    const std::vector<bool> kept = SlowVeto(problem).Run();
    for (size_t claim = 0; claim < kept.size(); ++claim) {
      EXPECT_EQ(division.awards[claim].status == AwardStatus::kDropped, !kept[claim])
          << problem.claims[claim].request << "\n"
          << Told(problem);
      if (kept[claim]) {
        EXPECT_GE(division.awards[claim].amount, problem.claims[claim].minimum);
      } else {
        ++dropped;
      }
    }
  }
  EXPECT_GT(dropped, 100);
}

}  // namespace
}  // namespace mesolys::division
