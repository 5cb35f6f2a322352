// Rows of sacct of the forms, and with the figures, that public test data show of Slurm 23.11 to
// 24.11, and of 2025 and 2026 where they name no version. The words are our own; what each entry
// follows is named beside it.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/sacct_text.h"
#include "agent/slurm/text/sacct_value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kGiB = int64_t{1} << 30;
constexpr int64_t kTiB = int64_t{1} << 40;

// Columns of our choice, for sources that tell a job in JSON or with fewer columns than a record
// needs.
constexpr char kEpochs[] =
    "JobIDRaw|JobID|Cluster|User|Account|Partition|QOS|State|Submit|Start|End|ElapsedRaw|Suspended|"
    "TimelimitRaw|AllocTRES";

// NordicHPC/sonar, src/testdata/sacct-output.txt (November 2024) and
// sacct_output.txt in tests/testdata/ (September 2025).
constexpr char kLong[] =
    "JobID|JobIDRaw|User|Account|State|Start|End|AveCPU|AveDiskRead|AveDiskWrite|AveRSS|AveVMSize|"
    "ElapsedRaw|ExitCode|Layout|MaxRSS|MaxVMSize|MinCPU|ReqCPUS|ReqMem|ReqNodes|Reservation|Submit|"
    "Suspended|SystemCPU|TimelimitRaw|UserCPU|NodeList|Partition|AllocTRES|Priority|JobName";

// dsi-clinic/cluster-impact, sacct.txt in tests/fixtures/ (July 2026).
constexpr char kShort[] =
    "JobIDRaw|User|Account|Partition|QOS|State|Submit|Start|End|ElapsedRaw|AllocTRES|NNodes|NCPUS|"
    "ExitCode";

// mahendrapaipuri/ceems, pkg/api/testdata/sacct: names of columns in a case of their own.
constexpr char kCased[] =
    "JobIDRaw|Partition|QoS|Account|User|Submit|Start|End|ElapsedRaw|State|Alloctres";

struct RowCase {
  const char* header;
  const char* row;
  int64_t job_id = 0;
  JobState state = JobState::kOther;
  int64_t seconds = 0;
  int64_t limit_seconds = 0;
  Allocation held = {};
};

