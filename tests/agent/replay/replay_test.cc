#include "agent/replay/replay.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kHeader[] = "JobIDRaw|Cluster|Account|Submit|Start|End|State|AllocTRES\n";
constexpr int64_t kZero = 1800000000;  // when the tests begin

std::string Job(int64_t id, int64_t start, int64_t end) {
  return absl::StrCat(id, "|c1|chair_ia|", start, "|", start, "|", end,
                      "|COMPLETED|cpu=4,node=1\n");
}
std::string RunningJob(int64_t id, int64_t start) {
  return absl::StrCat(id, "|c1|chair_ia|", start, "|", start, "|Unknown|RUNNING|cpu=4,node=1\n");
}

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() { options_.file = directory_.File("jobs.txt"); }

  // Everything that there is to tell now, as "id state end-kZero".
  std::vector<std::string> Tell(int64_t records_max = 2000) {
    absl::StatusOr<std::unique_ptr<Replay>> replay = Replay::Open(options_);
    EXPECT_TRUE(replay.ok()) << replay.status();
    std::vector<std::string> told;
    bool has_more = replay.ok();
    while (has_more) {
      const absl::StatusOr<Collected> collected =
          (*replay)->Collect(cursor_, records_max, clock_.Now());
      EXPECT_TRUE(collected.ok()) << collected.status();
      if (!collected.ok()) break;
      EXPECT_LE(static_cast<int64_t>(collected->records.size()), records_max);
      for (const v1::UsageRecord& record : collected->records) {
        EXPECT_EQ(record.observe_time().seconds(), record.end_time().seconds());
        EXPECT_LE(record.end_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
        told.push_back(absl::StrCat(record.job_id(), " ",
                                    v1::UsageRecord::State_Name(record.state()), " ",
                                    record.end_time().seconds() - kZero));
      }
      for (const QuarantinedLine& line : collected->quarantined) quarantined_.push_back(line);
      skipped_count_ += collected->skipped_count;
      cursor_ = collected->cursor;
      has_more = collected->has_more;
    }
    return told;
  }

  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(kZero)};
  ReplayOptions options_;
  std::string cursor_;
  std::vector<QuarantinedLine> quarantined_;
  int64_t skipped_count_ = 0;
};

TEST_F(ReplayTest, TellsEverythingThatHasEndedAtOnce) {
  directory_.Write("jobs.txt", kHeader + Job(1, kZero - 90, kZero - 60) +
                                   Job(2, kZero - 50, kZero) + Job(3, kZero - 9, kZero + 1));
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED -60", "2 COMPLETED 0"));
  EXPECT_THAT(Tell(), IsEmpty());
}

TEST_F(ReplayTest, LetsARecordWaitUntilItsEndHasCome) {
  directory_.Write("jobs.txt", kHeader + Job(1, kZero - 9, kZero + 100) +
                                   Job(2, kZero - 9, kZero + 50) + Job(3, kZero - 9, kZero - 1));
  EXPECT_THAT(Tell(), ElementsAre("3 COMPLETED -1"));
  clock_.Advance(absl::Seconds(49));
  EXPECT_THAT(Tell(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Tell(), ElementsAre("2 COMPLETED 50"));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 100"));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Tell(), IsEmpty());
}

TEST_F(ReplayTest, ShiftsOldJobsIntoAPeriodThatRuns) {
  options_.format.shift = absl::Hours(1);
  directory_.Write("jobs.txt",
                   kHeader + Job(1, kZero - 7200, kZero - 3600) + Job(2, kZero - 7200, kZero - 60));
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 0"));
  clock_.Advance(absl::Seconds(3540));
  EXPECT_THAT(Tell(), ElementsAre("2 COMPLETED 3540"));
}

TEST_F(ReplayTest, TellsAJobThatRanWhenTheFileWasRecorded) {
  options_.observe_time = absl::FromUnixSeconds(kZero - 100);
  directory_.Write("jobs.txt", kHeader + RunningJob(1, kZero - 500));
  EXPECT_THAT(Tell(), ElementsAre("1 RUNNING -100"));
}

TEST_F(ReplayTest, TellsInSmallPartsAcrossRestarts) {
  std::string text = kHeader;
  std::vector<std::string> expected;
  for (int64_t id = 1; id <= 100; ++id) {
    text += Job(id, kZero - 100, kZero - id);
    expected.push_back(absl::StrCat(id, " COMPLETED ", -id));
  }
  directory_.Write("jobs.txt", text);
  EXPECT_EQ(Tell(/*records_max=*/7), expected);
}

TEST_F(ReplayTest, TellsTheSameAgainFromTheSameCursor) {
  directory_.Write("jobs.txt",
                   kHeader + Job(1, kZero - 9, kZero - 5) + Job(2, kZero - 9, kZero - 4));
  absl::StatusOr<std::unique_ptr<Replay>> replay = Replay::Open(options_);
  ASSERT_TRUE(replay.ok());
  const auto first = (*replay)->Collect("", 1, clock_.Now());
  const auto again = (*replay)->Collect("", 1, clock_.Now());
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->cursor, again->cursor);
  EXPECT_EQ(first->records[0].SerializeAsString(), again->records[0].SerializeAsString());
  const auto rest = (*replay)->Collect(first->cursor, 10, clock_.Now());
  ASSERT_THAT(rest->records, SizeIs(1));
  EXPECT_EQ(rest->records[0].job_id(), 2);
}

