#include "client/request/request_report.h"

#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "tests/client/world_facts.h"

namespace mesolys::client {
namespace {

TEST(RunningJobsTest, AreSaidWithEveryNumberInOneSentence) {
  v1::RunningJobsMove move;
  move.set_grant("projects/proj_a/grants/g19");
  move.set_resource("gpu-a100");
  move.set_granted_base_units(5 * 3600);
  *move.mutable_end_time() = ToProto(TimeOf("2026-12-01T00:00:00Z"));
  move.set_from("projects/proj_a/grants/g18");
  *move.mutable_from_end_time() = ToProto(TimeOf("2027-04-01T00:00:00Z"));
  move.set_in_flight_base_units(12 * 3600);
  move.set_committed_base_units(88 * 3600);
  EXPECT_EQ(
      RunningJobsSentence(move, /*dry_run=*/false, absl::UTCTimeZone()),
      "the grant that ends first pays: proj_a/g19 (gpu-a100, 5 h) ends on 2026-12-01, before "
      "proj_a/g18 on 2027-04-01, so the running jobs of proj_a/g18 go over to it: 12 h used so "
      "far and 88 h until their time limits, at most");
  EXPECT_EQ(
      RunningJobsSentence(move, /*dry_run=*/true, absl::UTCTimeZone()),
      "the grant that ends first pays: proj_a/g19 (gpu-a100, 5 h) would end on 2026-12-01, "
      "before proj_a/g18 on 2027-04-01, so the running jobs of proj_a/g18 would go over to it: "
      "12 h used so far and 88 h until their time limits, at most");
}

}  // namespace
}  // namespace mesolys::client
