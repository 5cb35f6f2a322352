#include "agent/command/simulate_offline.h"

#include <sstream>

#include "agent/state/spool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;

TEST(SimulateOfflineTest, TheLongestJobIsThatOfTheMostPatientPartition) {
  EXPECT_EQ(
      JobMaxOf("PartitionName=a MaxTime=1-00:00:00 State=UP\nPartitionName=b MaxTime=02:00:00\n"),
      absl::Hours(24));
  EXPECT_EQ(JobMaxOf("PartitionName=a MaxTime=1-00:00:00\nPartitionName=b MaxTime=UNLIMITED\n"),
            absl::InfiniteDuration());
  EXPECT_EQ(JobMaxOf(""), absl::InfiniteDuration());
}

TEST(SimulateOfflineTest, AHalfLifeOfZeroForgetsNothing) {
  EXPECT_EQ(
      HalfLifeOf("PriorityCalcPeriod      = 00:05:00\nPriorityDecayHalfLife   = 7-00:00:00\n"),
      absl::Hours(7 * 24));
  EXPECT_EQ(HalfLifeOf("PriorityDecayHalfLife   = 00:00:00\n"), absl::InfiniteDuration());
  EXPECT_EQ(HalfLifeOf("nothing\n"), absl::InfiniteDuration());
}

TEST(SimulateOfflineTest, AnAgentThatHasNeverRunHasNothingToSay) {
  const TemporaryDirectory directory;
  AgentConfig config;
  config.state_dir = directory.path();
  config.spool_records_max = 1000;
  std::ostringstream out;
  const absl::Status never =
      SimulateOffline(config, absl::Hours(1), absl::FromUnixSeconds(1800000000), {}, out);
  EXPECT_EQ(never.code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Spool::Open(config.state_dir, config.spool_records_max).ok());
  const absl::Status asked =
      SimulateOffline(config, absl::Hours(1), absl::FromUnixSeconds(1800000000), {}, out);
  EXPECT_THAT(std::string(asked.message()), HasSubstr("start the agent first"));
}

}  // namespace
}  // namespace mesolys::agent
