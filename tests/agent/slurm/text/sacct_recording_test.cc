// The 4,285 real jobs of ../shared/data, read in place; see SOURCE.txt there.

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/replay/replay.h"
#include "agent/slurm/text/sacct_text.h"
#include "gtest/gtest.h"
#include "tests/fakes/source_tree.h"

namespace mesolys::agent {
namespace {

constexpr char kColumns[] =
    "jobid|jobidraw|cluster|partition|qos|account|group|gid|user|uid|submit|eligible|start|end|"
    "elapsed|exitcode|state|nnodes|ncpus|reqcpus|reqmem|reqtres|alloctres|timelimit|nodelist|"
    "jobname";

std::string RecordingPath() { return SourcePath("../shared/data/xdmod_sacct_phillips.log"); }

std::vector<std::string> RecordedLines() {
  std::vector<std::string> lines;
  std::ifstream file(RecordingPath());
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// The columns ncpus and elapsed by position, by nothing but splitting: the sum that billing rests
// on.
int64_t CoreSecondsByHand(const std::string& line) {
  const std::vector<std::string> fields = absl::StrSplit(line, '|');
  int64_t cores = 0;
  EXPECT_TRUE(absl::SimpleAtoi(fields[18], &cores));
  const std::vector<std::string> parts = absl::StrSplit(fields[14], absl::ByAnyChar("-:"));
  int64_t seconds = 0;
  const int64_t weights[] = {1, 60, 3600, 86400};
  for (size_t at = 0; at < parts.size(); ++at) {
    int64_t part = 0;
    EXPECT_TRUE(absl::SimpleAtoi(parts[parts.size() - 1 - at], &part));
    seconds += part * weights[at];
  }
  return cores * seconds;
}

class SacctRecordingTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(RecordingPath())) {
      GTEST_SKIP() << "shared/data/xdmod_sacct_phillips.log is not beside this checkout";
    }
  }
  SacctFormat format_ = {absl::StrSplit(kColumns, '|'), "|", "", absl::ZeroDuration()};
};

TEST_F(SacctRecordingTest, EveryLineIsAJobAndTheirCoreSecondsAddUp) {
  const absl::StatusOr<SacctText> text = SacctText::Create(format_);
  ASSERT_TRUE(text.ok()) << text.status();
  const std::vector<std::string> lines = RecordedLines();
  ASSERT_EQ(lines.size(), 4285U);
  int64_t core_seconds = 0;
  int64_t core_seconds_by_hand = 0;
  int64_t gpu_jobs = 0;
  std::map<JobState, int> states;
  for (const std::string& line : lines) {
    const auto record = text->Parse(line, absl::InfinitePast());
    ASSERT_TRUE(record.ok()) << line << ": " << record.status();
    ASSERT_TRUE(record->has_value()) << line;
    core_seconds += (*record)->core_count * (*record)->ElapsedSeconds();
    core_seconds_by_hand += CoreSecondsByHand(line);
    gpu_jobs += (*record)->gpu_counts.empty() ? 0 : 1;
    ++states[(*record)->state];
    if ((*record)->state == JobState::kCancelled) {
      EXPECT_GE((*record)->cancelled_by_uid, 0);
    }
  }
  EXPECT_EQ(core_seconds, core_seconds_by_hand);
  EXPECT_GT(core_seconds, 0);
  EXPECT_EQ(gpu_jobs, 2);
  EXPECT_EQ(states, (std::map<JobState, int>{{JobState::kCompleted, 2324},
                                             {JobState::kFailed, 1717},
                                             {JobState::kTimeout, 1},
                                             {JobState::kCancelled, 243}}));
}

TEST_F(SacctRecordingTest, AReplayTellsEveryJobOnce) {
  ReplayOptions options;
  options.file = RecordingPath();
  options.format = format_;
  absl::StatusOr<std::unique_ptr<Replay>> replay = Replay::Open(options);
  ASSERT_TRUE(replay.ok()) << replay.status();
  const absl::Time now = absl::FromUnixSeconds(1800000000);
  std::map<int64_t, int> told;
  std::string cursor;
  bool has_more = true;
  while (has_more) {
    const absl::StatusOr<Collected> collected = (*replay)->Collect(cursor, 2000, now);
    ASSERT_TRUE(collected.ok()) << collected.status();
    EXPECT_LE(collected->records.size(), 2000U);
    EXPECT_TRUE(collected->quarantined.empty());
    for (const v1::UsageRecord& record : collected->records) ++told[record.job_id()];
    cursor = collected->cursor;
    has_more = collected->has_more;
  }
  EXPECT_EQ(told.size(), 4285U);
  for (const auto& [id, count] : told) ASSERT_EQ(count, 1) << id;
}

}  // namespace
}  // namespace mesolys::agent