TEST_F(ReplayTest, GoesOnWhenTheFileHasGrown) {
  options_.observe_time = clock_.Now();
  directory_.Write("jobs.txt",
                   kHeader + Job(1, kZero - 9, kZero - 5) + Job(2, kZero - 9, kZero + 9));
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED -5"));
  directory_.Append("jobs.txt", Job(3, kZero - 90, kZero - 80) + Job(4, kZero - 9, kZero + 5));
  EXPECT_THAT(Tell(), ElementsAre("3 COMPLETED -80"));
  clock_.Advance(absl::Seconds(9));
  EXPECT_THAT(Tell(), ElementsAre("2 COMPLETED 9", "4 COMPLETED 5"));
}

TEST_F(ReplayTest, BeginsAgainWhenTheFileIsAnotherOne) {
  directory_.Write("jobs.txt",
                   kHeader + Job(1, kZero - 9, kZero - 5) + Job(2, kZero - 9, kZero - 4));
  EXPECT_THAT(Tell(), SizeIs(2));
  directory_.Write("jobs.txt", kHeader + Job(3, kZero - 9, kZero - 5));
  EXPECT_THAT(Tell(), ElementsAre("3 COMPLETED -5"));
  directory_.Write("jobs.txt",
                   kHeader + Job(4, kZero - 9, kZero - 5) + Job(5, kZero - 9, kZero - 5));
  EXPECT_THAT(Tell(), ElementsAre("4 COMPLETED -5", "5 COMPLETED -5"));
}

TEST_F(ReplayTest, BeginsAgainWhenItIsReadInAnotherWay) {
  directory_.Write("jobs.txt", kHeader + Job(1, kZero - 9, kZero - 5));
  EXPECT_THAT(Tell(), SizeIs(1));
  options_.format.shift = -absl::Hours(1);
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED -3605"));
}

TEST_F(ReplayTest, BeginsAtTheBeginningForACursorThatItDidNotMake) {
  directory_.Write("jobs.txt", kHeader + Job(1, kZero - 9, kZero - 5));
  cursor_ = "17";
  EXPECT_THAT(Tell(), SizeIs(1));
}

