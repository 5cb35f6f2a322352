#include "agent/slurm/text/row_bound.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kNow = 1800000000;

SacctText Text(std::vector<std::string> more = {}) {
  std::vector<std::string> columns = {"Cluster",   "JobIDRaw",    "Account", "User",
                                      "State",     "Submit",      "Start",   "End",
                                      "AllocTRES", "TimelimitRaw"};
  columns.insert(columns.end(), more.begin(), more.end());
  return *SacctText::Create({columns});
}

// Of a job of four cores that ran for an hour, with what is odd about it.
std::string Line(const std::map<std::string, std::string>& odd) {
  const std::vector<std::pair<std::string, std::string>> usual = {
      {"Cluster", "psmn"},
      {"JobIDRaw", "4002"},
      {"Account", "wide"},
      {"User", "alice"},
      {"State", "COMPLETED"},
      {"Submit", absl::StrCat(kNow - 9000)},
      {"Start", absl::StrCat(kNow - 7200)},
      {"End", absl::StrCat(kNow - 3600)},
      {"AllocTRES", "cpu=4,mem=1G,gres/gpu=1"},
      {"TimelimitRaw", "120"}};
  std::string line;
  for (const auto& [column, value] : usual) {
    const auto other = odd.find(column);
    absl::StrAppend(&line, line.empty() ? "" : "|", other == odd.end() ? value : other->second);
  }
  return line;
}

std::optional<UnreadJob> Bound(const std::map<std::string, std::string>& odd) {
  const SacctText text = Text();
  EXPECT_FALSE(text.Parse(Line(odd), absl::FromUnixSeconds(kNow)).ok()) << Line(odd);
  return BoundOf(text, Line(odd), absl::FromUnixSeconds(kNow));
}

TEST(RowBoundTest, TakesEachFieldThatCanBeReadAndTheMostForTheOthers) {
  struct Case {
    std::map<std::string, std::string> odd;
    int64_t seconds;
    int64_t cores;
    bool is_size_known = true;
    bool runs = false;
  };
  for (const Case& each :
       std::vector<Case>{{{{"State", "42%"}}, 3600, 4},
                         // It began no earlier than it was submitted, and is over.
                         {{{"End", absl::StrCat(kNow - 8000)}}, 9000, 4},
                         {{{"Start", "soon"}}, 5400, 4},
                         {{{"End", "never"}}, 7200, 4},
                         {{{"State", "RUNNING"}, {"End", "never"}}, 7200, 4, true, true},
                         {{{"Submit", "gestern"}}, 3600, 4},
                         {{{"JobIDRaw", "none"}}, 3600, 4},
                         {{{"AllocTRES", "cpu=4,mem=much,gres/gpu=1"}}, 3600, 4, false},
                         {{{"AllocTRES", "cpu=4,gres/gpu=many"}}, 3600, 4, false},
                         {{{"AllocTRES", "cpu=many"}}, 3600, 0, false},
                         {{{"AllocTRES", ""}}, 3600, 0, false},
                         {{{"AllocTRES", "cpu=999999999999"}}, 3600, 0, false}}) {
    const std::optional<UnreadJob> job = Bound(each.odd);
    ASSERT_TRUE(job.has_value()) << Line(each.odd);
    EXPECT_EQ(job->at_most.account, "wide");
    EXPECT_EQ(job->at_most.key.cluster, "psmn");
    EXPECT_EQ(absl::ToInt64Seconds(job->at_most.end_time - job->at_most.start_time), each.seconds)
        << Line(each.odd);
    EXPECT_EQ(job->at_most.core_count, each.cores) << Line(each.odd);
    EXPECT_EQ(job->is_size_known, each.is_size_known) << Line(each.odd);
    EXPECT_EQ(job->at_most.state == JobState::kRunning, each.runs) << Line(each.odd);
    EXPECT_TRUE(CheckUsageRecord(job->at_most).ok());
  }
}

TEST(RowBoundTest, IsKnownByItsClusterIdAndSubmissionOrByWhatTheLineHasInstead) {
  const std::optional<UnreadJob> job = Bound({{"State", "42%"}});
  EXPECT_EQ(job->id, "4002");
  EXPECT_EQ(job->submitted, absl::StrCat(kNow - 9000));
  EXPECT_EQ(Bound({{"JobIDRaw", "4\x01"}})->id, "4\\x01");
  EXPECT_EQ(Bound({{"Submit", "gestern"}})->submitted, "gestern");
}

TEST(RowBoundTest, ElapsedDecidesHowLongItRan) {
  const SacctText text = Text({"ElapsedRaw"});
  const std::string line = absl::StrCat(Line({{"End", absl::StrCat(kNow - 8000)}}), "|60");
  const std::optional<UnreadJob> job = BoundOf(text, line, absl::FromUnixSeconds(kNow));
  ASSERT_TRUE(job.has_value());
  EXPECT_EQ(absl::ToInt64Seconds(job->at_most.end_time - job->at_most.start_time), 60);
}

TEST(RowBoundTest, IsNobodysWhereTheAccountOrTheColumnsCannotBeTold) {
  EXPECT_EQ(Bound({{"Account", ""}}), std::nullopt);
  EXPECT_EQ(Bound({{"Account", "wi\xff"}}), std::nullopt);
  EXPECT_EQ(Bound({{"Account", "wide|4"}}), std::nullopt);
}

}  // namespace
}  // namespace mesolys::agent
