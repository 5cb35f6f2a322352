#include "proto/values/charging.h"

#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/test_seed.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

UsageRecord Holding(int64_t cores, std::map<std::string, int64_t> gpus, int64_t memory = 0) {
  UsageRecord record;
  record.core_count = cores;
  record.gpu_counts = std::move(gpus);
  record.memory_bytes = memory;
  return record;
}

TEST(ChargingTest, AJobIsChargedWhatItHeld) {
  const ChargeRule plain{"a100", true, {}};
  EXPECT_THAT(HeldBy(Holding(4, {}), plain), ElementsAre(HeldUnits{"cpu", 4, false}));
  EXPECT_THAT(HeldBy(Holding(4, {{"", 1}, {"a100", 1}, {"h100", 2}}), plain),
              ElementsAre(HeldUnits{"cpu", 4, false}, HeldUnits{"gpu-a100", 2, false},
                          HeldUnits{"gpu-h100", 2, false}));
  EXPECT_THAT(HeldBy(Holding(0, {}), plain), IsEmpty());
}

TEST(ChargingTest, ASiteMayLeaveTheCoresOfGpuJobsOut) {
  EXPECT_THAT(HeldBy(Holding(4, {{"", 1}}), {"v100", false, {}}),
              ElementsAre(HeldUnits{"gpu-v100", 1, false}));
  EXPECT_THAT(HeldBy(Holding(4, {}), {"v100", false, {}}), ElementsAre(HeldUnits{"cpu", 4, false}));
  EXPECT_THAT(HeldBy(Holding(4, {{"", 1}}), {"", false, {}}),
              ElementsAre(HeldUnits{"gpu-untyped", 1, false}));
}

TEST(ChargingTest, TheLargestShareOfTheNodeCountsRoundedUp) {
  const ChargeRule shared{"a100", true, {32, 64, 4}};
  EXPECT_THAT(HeldBy(Holding(4, {}, 33), shared),
              ElementsAre(HeldUnits{"cpu", 4, false}, HeldUnits{"cpu", 13, true}));
  EXPECT_THAT(HeldBy(Holding(4, {{"", 1}}), shared),
              ElementsAre(HeldUnits{"cpu", 4, false}, HeldUnits{"gpu-a100", 1, false},
                          HeldUnits{"cpu", 4, true}));
  EXPECT_THAT(HeldBy(Holding(16, {}, 1), shared), ElementsAre(HeldUnits{"cpu", 16, false}));
}

ChargeRule Sliced() {
  ChargeRule rule{"a100", true, {}};
  rule.gpu_names = {{"1g.10gb", {"gpu-a100", 1, 7}}, {"3g.40gb", {"gpu-a100", 3, 7}}};
  return rule;
}

TEST(ChargingTest, PartsOfGpusAddUpExactly) {
  EXPECT_THAT(HeldBy(Holding(0, {{"1g.10gb", 2}}), Sliced()),
              ElementsAre(HeldUnits{"gpu-a100", 2, false, 7}));
  EXPECT_THAT(HeldBy(Holding(0, {{"1g.10gb", 1}, {"3g.40gb", 2}, {"", 1}}), Sliced()),
              ElementsAre(HeldUnits{"gpu-a100", 2, false}));
  EXPECT_THAT(HeldBy(Holding(0, {{"2g.20gb", 1}}), Sliced()),
              ElementsAre(HeldUnits{"gpu-2g.20gb", 1, false}));
}

TEST(ChargingTest, APartOfAGpuIsThatPartOfANode) {
  ChargeRule rule = Sliced();
  rule.node = {32, 0, 4};
  // 2/7 of one of four: 2.28 of 32 cores.
  EXPECT_THAT(HeldBy(Holding(1, {{"1g.10gb", 2}}), rule),
              ElementsAre(HeldUnits{"cpu", 1, false}, HeldUnits{"gpu-a100", 2, false, 7},
                          HeldUnits{"cpu", 2, true}));
  // What nobody has measured is no part of it.
  EXPECT_THAT(HeldBy(Holding(1, {{"shard", 16}}), rule),
              ElementsAre(HeldUnits{"cpu", 1, false}, HeldUnits{"gpu-shard", 16, false}));
}

