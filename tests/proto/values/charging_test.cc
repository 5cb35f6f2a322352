#include "proto/values/charging.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

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