TEST_F(ReplayTest, WaitsForTheEndOfAHalfWrittenLineUntilTheFileIsLeftAlone) {
  const std::string whole = Job(2, kZero - 9, kZero - 4);
  directory_.Write("jobs.txt", kHeader + Job(1, kZero - 9, kZero - 5) + whole.substr(0, 40));
  directory_.SetModifyTime("jobs.txt", kZero - 59);
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED -5"));
  EXPECT_THAT(quarantined_, IsEmpty());
  directory_.Append("jobs.txt", whole.substr(40, whole.size() - 41));  // all but its end
  directory_.SetModifyTime("jobs.txt", kZero - 59);
  EXPECT_THAT(Tell(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Tell(), ElementsAre("2 COMPLETED -4"));
  EXPECT_THAT(quarantined_, IsEmpty());
}

TEST_F(ReplayTest, QuarantinesBadLinesOnceWithTheirPlaceAndGoesOn) {
  directory_.Write("jobs.txt", kHeader + Job(1, kZero - 9, kZero - 5) + "rubbish\n" + "\n" +
                                   Job(2, kZero - 5, kZero - 9) + Job(3, kZero - 9, kZero + 60) +
                                   std::string(2000000, 'x') + "\n" +
                                   "4.batch|c1|a|1|2|3|COMPLETED|cpu=1\n" +
                                   Job(5, kZero - 9, kZero - 5));
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED -5", "5 COMPLETED -5"));
  ASSERT_THAT(quarantined_, SizeIs(3));
  EXPECT_EQ(quarantined_[0].origin, options_.file + ":3");
  EXPECT_EQ(quarantined_[0].text, "rubbish");
  EXPECT_THAT(quarantined_[0].reason, HasSubstr("1 columns, not 8"));
  EXPECT_EQ(quarantined_[1].origin, options_.file + ":5");
  EXPECT_THAT(quarantined_[1].reason, HasSubstr("end_time"));
  EXPECT_EQ(quarantined_[2].origin, options_.file + ":7");
  EXPECT_THAT(quarantined_[2].reason, HasSubstr("longer than 1 MiB"));
  EXPECT_EQ(skipped_count_, 2);
  // The next pass reads the same lines again.
  clock_.Advance(absl::Minutes(2));
  EXPECT_THAT(Tell(), ElementsAre("3 COMPLETED 60"));
  EXPECT_THAT(quarantined_, SizeIs(3));
  EXPECT_EQ(skipped_count_, 2);
}

TEST_F(ReplayTest, ReadsAFileWithoutAHeader) {
  options_.format.columns = {"JobIDRaw", "Cluster", "Account", "Submit",
                             "Start",    "End",     "State",   "AllocTRES"};
  directory_.Write("jobs.txt", Job(1, kZero - 9, kZero - 5));
  EXPECT_THAT(Tell(), SizeIs(1));
  directory_.Write("jobs.txt", kHeader + Job(1, kZero - 9, kZero - 5));
  cursor_.clear();
  EXPECT_THAT(Tell(), SizeIs(1));  // nor does one hurt
  EXPECT_THAT(quarantined_, IsEmpty());
}

TEST_F(ReplayTest, PassesOverNotesBeforeTheHeaderAndBetweenTheJobs) {
  directory_.Write("jobs.txt", std::string("# a note\n# another\n") + kHeader +
                                   Job(1, kZero - 9, kZero - 5) + "# in between\nrubbish\n");
  EXPECT_THAT(Tell(), SizeIs(1));
  ASSERT_THAT(quarantined_, SizeIs(1));
  EXPECT_EQ(quarantined_[0].origin, options_.file + ":6");
}

TEST_F(ReplayTest, SaysAtTheStartWhatIsMissing) {
  EXPECT_EQ(Replay::Open(options_).status().code(), absl::StatusCode::kNotFound);
  directory_.Write("jobs.txt", Job(1, kZero - 9, kZero - 5));
  const absl::Status status = Replay::Open(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("without a header set `columns`"));
}

TEST_F(ReplayTest, TellsAtItsSpeedWhatEndsAndWhatRunsMeanwhile) {
  options_.speed = 60;  // a minute per second
  options_.in_flight_interval = absl::Minutes(10);
  const int64_t begin = kZero - 86400;
  directory_.Write("jobs.txt", kHeader + Job(1, begin, begin + 300) +
                                   Job(2, begin + 60, begin + 3600) +
                                   Job(3, begin + 1200, begin + 1500));
  EXPECT_THAT(Tell(), IsEmpty());  // recorded time begins with the first job
  const auto at = [&](int64_t seconds) { return seconds - 86400; };
  clock_.Advance(absl::Seconds(5));  // five minutes
  EXPECT_THAT(Tell(), ElementsAre(absl::StrCat("1 COMPLETED ", at(300))));
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(Tell(), ElementsAre(absl::StrCat("2 RUNNING ", at(600))));
  clock_.Advance(absl::Seconds(5));  // no more often than every ten minutes
  EXPECT_THAT(Tell(), IsEmpty());
  clock_.Advance(absl::Seconds(6));
  EXPECT_THAT(Tell(), ElementsAre(absl::StrCat("2 RUNNING ", at(1260)),
                                  absl::StrCat("3 RUNNING ", at(1260))));
  clock_.Advance(absl::Seconds(60));
  EXPECT_THAT(Tell(), ElementsAre(absl::StrCat("2 COMPLETED ", at(3600)),
                                  absl::StrCat("3 COMPLETED ", at(1500))));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Tell(), IsEmpty());
}

TEST_F(ReplayTest, NeverRunsAheadOfTheClock) {
  options_.speed = 1000000;
  directory_.Write("jobs.txt",
                   kHeader + Job(1, kZero - 100, kZero - 50) + Job(2, kZero - 100, kZero + 50));
  Tell();
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED -50"));  // Tell checks every end against the clock
  clock_.Advance(absl::Seconds(49));
  EXPECT_THAT(Tell(), ElementsAre("2 COMPLETED 50"));
}

TEST_F(ReplayTest, SurvivesAClockThatGoesBackwards) {
  directory_.Write("jobs.txt",
                   kHeader + Job(1, kZero - 9, kZero - 5) + Job(2, kZero - 9, kZero + 60));
  EXPECT_THAT(Tell(), SizeIs(1));
  clock_.Advance(-absl::Hours(1));
  EXPECT_THAT(Tell(), IsEmpty());
  clock_.Advance(absl::Hours(2));
  EXPECT_THAT(Tell(), ElementsAre("2 COMPLETED 60"));
}

}  // namespace
}  // namespace mesolys::agent
