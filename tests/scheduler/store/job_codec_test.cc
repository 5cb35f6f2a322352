#include "scheduler/store/job_codec.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/stored.pb.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {
namespace {

// Every field set to something of its own.
Job FullJob() {
  Job job;
  UsageRecord& record = job.record;
  record.key = {"n1", 4711, Day(2026, 6, 1)};
  record.account = "alpha";
  record.user = "rosa1";
  record.partition = "gpu";
  record.qos = "normal";
  record.state = JobState::kCancelled;
  record.cancelled_by_uid = 380'693;
  record.start_time = Day(2026, 6, 2);
  record.end_time = Day(2026, 6, 3);
  record.suspended_seconds = 5;
  record.time_limit_seconds = 90'000;
  record.core_count = 64;
  record.gpu_counts = {{"", 1}, {"a100", 3}, {"shard-v100", 4}};
  record.parts_per_gpu = {{"shard-v100", 4}};
  record.memory_bytes = int64_t{1} << 40;
  record.node_count = 2;
  record.observe_time = Day(2026, 6, 4);
  job.site = "north";
  job.project = "beta";
  job.charges = {{0, "cpu", ChargeKind::kSettled, Amount(7)},
                 {4, "cpu", ChargeKind::kInFlight, Amount(8)},
                 {4, "gpu-a100", ChargeKind::kCommitted, Amount(9)},
                 {5, "gpu-a100", ChargeKind::kRefund, Amount(kAmountMax)}};
  return job;
}

TEST(JobCodecTest, AJobIsReadAsItWasWritten) {
  const JobRow row = EncodeJob(FullJob(), 12);
  EXPECT_EQ(row.revision, 12);
  EXPECT_EQ(row.account, "alpha");
  EXPECT_EQ(row.key, (JobRowKey{"n1", 4711, absl::ToUnixSeconds(Day(2026, 6, 1))}));
  const absl::StatusOr<Job> read = DecodeJob(row);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, FullJob());
}

TEST(JobCodecTest, ARunawayIsReadAsItWasWritten) {
  Job job = FullJob();
  job.record.state = JobState::kRunning;
  job.record.is_runaway = true;
  const absl::StatusOr<Job> read = DecodeJob(EncodeJob(job, 1));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, job);
}

TEST(JobCodecTest, AJobWithNothingButItsKeyIsReadAsItWasWritten) {
  Job job;
  job.record.key = {"n1", 1, Day(2026, 6, 1)};
  job.record.start_time = job.record.end_time = job.record.observe_time = Day(2026, 6, 1);
  const absl::StatusOr<Job> read = DecodeJob(EncodeJob(job, 1));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, job);
}

TEST(JobCodecTest, EveryStateIsReadAsItWasWritten) {
  for (int state = 1; state <= static_cast<int>(JobState::kRequeued); ++state) {
    Job job = FullJob();
    job.record.state = static_cast<JobState>(state);
    EXPECT_EQ(DecodeJob(EncodeJob(job, 1))->record.state, job.record.state);
  }
}

TEST(JobCodecTest, ARowThatThisVersionCannotHaveWrittenIsLostData) {
  const JobRow right = EncodeJob(FullJob(), 12);
  JobRow row = right;
  row.record = "\xff";
  EXPECT_EQ(DecodeJob(row).status().code(), absl::StatusCode::kDataLoss);
  row = right;
  row.charges = "\xff";
  EXPECT_EQ(DecodeJob(row).status().code(), absl::StatusCode::kDataLoss);
  for (int state : {-1, 14}) {
    v1::StoredRecord record;
    record.set_state(state);
    row = right;
    row.record = record.SerializeAsString();
    EXPECT_EQ(DecodeJob(row).status().code(), absl::StatusCode::kDataLoss) << state;
  }
  for (int kind : {-1, 0, 5}) {
    v1::StoredCharges charges;
    charges.add_charges()->set_kind(kind);
    row = right;
    row.charges = charges.SerializeAsString();
    EXPECT_EQ(DecodeJob(row).status().code(), absl::StatusCode::kDataLoss) << kind;
  }
}

}  // namespace
}  // namespace mesolys
