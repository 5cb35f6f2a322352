// The rules of the division, one small problem each.

#include "scheduler/core/call/division/division.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/call/division/small_problem.h"

namespace mesolys::division {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<int64_t> Amounts(const Problem& problem) {
  std::vector<int64_t> amounts;
  for (const Award& award : Certified(problem).awards) amounts.push_back(award.amount);
  return amounts;
}

struct Asked {
  std::string sites;
  int64_t amount = 0;
  int64_t weight = kPoint;
  int64_t minimum = 0;
  int64_t priority = 0;
};

struct Case {
  std::string rule;
  std::vector<int64_t> capacities;
  std::vector<Asked> claims;
  std::vector<int64_t> awards;
};

TEST(DivisionTest, FollowsTheRule) {
  const int64_t huge = kAmountMax;
  for (const Case& each : std::vector<Case>{
           {"all that is asked, if it fits", {10}, {{"a", 3}, {"a", 7}}, {3, 7}},
           {"equal parts of equal weights", {10}, {{"a", 90}, {"a", 9}}, {5, 5}},
           {"parts by weight", {40}, {{"a", 99, kPoint}, {"a", 99, 3 * kPoint}}, {10, 30}},
           {"who asks less than their part leaves the rest", {10}, {{"a", 2}, {"a", 99}}, {2, 8}},
           {"the crowded pool is one bottleneck, the other another",
            {10, 60},
            {{"a", 99}, {"a", 99}, {"b", 99}, {"ab", 99}},
            {5, 5, 30, 30}},
           {"who may go elsewhere makes room", {10, 10}, {{"a", 10}, {"ab", 10}}, {10, 10}},
           {"a pool that nobody may use stays empty", {10, 10}, {{"a", 99}}, {10}},
           {"a pool of nothing gives nothing", {0, 4}, {{"a", 5}, {"ab", 9}}, {0, 4}},
           {"the remainder goes to the lesser request",
            {2},
            {{"a", 9}, {"a", 9}, {"a", 9}},
            {1, 1, 0}},
           {"the remainder goes to the larger part of a unit",
            {10},
            {{"a", 99, kPoint}, {"a", 99, 2 * kPoint}},
            {3, 7}},
           {"claims of one unit", {2}, {{"a", 1}, {"a", 1}, {"a", 1}}, {1, 1, 0}},
           {"a claim of nothing", {2}, {{"a", 0}, {"a", 3}}, {0, 2}},
           {"no claims and no pools", {}, {}, {}},
           {"a claim without pools gets nothing", {}, {{"", 4}}, {0}},
           {"the largest amounts", {huge}, {{"a", huge}, {"a", huge}}, {huge / 2, huge / 2}},
           {"the lightest beside the heaviest",
            {1'000'001},
            {{"a", huge, 1}, {"a", huge, kWeightMax}},
            {0, 1'000'001}},
           {"below its minimum it is dropped, and others have it",
            {10},
            {{"a", 9, kPoint, 6}, {"a", 9}},
            {0, 9}},
           {"of two below, the lower priority is dropped",
            {10},
            {{"a", 9, kPoint, 6, 1}, {"a", 9, kPoint, 6, 0}},
            {9, 0}},
           {"of two equals below, the greater request is dropped",
            {10},
            {{"a", 9, kPoint, 6}, {"a", 9, kPoint, 6}},
            {9, 0}},
           {"a dropped one comes back when it fits after all",
            {10},
            {{"a", 10, kPoint, 4, 0}, {"a", 10, kPoint, 5, 1}, {"a", 10, kPoint, 8, 2}},
            {5, 5, 0}},
           {"a minimum without a pool", {}, {{"", 4, kPoint, 1}}, {0}},
       }) {
    SCOPED_TRACE(each.rule);
    Problem problem = WithPools(each.capacities);
    for (const Asked& asked : each.claims) {
      Ask(problem, asked.sites, asked.amount, asked.weight, asked.minimum, asked.priority);
    }
    EXPECT_THAT(Amounts(problem), ElementsAreArray(each.awards));
  }
}

TEST(DivisionTest, LargestRemainderAloneWouldOverfillThisSharedPool) {
  // Three units for five claims, 3/5 each: of those that share a pool only one can have the unit.
  Problem problem = WithPools({1, 1, 1});
  for (const char* const sites : {"ab", "bc", "ca", "a", "b"}) Ask(problem, sites, 9);
  const Division division = Certified(problem);
  for (const PoolAward& pool : division.pools) EXPECT_EQ(pool.allocated, 1);
}

TEST(DivisionTest, TellsTheLevelOfEachBottleneckInAmountsPerPoint) {
  Problem problem = WithPools({7, 60, 9});
  Ask(problem, "a", 99, 2 * kPoint);
  Ask(problem, "b", 99, kPoint);
  Ask(problem, "c", 5, kPoint);
  const Division division = Certified(problem);
  ASSERT_THAT(division.shares, SizeIs(3));
  EXPECT_EQ(division.shares[0].level.ToDouble(), 3.5);
  EXPECT_EQ(division.shares[1].level.ToDouble(), 60);
  EXPECT_TRUE(division.shares[2].level.infinite());
  EXPECT_THAT(division.shares[0].pools, ElementsAre(0));
  EXPECT_EQ(division.awards[2].share, 2);
}

TEST(DivisionTest, NamesWhoKeepsADroppedClaimOut) {
  Problem problem = WithPools({10});
  Ask(problem, "a", 10, kPoint, 6, 3);
  Ask(problem, "a", 10, kPoint, 3, 0);
  Ask(problem, "a", 10, kPoint, 4, 1);
  Ask(problem, "a", 10, kPoint, 4, 2);
  const Division division = Certified(problem);
  // r2, r3 and r1 are dropped in turn and r3 comes back: then r1 would have 5 of 6, and r2 would
  // have 3.33, which is enough for it and not for r3.
  ASSERT_THAT(division.drops, SizeIs(2));
  EXPECT_EQ(division.drops[0].claim, 0u);
  EXPECT_EQ(division.drops[0].blocker, 0u);
  EXPECT_EQ(division.drops[1].claim, 1u);
  EXPECT_EQ(division.drops[1].blocker, 2u);
}

TEST(DivisionTest, RefusesWhatIsOutOfBoundsByName) {
  struct Wrong {
    std::string what;
    void (*spoil)(Problem&);
  };
  for (const Wrong& each : std::vector<Wrong>{
           {"amount", [](Problem& p) { p.claims[0].amount = -1; }},
           {"amount", [](Problem& p) { p.claims[0].amount = kAmountMax + 1; }},
           {"minimum", [](Problem& p) { p.claims[0].minimum = 10; }},
           {"minimum", [](Problem& p) { p.claims[0].minimum = -1; }},
           {"weight", [](Problem& p) { p.claims[0].weight = 0; }},
           {"weight", [](Problem& p) { p.claims[0].weight = kWeightMax + 1; }},
           {"site set", [](Problem& p) { p.claims[0].site_set = 7; }},
           {"there is no number 3", [](Problem& p) { p.period_sets[0] = {3}; }},
           {"capacity", [](Problem& p) { p.pools[0].capacity = -1; }},
           {"cost", [](Problem& p) { p.pools[0].cost = std::nan(""); }},
           {"\"a\" \"p\": is there twice", [](Problem& p) { p.pools.push_back(p.pools[0]); }},
           {"\"r1\": is there twice", [](Problem& p) { p.claims.push_back(p.claims[0]); }},
           {"no site 9", [](Problem& p) { p.pools[0].site = 9; }},
       }) {
    Problem problem = WithPools({10});
    Ask(problem, "a", 9);
    each.spoil(problem);
    const absl::Status status = Check(problem);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << each.what;
    EXPECT_THAT(std::string(status.message()), HasSubstr(each.what));
  }
}

}  // namespace
}  // namespace mesolys::division
