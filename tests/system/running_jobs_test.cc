// Whoever asks for a grant that ends first is told what it takes over, by the real client.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "tests/system/provocations.h"

namespace mesolys {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RunningJobsTest, AreSaidToGoOverToAGrantThatEndsFirstInADryRunToo) {
  CliWorld world;
  Populate(world);
  UsageRecord record;
  record.key = {"n1", 3, TestTime()};
  record.account = "lab";
  record.user = "ada";
  record.state = JobState::kRunning;
  record.start_time = world.clock.Now() - absl::Hours(1);
  record.end_time = world.clock.Now();
  record.observe_time = record.end_time;
  record.core_count = 4;
  record.node_count = 1;
  record.time_limit_seconds = 3 * 3600;
  v1::ReportUsageRequest report;
  report.set_site("sites/north");
  report.set_request_id("running");
  *report.add_records() = ToProto(record);
  ASSERT_TRUE(world.As("site/north").Call(report).ok());

  std::vector<std::string> ask = {"request",    "create",          "lab",    "--cpu",      "1h",
                                  "--site",     "north",           "--from", "2026-06-18", "--to",
                                  "2026-07-01", "--justification", "x"};
  const std::string end =
      " on 2026-07-01, before lab/g1 on 2026-12-15, so the running jobs of lab/g1 ";
  const std::string amounts =
      "over to it: 4 h used so far and 8 h until their time limits, at most\n";
  ask.push_back("--dry-run");
  const Ended dry = world.Cli("paul", ask);
  EXPECT_EQ(dry.exit, 0);
  EXPECT_THAT(dry.err,
              HasSubstr("mesolys: the grant that ends first pays: lab/g6 (cpu, 1 h) would end" +
                        end + "would go " + amounts));
  ask.pop_back();
  const Ended done = world.Cli("paul", ask);
  EXPECT_EQ(done.exit, 0);
  EXPECT_THAT(done.err, HasSubstr("lab/g6 (cpu, 1 h) ends" + end + "go " + amounts));
  // Nothing is left to say of one that ends later.
  ask[10] = "2027-01-01";
  EXPECT_THAT(world.Cli("paul", ask).err, Not(HasSubstr("ends first")));
}

}  // namespace
}  // namespace mesolys