const std::vector<RowCase> kRows = {
    // rackslab/Slurm-web, slurmweb/tests/assets/slurmrestd/23.11/slurmdb-job-archived.json
    // (23.11.10): energy that is not known is a number near 2^64.
    {kEpochs,
     "670|670|c|alice|proj_a|main|normal|COMPLETED|1731483259|1731486133|1731486494|361|00:00:00|"
     "60|"
     "billing=1,cpu=1,energy=18446744073709551614,mem=128G,node=1",
     670,
     JobState::kCompleted,
     361,
     3600,
     {1, 1, 128 * kGiB, {}}},
    // the same, 24.05/slurmdb-job-timeout.json (24.05.3).
    {kEpochs,
     "599930|599930|c|alice|proj_a|main|normal|TIMEOUT|1732194673|1732195249|1732195871|622|"
     "00:00:00|10|billing=4096,cpu=4096,energy=18446744073709551614,mem=2T,node=87",
     599930,
     JobState::kTimeout,
     622,
     600,
     {4096, 87, 2 * kTiB, {}}},
    // the same, 24.11/slurmdb-job-running.json (24.11.0).
    {kEpochs,
     "49|49|c|alice|proj_a|main|normal|RUNNING|1732026227|1732026951|Unknown|314|00:00:00|120|"
     "billing=16,cpu=16,mem=8G,node=1",
     49,
     JobState::kRunning,
     314,
     7200,
     {16, 1, 8 * kGiB, {}}},
    {kLong,
     "101|101|alice|proj_a|COMPLETED|2024-11-13T11:08:00|2024-11-13T13:07:24||||||7164|0:0|||||6|"
     "10000M|1||2024-11-13T08:30:40|00:00:00|01:02.300|400|05:10:11|c1|main|"
     "billing=6,cpu=6,mem=10000M,node=1|20000|job",
     101,
     JobState::kCompleted,
     7164,
     24'000,
     {6, 1, 10'000 * kMiB, {}}},
    {kLong,
     "102|102|alice|proj_a|FAILED|2024-11-13T12:27:39|2024-11-13T13:07:46||||||2407|1:0|||||6|"
     "10000M|1||2024-11-13T08:30:40|00:00:00|01:02.300|400|05:10:11|c1|main|"
     "billing=6,cpu=6,mem=10000M,node=1|20000|two words",
     102,
     JobState::kFailed,
     2407,
     24'000,
     {6, 1, 10'000 * kMiB, {}}},
    {kLong,
     "103|103|bruno|proj_b|COMPLETED|2024-11-13T13:02:56|2024-11-13T13:06:50||||||234|0:0|||||8|"
     "64G|1||2024-11-13T12:37:07|00:00:00|00:01.000|22|00:10.000|g1|mig|"
     "billing=12,cpu=8,gres/gpu=1,mem=64G,node=1|20000|a|b",
     103,
     JobState::kCompleted,
     234,
     1320,
     {8, 1, 64 * kGiB, {{"", 1}}}},
    {kLong,
     "104|104|chloe|proj_c|RUNNING|2025-09-23T10:11:19|Unknown||||||256072|0:0|||||48|384G|1||"
     "2025-09-12T20:12:12|00:00:00|00:00:00|10080|00:00:00|g2|gpu|"
     "billing=78,cpu=48,gres/gpu:a100_80=4,gres/gpu=4,mem=384G,node=1|1|train",
     104,
     JobState::kRunning,
     256'072,
     604'800,
     {48, 1, 384 * kGiB, {{"a100_80", 4}}}},
    // A typed entry alone.
    {kShort,
     "105|alice|proj_a|gpu|normal|COMPLETED|2026-07-21T07:00:00|2026-07-21T08:00:00|"
     "2026-07-21T20:00:00|43200|billing=64,cpu=64,gres/gpu:h200=16,mem=512G,node=2|2|64|0:0",
     105,
     JobState::kCompleted,
     43'200,
     0,
     {64, 2, 512 * kGiB, {{"h200", 16}}}},
    {kShort,
     "106|alice|proj_a|gpu|normal|NODE_FAIL|2026-07-21T18:00:00|2026-07-21T18:10:00|"
     "2026-07-21T18:40:00|1800|billing=8,cpu=8,gres/gpu:a100=2,mem=64G,node=1|1|8|1:0",
     106,
     JobState::kNodeFail,
     1800,
     0,
     {8, 1, 64 * kGiB, {{"a100", 2}}}},
    {kShort,
     "107|bruno|proj_b|gpu|normal|CANCELLED by 40021|2026-07-21T18:00:00|2026-07-21T18:10:00|"
     "2026-07-21T18:40:00|1800|billing=4,cpu=4,gres/gpu:l40s=1,mem=32G,node=1|1|4|0:0",
     107,
     JobState::kCancelled,
     1800,
     0,
     {4, 1, 32 * kGiB, {{"l40s", 1}}}},
    // Times with their zone; energy in joules.
    {kCased,
     "108|gpu|qos_a|proj_a|alice|2023-02-21T15:48:20+0100|2023-02-21T15:49:06+0100|"
     "2023-02-21T15:57:23+0100|497|CANCELLED by 1000|"
     "billing=160,cpu=16,energy=1439089,gres/gpu=8,mem=320G,node=2",
     108,
     JobState::kCancelled,
     497,
     0,
     {16, 2, 320 * kGiB, {{"", 8}}}},
    // WenzhuoXu/slurm-mcp, test_parse.py in tests/unit/: an element of an array, without memory.
    {kEpochs,
     "700001|700001_4|c|chloe|proj_c|gpu|normal|CANCELLED by 2692968|1756745391|1756750000|"
     "1756751000|1000|00:00:00|UNLIMITED|cpu=5,gres/gpu=1,gres/gpu:v100-32=1,node=1",
     700001,
     JobState::kCancelled,
     1000,
     0,
     {5, 1, 0, {{"v100-32", 1}}}},
    // ickc/waldur-tools, conftest.py in tests/ (2026): names with a dot; a limit that is the
    // partition's.
    {kEpochs,
     "110|110|c|alice.a1|site.a1|main|site.a1_qos|COMPLETED|1795600000|1795600100|1795600130|30|"
     "00:00:00|Partition_Limit|billing=1,cpu=1,mem=1G,node=1",
     110,
     JobState::kCompleted,
     30,
     0,
     {1, 1, kGiB, {}}},
};

absl::StatusOr<std::optional<UsageRecord>> Read(const RowCase& one) {
  SacctFormat format;
  format.columns = absl::StrSplit(one.header, '|');
  if (!absl::StrContains(one.header, "Cluster")) format.cluster = "c";
  const absl::StatusOr<SacctText> text = SacctText::Create(format);
  if (!text.ok()) return text.status();
  // Of what still runs, sacct was asked so long after its start.
  const absl::Time observed =
      (one.header == kLong
           ? absl::FromCivil(absl::CivilSecond(2025, 9, 23, 10, 11, 19), absl::UTCTimeZone())
           : absl::FromUnixSeconds(1732026951)) +
      absl::Seconds(one.seconds);
  return text->Parse(one.row, observed);
}

TEST(SacctPublicTest, RowsSayWhatTheirJobsUsed) {
  for (const RowCase& one : kRows) {
    const auto record = Read(one);
    ASSERT_TRUE(record.ok()) << one.row << ": " << record.status();
    ASSERT_TRUE(record->has_value()) << one.row;
    EXPECT_EQ((*record)->key.job_id, one.job_id);
    EXPECT_EQ((*record)->state, one.state) << one.row;
    EXPECT_EQ((*record)->ElapsedSeconds(), one.seconds) << one.row;
    EXPECT_EQ((*record)->suspended_seconds, 0) << one.row;
    EXPECT_EQ((*record)->time_limit_seconds, one.limit_seconds) << one.row;
    EXPECT_EQ((*record)->core_count, one.held.core_count) << one.row;
    EXPECT_EQ((*record)->node_count, one.held.node_count) << one.row;
    EXPECT_EQ((*record)->memory_bytes, one.held.memory_bytes) << one.row;
    EXPECT_EQ((*record)->gpu_counts, one.held.gpu_counts) << one.row;
  }
}

TEST(SacctPublicTest, NamesAndWhoCancelledAreKept) {
  std::map<int64_t, int64_t> cancelled_by;
  for (const RowCase& one : kRows) {
    const auto record = Read(one);
    ASSERT_TRUE(record.ok() && record->has_value()) << one.row;
    const UsageRecord& read = **record;
    if (read.cancelled_by_uid >= 0) cancelled_by[read.key.job_id] = read.cancelled_by_uid;
    if (read.key.job_id == 108) {
      EXPECT_EQ(read.key.submit_time, absl::FromUnixSeconds(1676990900));
      EXPECT_EQ(read.qos, "qos_a");
    }
    if (read.key.job_id != 110) continue;
    EXPECT_EQ(read.user, "alice.a1");
    EXPECT_EQ(read.account, "site.a1");
    EXPECT_EQ(read.qos, "site.a1_qos");
  }
  EXPECT_THAT(cancelled_by, ElementsAre(Pair(107, 40021), Pair(108, 1000), Pair(700001, 2692968)));
}

TEST(SacctPublicTest, StepsAndWhatWaitsSayNothing) {
  const RowCase kNothing[] = {
      // Slurm-web, 24.11/slurmdb-job-pending.json (24.11.0).
      {kEpochs,
       "109|109|c|alice|proj_a|main|normal|PENDING|1732026227|Unknown|Unknown|0|00:00:00|120|"},
      // NordicHPC/sonar: steps have neither user nor limit; one of them went out of memory.
      {kLong,
       "102.0|102.0||proj_a|OUT_OF_MEMORY|2024-11-13T12:27:39|2024-11-13T13:07:46|00:38:00|1.5M|"
       "0.2M|9000000K|0|2407|0:125|Block|9000000K|0|00:38:00|6||1|||00:00:00|01:02.300||05:10:11|"
       "c1||cpu=6,mem=10000M,node=1||step"},
      {kLong,
       "104.34|104.34||proj_c|RUNNING|2025-09-23T10:11:19|Unknown||||||256072|0:0|Cyclic||||48||1||"
       "2025-09-23T10:11:19|00:00:00|00:00:00||00:00:00|g2||"
       "cpu=48,gres/gpu:a100_80=4,gres/gpu=4,mem=384G,node=1||run"},
      {kLong,
       "104.interactive|104.interactive||proj_c|RUNNING|2025-09-23T10:11:19|Unknown||||||256072|0:0"
       "|||||48||1||2025-09-23T10:11:19|00:00:00|00:00:00||00:00:00|g2||"
       "cpu=48,gres/gpu:a100_80=4,gres/gpu=4,mem=384G,node=1||interactive"},
      {kLong,
       "103.extern|103.extern||proj_b|COMPLETED|2024-11-13T13:02:56|2024-11-13T13:06:50||||||234|"
       "0:0|||||8||1||2024-11-13T13:02:56|00:00:00|00:00.001||00:00.001|g1||"
       "billing=12,cpu=8,gres/gpu=1,mem=64G,node=1||extern"},
      {kLong,
       "105_[1-9]|105|bruno|proj_b|PENDING|Unknown|Unknown||||||0|0:0|||||8|64G|1||"
       "2024-11-13T12:37:07|00:00:00|00:00:00|22|00:00:00|None assigned|mig||1|array"},
  };
  for (const RowCase& one : kNothing) {
    const auto record = Read(one);
    ASSERT_TRUE(record.ok()) << one.row << ": " << record.status();
    EXPECT_FALSE(record->has_value()) << one.row;
  }
}

TEST(SacctPublicTest, WhatJobsHoldIsReadInEverySpelling) {
  const struct {
    const char* text;
    Allocation held;
  } kCases[] = {
      // neilmunday/slurm-mail, issue 142 (October 2024): cores as a gres too; a part of a GPU.
      {"billing=64,cpu=9,gres/cpu=9,gres/gpu:a100_3g.20gb=1,gres/gpu=1,mem=60G,node=1",
       {9, 1, 60 * kGiB, {{"a100_3g.20gb", 1}}}},
      {"billing=192,cpu=16,gres/cpu=16,gres/gpu:h100=1,gres/gpu=1,mem=180G,node=1",
       {16, 1, 180 * kGiB, {{"h100", 1}}}},
      // NordicHPC/sonar, sacct_output.txt in tests/testdata/.
      {"billing=128,cpu=128,mem=492800M,node=1", {128, 1, 492'800 * kMiB, {}}},
      // SckyzO/slurm_exporter, test_data/slurm-26.05.2/squeue_jobs.txt: billing at the end.
      {"cpu=8,mem=15867M,node=1,billing=8", {8, 1, 15'867 * kMiB, {}}},
      {"cpu=4,mem=8G,node=1,billing=4", {4, 1, 8 * kGiB, {}}},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<Allocation> held = ParseAllocTres(one.text);
    ASSERT_TRUE(held.ok()) << one.text << ": " << held.status();
    EXPECT_EQ(*held, one.held) << one.text;
  }
}

}  // namespace
}  // namespace mesolys::agent
