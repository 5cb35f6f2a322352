#include "client/usage/usage_summary.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

int64_t Seconds(const std::string& text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) << text;
  return absl::ToUnixSeconds(time);
}

v1::Job Job(const std::string& user, const std::string& start, const std::string& end) {
  v1::Job job;
  job.set_site("psmn");
  job.mutable_record()->set_user(user);
  job.mutable_record()->set_state(v1::UsageRecord::COMPLETED);
  job.mutable_record()->mutable_start_time()->set_seconds(Seconds(start));
  job.mutable_record()->mutable_end_time()->set_seconds(Seconds(end));
  return job;
}

// "group resource jobs charged" of each row, for programs.
std::vector<std::string> Rows(const UsageSummary& summary) {
  std::vector<std::string> rows;
  for (const auto& row : summary.ToTable({}).rows) {
    std::vector<std::string> words;
    for (size_t i = 0; i < 4; ++i) {
      const auto& value = row[i].value.json();
      words.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
    rows.push_back(absl::StrJoin(words, " "));
  }
  return rows;
}

constexpr char kMorning[] = "2027-03-10T08:00:00Z";
constexpr char kNoon[] = "2027-03-10T12:00:00Z";

TEST(UsageSummaryTest, AddsUpByGroupAndResourceTheLargestFirst) {
  UsageSummary summary(GroupBy::kUser, absl::UTCTimeZone());
  summary.Add(Job("alice", kMorning, kNoon), {{"cpu", 100}});
  summary.Add(Job("bob", kMorning, kNoon), {{"cpu", 300}, {"gpu-a100", 10}});
  summary.Add(Job("alice", kMorning, kNoon), {{"cpu", 50}});
  EXPECT_THAT(Rows(summary), ElementsAre("bob cpu 1 300", "alice cpu 2 150", "bob gpu-a100 1 10"));
}

TEST(UsageSummaryTest, CutsAJobAtTheEndOfEachMonthToTheSecond) {
  const absl::TimeZone paris = absl::FixedTimeZone(3600);
  UsageSummary summary(GroupBy::kMonth, paris);
  // 100 s in February of Paris, all of March, 50 s in April: 2 cores.
  const int64_t march = 31 * 86400;
  summary.Add(Job("alice", "2027-02-28T22:58:20Z", "2027-03-31T23:00:50Z"),
              {{"cpu", 2 * (100 + march + 50)}});
  EXPECT_THAT(Rows(summary),
              ElementsAre("2027-02 cpu 1 200", absl::StrCat("2027-03 cpu 1 ", 2 * march),
                          "2027-04 cpu 1 100"));
}

TEST(UsageSummaryTest, OfAMonthNothingIsLostThatDoesNotDivide) {
  UsageSummary summary(GroupBy::kMonth, absl::UTCTimeZone());
  // Suspended: 7 units over 3 s, one of them before midnight.
  summary.Add(Job("alice", "2027-02-28T23:59:59Z", "2027-03-01T00:00:02Z"), {{"cpu", 7}});
  EXPECT_THAT(Rows(summary), ElementsAre("2027-02 cpu 1 2", "2027-03 cpu 1 5"));
}

TEST(UsageSummaryTest, AJobThatEndsAtMidnightIsOfTheMonthBefore) {
  UsageSummary summary(GroupBy::kMonth, absl::UTCTimeZone());
  summary.Add(Job("alice", "2027-02-28T23:00:00Z", "2027-03-01T00:00:00Z"), {{"cpu", 3600}});
  EXPECT_THAT(Rows(summary), ElementsAre("2027-02 cpu 1 3600"));
}

TEST(UsageSummaryTest, ATimeThatNoJobCanHaveIsNoEndlessWork) {
  UsageSummary summary(GroupBy::kMonth, absl::UTCTimeZone());
  v1::Job job;
  job.mutable_record()->mutable_start_time()->set_seconds(INT64_MIN);
  job.mutable_record()->mutable_end_time()->set_seconds(INT64_MAX);
  summary.Add(job, {{"cpu", 1}});
  EXPECT_EQ(summary.ToTable({}).rows.size(), 1U);
}

class UsageByTest : public ClientTest {};

TEST_F(UsageByTest, IsAnOptionOfTheList) {
  for (const char* by : {"user", "site", "month", "resource", "state"}) {
    const Outcome outcome = Run({"usage", "list", "proj_a", "--by", by});
    EXPECT_EQ(outcome.exit, ExitCode::kDone) << by << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("cpu"));
    EXPECT_THAT(outcome.out, HasSubstr("%"));
  }
  EXPECT_THAT(Run({"usage", "list", "proj_a", "--by", "month", "--format", "csv"}).out,
              HasSubstr("month,resource,job_count,charged_base_units"));
}

TEST_F(UsageByTest, SaysWhatItCannotAddUp) {
  EXPECT_THAT(Run({"usage", "list", "proj_a", "--by", "day"}).err,
              HasSubstr("\"day\" is none of user, site, month, resource and state"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"usage", "list", "--unassigned", "--by", "user"},
        std::vector<std::string>{"usage", "list", "proj_a", "--by", "user", "--limit", "3"}}) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit, ExitCode::kUsage);
    EXPECT_THAT(outcome.err, HasSubstr("--by adds up all jobs"));
  }
}

}  // namespace
}  // namespace mesolys::client
