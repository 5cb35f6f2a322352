// The rows of the same few jobs as four versions of Slurm tell them: fields come in another order,
// new ones appear, states and spellings differ. The records are the same.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/sacct_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Version {
  const char* name;
  const char* header;
  std::vector<const char*> rows;  // of the jobs in the order of kJobs
};

// What every version says of job 41 (completed on two GPUs), the first run of 42 (requeued), 43
// (cancelled by its user after a suspension of 30 s), 44 (runs), 45 (waits), 46 (ran out of
// memory).
const std::vector<Version> kVersions = {
    {"22.05",
     "Account|AllocTRES|Cluster|ElapsedRaw|End|JobID|JobIDRaw|Partition|QOS|Start|State|Submit|"
     "Suspended|TimelimitRaw|User",
     {"ia|billing=8,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=16000M,node=1|c1|600|1795600700|41|41|gpu|"
      "normal|1795600100|COMPLETED|1795600000|00:00:00|60|alice",
      "ia|billing=4,cpu=4,mem=4000M,node=1|c1|50|1795600150|42|42|main|normal|1795600100|REQUEUED|"
      "1795600000|00:00:00|60|bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|70|1795600200|43|43|main|normal|1795600100|"
      "CANCELLED by 1002|1795600000|00:00:30|60|bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|900|Unknown|44_7|44|main|normal|1795600100|RUNNING|"
      "1795600000|00:00:00|UNLIMITED|bruno",
      "ia||c1|0|Unknown|45_[8-9]|45|main|normal|Unknown|PENDING|1795600000|00:00:00|60|bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|10|1795600110|46+0|46|main|normal|1795600100|"
      "OUT_OF_MEMORY|1795600000|00:00:00|60|chloe"}},
    {"23.11",
     "Account|AllocTRES|Cluster|ElapsedRaw|End|Extra|FailedNode|JobID|JobIDRaw|Licenses|Partition|"
     "Planned|QOS|Start|State|Submit|Suspended|TimelimitRaw|User",
     {"ia|billing=8,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=16000M,node=1|c1|600|1795600700|||41|41||"
      "gpu|00:01:40|normal|1795600100|COMPLETED|1795600000|00:00:00|60|alice",
      "ia|billing=4,cpu=4,mem=4000M,node=1|c1|50|1795600150|||42|42||main|00:01:40|normal|"
      "1795600100|"
      "REQUEUED|1795600000|00:00:00|60|bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|70|1795600200|||43|43||main|00:01:40|normal|"
      "1795600100|"
      "CANCELLED by 1002|1795600000|00:00:30|60|bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|900|Unknown|||44_7|44||main|00:01:40|normal|"
      "1795600100|"
      "RUNNING|1795600000|00:00:00|UNLIMITED|bruno",
      "ia||c1|0|Unknown|||45_[8-9]|45||main|00:10:00|normal|Unknown|PENDING|1795600000|00:00:00|60|"
      "bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|10|1795600110||n3|46+0|46||main|00:01:40|normal|"
      "1795600100|OUT_OF_MEMORY|1795600000|00:00:00|60|chloe"}},
    {"24.11",
     "Account|AllocTRES|Cluster|ElapsedRaw|End|JobID|JobIDRaw|Partition|QOS|QOSREQ|Restarts|Start|"
     "State|StdErr|StdOut|Submit|Suspended|TimelimitRaw|User",
     {"ia|billing=8,cpu=8,gres/gpu:a100=2,gres/"
      "gpu=2,mem=15.625G,node=1|c1|600|1795600700|41|41|gpu|"
      "normal|normal|0|1795600100|COMPLETED|/dev/null|/dev/null|1795600000|00:00:00|60|alice",
      "ia|billing=4,cpu=4,mem=4000M,node=1|c1|50|1795600150|42|42|main|normal|normal|0|1795600100|"
      "REQUEUED|||1795600000|00:00:00|60|bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|70|1795600200|43|43|main|normal|normal|0|1795600100|"
      "CANCELLED by 1002|||1795600000|00:00:30|60|bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|900|Unknown|44_7|44|main|normal|normal|0|1795600100|"
      "RUNNING|||1795600000|00:00:00|UNLIMITED|bruno",
      "ia||c1|0|Unknown|45_[8-9]|45|main|normal|normal|0|Unknown|PENDING|||1795600000|00:00:00|60|"
      "bruno",
      "ia|billing=1,cpu=1,mem=1000M,node=1|c1|10|1795600110|46+0|46|main|normal|normal|0|"
      "1795600100|"
      "OUT_OF_MEMORY|||1795600000|00:00:00|60|chloe"}},
    {"25.05",
     "JobIDRaw|JobID|Cluster|User|Account|Partition|QOS|State|Submit|Start|End|ElapsedRaw|"
     "Suspended|"
     "TimelimitRaw|Restarts|SegmentSize|AllocTRES",
     {"41|41|c1|alice|ia|gpu|normal|COMPLETED|1795600000|1795600100|1795600700|600|00:00:00|60|0|0|"
      "billing=8,cpu=8,energy=18446744073709551614,gres/gpu:a100=2,gres/gpu=2,mem=16000M,node=1",
      "42|42|c1|bruno|ia|main|normal|REQUEUED|1795600000|1795600100|1795600150|50|00:00:00|60|0|0|"
      "billing=4,cpu=4,mem=4000M,node=1",
      "43|43|c1|bruno|ia|main|normal|CANCELLED by "
      "1002|1795600000|1795600100|1795600200|70|00:00:30|"
      "60|0|0|billing=1,cpu=1,mem=1000M,node=1",
      "44|44_7|c1|bruno|ia|main|normal|RUNNING|1795600000|1795600100|Unknown|900|00:00:00|"
      "UNLIMITED|"
      "0|0|billing=1,cpu=1,mem=1000M,node=1",
      "45|45_[8-9]|c1|bruno|ia|main|normal|PENDING|1795600000|Unknown|Unknown|0|00:00:00|60|0|0|",
      "46|46+0|c1|chloe|ia|main|normal|OUT_OF_MEMORY|1795600000|1795600100|1795600110|10|00:00:00|"
      "60|"
      "0|0|billing=1,cpu=1,mem=1000M,node=1"}},
};

