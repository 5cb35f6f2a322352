#include "agent/slurm/associations/pot_split.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "agent/slurm/associations/tres.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/quantity.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;

FedTres Card(int64_t kept, int64_t waiting) { return {"gres/gpu:a100", 1, 1, kept, waiting}; }
FedTres Slice(int64_t kept, int64_t waiting) { return {"gres/gpu:1g", 1, 7, kept, waiting}; }

TEST(PotSplitTest, OneTresGetsAllOfIt) {
  EXPECT_THAT(SplitPot(100, {Card(0, 0)}), ElementsAre(100));
  EXPECT_THAT(SplitPot(100, {Slice(200, 3)}), ElementsAre(700));
  EXPECT_THAT(SplitPot(0, {Slice(200, 3)}), ElementsAre(0));
}

TEST(PotSplitTest, WhatNobodyWantsIsSplitEvenly) {
  EXPECT_THAT(SplitPot(100, {Card(0, 0), Slice(0, 0)}), ElementsAre(50, 350));
}

TEST(PotSplitTest, WhatRunsComesFirst) {
  EXPECT_THAT(SplitPot(100, {Card(60, 0), Slice(140, 0)}), ElementsAre(70, 210));
  // In its shares, where it is more than there is.
  EXPECT_THAT(SplitPot(50, {Card(60, 10), Slice(280, 0)}), ElementsAre(30, 140));
}

TEST(PotSplitTest, ThenWhatWaitsTheLeastFirst) {
  EXPECT_THAT(SplitPot(100, {Card(0, 90), Slice(0, 210)}), ElementsAre(70, 210));
  EXPECT_THAT(SplitPot(100, {Card(0, 20), Slice(0, 0)}), ElementsAre(60, 280));
}

TEST(PotSplitTest, NoPartIsBeyondWhatALimitCanBe) {
  EXPECT_THAT(SplitPot(kMinutesMax, {{"gres/mps", 1, 10'000, 0, 0}}), ElementsAre(kMinutesMax));
}

TEST(PotSplitTest, WhateverRunsAndWaitsThePartsNeverAddUpToMoreThanThePot) {
  std::mt19937_64 random(TestSeed());
  const auto any = [&random] {
    return Pick(random, 2) == 0 ? Pick(random, kMinutesMax) : Pick(random, 1000);
  };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<FedTres> fed;
    int64_t common = 1;
    for (int64_t i = Pick(random, 4); i >= 0; --i) {
      FedTres& each = fed.emplace_back();
      each.whole = 1 + Pick(random, 99);
      each.parts = 1 + Pick(random, each.whole - 1);
      each.kept = any();
      each.waiting = any();
      common = std::lcm(common, each.whole);
    }
    const int64_t pot = any();
    const std::vector<int64_t> parts = SplitPot(pot, fed);
    ASSERT_EQ(parts.size(), fed.size());
    Wide sum = 0;
    Wide kept = 0;
    Wide dearest = 0;
    bool is_full = false;
    for (size_t i = 0; i < fed.size(); ++i) {
      const Wide cost = static_cast<Wide>(fed[i].parts) * (common / fed[i].whole);
      ASSERT_GE(parts[i], 0);
      ASSERT_LE(parts[i], kMinutesMax);
      sum += cost * parts[i];
      kept += cost * fed[i].kept;
      dearest = std::max(dearest, cost);
      is_full = is_full || parts[i] == kMinutesMax;
    }
    const Wide whole = static_cast<Wide>(pot) * common;
    ASSERT_TRUE(sum <= whole) << "round " << round;
    // Less than a minute of each is left by rounding.
    if (!is_full) {
      ASSERT_TRUE(whole - sum < dearest * static_cast<Wide>(fed.size())) << "round " << round;
    }
    if (kept > whole) continue;
    for (size_t i = 0; i < fed.size(); ++i) ASSERT_GE(parts[i], fed[i].kept) << "round " << round;
  }
}

}  // namespace
}  // namespace mesolys::agent
