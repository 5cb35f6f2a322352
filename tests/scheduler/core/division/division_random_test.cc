// Thousands of small problems: the division agrees with linear programs, with the rule of minimums
// done the slow way, and with what a fair rule promises to those who think of cheating.

#include "scheduler/core/division/division.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "scheduler/core/certificate.h"
#include "tests/fakes/test_seed.h"
#include "tests/scheduler/core/division/linear_programs.h"
#include "tests/scheduler/core/division/random_problem.h"

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
    const Problem problem = RandomProblem(random);
    const Division division = Certified(problem);
    const std::vector<double> expected = LeximinByPrograms(problem);
    for (size_t claim = 0; claim < expected.size(); ++claim) {
      EXPECT_NEAR(static_cast<double>(division.awards[claim].amount), expected[claim], 1 + 1e-3)
          << Told(problem);
    }
    double cost = 0;
    for (const Placement& placement : division.placements) {
      cost += problem.pools[placement.pool].cost * static_cast<double>(placement.amount);
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

TEST(DivisionRandomTest, KeepsItsCertificateWithExtremeAmountsAndWeights) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 2'000 && !testing::Test::HasFailure(); ++i) {
    Certified(RandomProblem(random, {.minimums = i % 2 == 0, .extremes = true}));
  }
}

// The same problem told in another order, sites and periods too.
Problem Shuffled(const Problem& problem, std::mt19937_64& random) {
  Problem other = problem;
  const auto permute = [&](std::vector<std::string>& names) {
    std::vector<uint32_t> place(names.size());
    std::iota(place.begin(), place.end(), 0);
    std::shuffle(place.begin(), place.end(), random);
    const std::vector<std::string> old = names;
    for (size_t i = 0; i < names.size(); ++i) names[place[i]] = old[i];
    return place;
  };
  const std::vector<uint32_t> site = permute(other.sites);
  const std::vector<uint32_t> period = permute(other.periods);
  const auto renumber = [&](std::vector<NameSet>& sets, const std::vector<uint32_t>& place) {
    for (NameSet& set : sets) {
      for (uint32_t& name : set) name = place[name];
      std::shuffle(set.begin(), set.end(), random);
    }
  };
  renumber(other.site_sets, site);
  renumber(other.period_sets, period);
  for (Pool& pool : other.pools)
    pool = {site[pool.site], period[pool.period], pool.capacity, pool.cost};
  std::shuffle(other.pools.begin(), other.pools.end(), random);
  std::shuffle(other.claims.begin(), other.claims.end(), random);
  return other;
}

// Everything that people see, by name.
std::map<std::string, int64_t> Seen(const Problem& problem, const Division& division) {
  std::map<std::string, int64_t> seen;
  for (const Placement& placement : division.placements) {
    const Pool& pool = problem.pools[placement.pool];
    seen[absl::StrCat(problem.claims[placement.claim].request, " ", problem.sites[pool.site], " ",
                      problem.periods[pool.period])] = placement.amount;
  }
  return seen;
}

TEST(DivisionRandomTest, DoesNotDependOnTheOrderOfTheInput) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 1'000 && !testing::Test::HasFailure(); ++i) {
    const Problem problem = RandomProblem(random, {.minimums = i % 2 == 0, .extremes = i % 3 == 0});
    const Problem other = Shuffled(problem, random);
    EXPECT_EQ(Seen(problem, Certified(problem)), Seen(other, Certified(other))) << Told(problem);
  }
}

// One change to a problem of one claim at least; what it must not do, to whom.
enum class Change { kInflate, kHide, kMoreCapacity, kFewerClaims };

TEST(DivisionRandomTest, NeitherAMisreportNorMoreForAllHarms) {
  std::mt19937_64 random(TestSeed());
  int64_t tried = 0;
  for (int i = 0; i < 8'000 && !testing::Test::HasFailure(); ++i) {
    const Problem problem = RandomProblem(random);
    if (problem.claims.empty() || problem.pools.empty()) continue;
    ++tried;
    const std::vector<int64_t> before = AmountsOf(Certified(problem));
    Problem other = problem;
    const auto one = static_cast<size_t>(Pick(random, static_cast<int64_t>(before.size()) - 1));
    const auto change = static_cast<Change>(Pick(random, 3));
    switch (change) {
      case Change::kInflate:
        other.claims[one].amount += 1 + Pick(random, 300);
        break;
      case Change::kHide: {
        NameSet& sites = other.site_sets.emplace_back(other.site_sets[other.claims[one].site_set]);
        other.claims[one].site_set = static_cast<uint32_t>(other.site_sets.size() - 1);
        if (sites.empty()) {
          for (uint32_t site = 0; site < other.sites.size(); ++site) sites.push_back(site);
        }
        if (sites.size() > 1) sites.pop_back();
        break;
      }
      case Change::kMoreCapacity:
        other.pools[static_cast<size_t>(Pick(random, static_cast<int64_t>(other.pools.size()) - 1))]
            .capacity += Pick(random, 300);
        break;
      case Change::kFewerClaims:
        other.claims[one].amount = 0;
        break;
    }
    const std::vector<int64_t> after = AmountsOf(Certified(other));
    if (change == Change::kInflate || change == Change::kHide) {
      const int64_t useful = std::min(after[one], problem.claims[one].amount);
      EXPECT_LE(useful, before[one] + 1) << problem.claims[one].request << "\n" << Told(problem);
    } else {
      for (size_t claim = 0; claim < after.size(); ++claim) {
        if (change == Change::kFewerClaims && claim == one) continue;
        EXPECT_GE(after[claim], before[claim] - 1) << Told(problem);
      }
    }
  }
  EXPECT_GT(tried, 1'000);
}

}  // namespace
}  // namespace mesolys::division