const absl::Time kObserved = absl::FromUnixSeconds(1795601000);

std::vector<UsageRecord> Records(const Version& version) {
  SacctFormat format;
  format.columns = absl::StrSplit(version.header, '|');
  const absl::StatusOr<SacctText> text = SacctText::Create(format);
  EXPECT_TRUE(text.ok()) << version.name << ": " << text.status();
  std::vector<UsageRecord> records;
  for (const char* row : version.rows) {
    const auto record = text->Parse(row, kObserved);
    EXPECT_TRUE(record.ok()) << version.name << ": " << row << ": " << record.status();
    if (record.ok() && record->has_value()) records.push_back(**record);
  }
  return records;
}

TEST(SacctVersionsTest, SayTheSameOfTheSameJobs) {
  const std::vector<UsageRecord> oldest = Records(kVersions.front());
  std::vector<std::pair<int64_t, int64_t>> seconds;
  for (const UsageRecord& record : oldest) {
    seconds.emplace_back(record.key.job_id, record.ElapsedSeconds());
  }
  EXPECT_THAT(seconds,
              ElementsAre(Pair(41, 600), Pair(42, 50), Pair(43, 70), Pair(44, 900), Pair(46, 10)));
  EXPECT_THAT(oldest[0].gpu_counts, ElementsAre(Pair("a100", 2)));
  EXPECT_EQ(oldest[2].cancelled_by_uid, 1002);
  EXPECT_EQ(oldest[3].state, JobState::kRunning);
  for (const Version& version : kVersions) {
    EXPECT_EQ(Records(version), oldest) << version.name;
  }
}

// Words that came after 22.05, and those that a row holds only for a moment.
TEST(SacctVersionsTest, KnowTheStatesOfEachOther) {
  const struct {
    const char* state;
    const char* end;
    JobState meant;
  } kCases[] = {
      {"COMPLETING", "Unknown", JobState::kRunning},
      {"CONFIGURING", "Unknown", JobState::kRunning},
      {"STAGE_OUT", "Unknown", JobState::kRunning},
      {"SIGNALING", "Unknown", JobState::kRunning},
      {"STOPPED", "Unknown", JobState::kRunning},
      {"POWER_UP_NODE", "Unknown", JobState::kRunning},
      {"EXPEDITING", "Unknown", JobState::kRunning},
      {"RESIZING", "1795600150", JobState::kRequeued},
      {"REQUEUE_HOLD", "1795600150", JobState::kRequeued},
      {"REQUEUE_FED", "1795600150", JobState::kRequeued},
      {"SPECIAL_EXIT", "1795600150", JobState::kRequeued},
      {"RESV_DEL_HOLD", "1795600150", JobState::kRequeued},
      {"LAUNCH_FAILED", "1795600150", JobState::kFailed},
      {"RECONFIG_FAIL", "1795600150", JobState::kFailed},
      {"DEADLINE", "1795600150", JobState::kDeadline},
      {"BOOT_FAIL", "1795600150", JobState::kBootFail},
  };
  SacctFormat format;
  format.columns = {"JobIDRaw", "Cluster", "Account", "Submit",
                    "Start",    "End",     "State",   "AllocTRES"};
  const absl::StatusOr<SacctText> text = SacctText::Create(format);
  ASSERT_TRUE(text.ok()) << text.status();
  for (const auto& one : kCases) {
    const auto record = text->Parse(
        absl::StrCat("7|c1|ia|1795600000|1795600100|", one.end, "|", one.state, "|cpu=1,node=1"),
        kObserved);
    ASSERT_TRUE(record.ok()) << one.state << ": " << record.status();
    ASSERT_TRUE(record->has_value()) << one.state;
    EXPECT_EQ((*record)->state, one.meant) << one.state;
  }
}

}  // namespace
}  // namespace mesolys::agent
