// Where awards go: to the least energy, then with few claims split, then where they were last year.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/call/division/placement.h"
#include "tests/scheduler/core/call/division/small_problem.h"

namespace mesolys::division {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// The sites where each claim is, "a" and so on.
std::vector<std::string> SitesOf(const Problem& problem) {
  std::vector<std::string> sites(problem.claims.size());
  for (const Placement& placement : Certified(problem).placements) {
    sites[placement.claim] += problem.sites[problem.pools[placement.pool].site];
  }
  return sites;
}

TEST(DivisionPlacementTest, OpensPoolsThatAreNotFullByCost) {
  Problem problem = WithPools({100, 100, 100});
  problem.pools[0].cost = 3;
  problem.pools[1].cost = 1;
  problem.pools[2].cost = 2;
  Ask(problem, "ab", 60);
  Ask(problem, "", 90);
  const Division division = Certified(problem);
  EXPECT_EQ(division.pools[0].allocated, 0);
  EXPECT_EQ(division.pools[1].allocated, 100);
  EXPECT_EQ(division.pools[2].allocated, 50);
}

TEST(DivisionPlacementTest, SplitsAtMostOneClaimLessThanAGroupHasPools) {
  Problem problem = WithPools({100, 100, 100});
  for (int i = 0; i < 50; ++i) Ask(problem, "", 6);
  const Division division = Certified(problem);
  EXPECT_LE(division.placements.size(), 50u + 2u);
}

TEST(DivisionPlacementTest, AClaimGoesWhereItCostsLeast) {
  Problem problem = WithPools({100, 100});
  problem.pools[0].cost = 1;
  problem.pools[1].cost = 2;
  problem.cost_sets.push_back({{0, 3.0}});  // at the other site it costs what the pool says
  Ask(problem, "", 60);
  Ask(problem, "", 60);
  problem.claims[0].cost_set = 1;
  EXPECT_THAT(SitesOf(problem), ElementsAre("b", "a"));
}

TEST(DivisionPlacementTest, ClaimsChangePlacesWhereTheirPoolsAreFull) {
  Problem problem = WithPools({50, 50});
  problem.cost_sets.push_back({{0, 2.0}, {1, 1.0}});
  problem.cost_sets.push_back({{0, 1.0}, {1, 2.0}});
  for (const uint32_t costs : {1u, 2u}) {
    Ask(problem, "", 99);
    problem.claims.back().cost_set = costs;
  }
  EXPECT_THAT(SitesOf(problem), ElementsAre("b", "a"));
}

TEST(DivisionPlacementTest, WhoSavesMostBySomethingScarceHasIt) {
  Problem problem = WithPools({60, 100});
  problem.cost_sets.push_back({{0, 1.0}, {1, 2.0}});
  problem.cost_sets.push_back({{0, 1.0}, {1, 9.0}});
  Ask(problem, "", 60);
  Ask(problem, "", 60);
  problem.claims[0].cost_set = 1;
  problem.claims[1].cost_set = 2;
  EXPECT_THAT(SitesOf(problem), ElementsAre("b", "a"));
}

TEST(DivisionPlacementTest, AClaimStaysWhereItWasLastYear) {
  Problem problem = WithPools({100, 100, 100});
  for (const int32_t last : {2, -1, 1, 0}) {
    Ask(problem, "", 30);
    problem.claims.back().last_site = last;
  }
  const std::vector<std::string> sites = SitesOf(problem);
  EXPECT_EQ(sites[0], "c");
  EXPECT_EQ(sites[2], "b");
  EXPECT_EQ(sites[3], "a");
}

TEST(DivisionPlacementTest, EnergyCountsMoreThanLastYearsSite) {
  Problem problem = WithPools({100, 100});
  problem.pools[1].cost = 0.001;
  Ask(problem, "", 30);
  problem.claims.back().last_site = 1;
  EXPECT_THAT(SitesOf(problem), ElementsAre("a"));
}

TEST(DivisionPlacementTest, LastYearsSiteIsNoReasonToGoWhereAClaimMayNot) {
  Problem problem = WithPools({100, 100});
  Ask(problem, "a", 30);
  problem.claims.back().last_site = 1;
  EXPECT_THAT(SitesOf(problem), ElementsAre("a"));
}

TEST(DivisionPlacementTest, HugeAmountsTakeFewSteps) {
  // Of ways that cost the same, one goes by way of a few units that lie elsewhere: again and again.
  Problem problem = WithPools({156, 33, 138, kAmountMax, 0});
  Ask(problem, "ab", 94);
  Ask(problem, "ab", 90);
  Ask(problem, "abcd", kAmountMax - 2);
  problem.claims[1].last_site = 4;
  problem.claims[2].last_site = 4;
  const Division division = Certified(problem);
  EXPECT_EQ(division.awards[2].status, AwardStatus::kFull);
}

TEST(DivisionPlacementTest, ACircleOfCellsIsOpenedAndNothingElseChanges) {
  GroupCells cells = {{{0, 5}, {1, 5}}, {{1, 3}, {2, 3}}, {{0, 4}, {2, 4}}, {{2, 9}}};
  const GroupCells before = cells;
  RemoveCircles(3, cells);
  std::map<size_t, Wide> of_pool;
  size_t count = 0;
  for (size_t group = 0; group < cells.size(); ++group) {
    Wide sum = 0;
    for (const GroupCell& cell : before[group]) {
      of_pool[cell.pool] -= cell.amount;
      sum -= cell.amount;
    }
    for (const GroupCell& cell : cells[group]) {
      EXPECT_TRUE(cell.amount > 0);
      of_pool[cell.pool] += cell.amount;
      sum += cell.amount;
      ++count;
    }
    EXPECT_TRUE(sum == 0);
  }
  for (const auto& [pool, change] : of_pool) EXPECT_TRUE(change == 0) << pool;
  EXPECT_LE(count, cells.size() + 3 - 1);
}

}  // namespace
}  // namespace mesolys::division