TEST(ChargingTest, SharedPartsAreWhatTheirNodesSay) {
  UsageRecord record = Holding(2, {{"shard-v100", 4}});
  record.parts_per_gpu = {{"shard-v100", 4}};
  EXPECT_THAT(HeldBy(record, {"a100", true, {}}),
              ElementsAre(HeldUnits{"cpu", 2, false}, HeldUnits{"gpu-v100", 1, false}));
  // Their cores are those of a job on GPUs.
  EXPECT_THAT(HeldBy(record, {"a100", false, {}}), ElementsAre(HeldUnits{"gpu-v100", 1, false}));
  record = Holding(2, {{"mps", 50}});
  record.parts_per_gpu = {{"mps", 100}};
  EXPECT_THAT(HeldBy(record, {"a100", false, {}}), ElementsAre(HeldUnits{"gpu-a100", 1, false, 2}));
  // A catalogue knows better.
  ChargeRule rule{"a100", false, {}};
  rule.gpu_names = {{"mps", {"gpu-h100", 1, 200}}};
  EXPECT_THAT(HeldBy(record, rule), ElementsAre(HeldUnits{"gpu-h100", 1, false, 4}));
}

TEST(ChargingTest, AnAmountIsRoundedToTheNearest) {
  EXPECT_EQ(AmountOf({"cpu", 4, false}, 3600), Amount(14'400));
  EXPECT_EQ(AmountOf({"gpu-a100", 1, false, 7}, 3600), Amount(514));  // 514.3
  EXPECT_EQ(AmountOf({"gpu-a100", 1, false, 7}, 3), Amount(0));
  EXPECT_EQ(AmountOf({"gpu-a100", 1, false, 7}, 4), Amount(1));
  EXPECT_EQ(AmountOf({"gpu-a100", 1, false, 2}, 1), Amount(1));
}

TEST(ChargingTest, PiecesAreRoundedOnceAndTheLargestRemainderGetsTheRest) {
  const HeldUnits seventh{"gpu-a100", 1, false, 7};
  // 1.43 + 1.43 + 1.14 = 4: one unit is left, and the first of the largest two takes it.
  EXPECT_THAT(AmountsOf(seventh, {{1, 10}, {2, 10}, {3, 8}}),
              ElementsAre(Amount(2), Amount(1), Amount(1)));
  EXPECT_THAT(AmountsOf(seventh, {{1, 8}, {2, 13}}), ElementsAre(Amount(1), Amount(2)));
  EXPECT_THAT(AmountsOf({"cpu", 3, false}, {{1, 10}, {2, 5}}), ElementsAre(Amount(30), Amount(15)));
  EXPECT_THAT(AmountsOf(seventh, {}), IsEmpty());
}

TEST(ChargingTest, WhateverIsHeldItsPiecesAddUpToWhatAllOfItCosts) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 20'000; ++round) {
    const HeldUnits held{"gpu-a100", 1 + Pick(random, 1000), false, 1 + Pick(random, 10'000)};
    std::vector<ChargedSeconds> pieces;
    int64_t seconds = 0;
    for (int64_t grant = Pick(random, 5); grant >= 0; --grant) {
      pieces.push_back({grant, Pick(random, 1) == 0 ? Pick(random, 9) : Pick(random, 10'000'000)});
      seconds += pieces.back().seconds;
    }
    const std::vector<Amount> amounts = AmountsOf(held, pieces);
    ASSERT_EQ(amounts.size(), pieces.size());
    Amount sum;
    for (size_t i = 0; i < pieces.size(); ++i) {
      sum += amounts[i];
      const int64_t down = MulDiv(held.units, pieces[i].seconds, held.whole);
      ASSERT_LE(down, amounts[i].count());
      ASSERT_LE(amounts[i].count(), down + 1);
    }
    ASSERT_EQ(sum, AmountOf(held, seconds)) << "round " << round;
  }
}

TEST(ChargingTest, ARunningJobIsCommittedToItsTimeLimit) {
  UsageRecord record;
  record.state = JobState::kRunning;
  record.start_time = absl::FromUnixSeconds(100);
  record.end_time = absl::FromUnixSeconds(160);
  record.suspended_seconds = 10;
  record.time_limit_seconds = 80;
  JobSpans spans = SpansOf(record);
  EXPECT_EQ(spans.charged_seconds, 50);
  EXPECT_EQ(spans.ran, (Period{record.start_time, record.end_time}));
  EXPECT_EQ(spans.ahead, (Period{record.end_time, absl::FromUnixSeconds(190)}));
  record.state = JobState::kCompleted;
  EXPECT_EQ(SpansOf(record).ahead.Seconds(), 0);
  record.state = JobState::kRunning;
  record.is_runaway = true;
  spans = SpansOf(record);
  EXPECT_EQ(spans.charged_seconds, 50);
  EXPECT_EQ(spans.ahead.Seconds(), 0);
  record.is_runaway = false;
  record.time_limit_seconds = 20;
  EXPECT_EQ(SpansOf(record).ahead.Seconds(), 0);
}

}  // namespace
}  // namespace mesolys
