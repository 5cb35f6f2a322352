#include "scheduler/core/rules/usage_rules.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/ledger_text.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kRan = Day(2026, 6, 10);

struct UsageRulesTest : testing::Test {
  UsageRulesTest() { mesocentre.Create(TestProject("alpha")); }

  // All of alpha's use that no grant covers.
  Totals Uncovered() const {
    Totals totals;
    for (const auto& [key, used] : mesocentre.ledger().uncovered()) totals.Add(used);
    return totals;
  }

  Mesocentre mesocentre;
};

UsageRecord Job100(int64_t id) { return FinishedJob(id, "n1", "alpha", kRan, absl::Seconds(100)); }

TEST_F(UsageRulesTest, AReportSettlesItsRecordsAndSaysHowMany) {
  const UsageReported reported = mesocentre.Report({Job100(1), Job100(2)});
  EXPECT_EQ(reported.site, "north");
  EXPECT_EQ(reported.record_count, 2);
  EXPECT_EQ(reported.changed_count, 2);
  EXPECT_THAT(reported.rejected, IsEmpty());
  EXPECT_EQ(Uncovered().settled, Amount(2000));
}

TEST_F(UsageRulesTest, ASecondIdenticalReportRecordsNothing) {
  mesocentre.Report({Job100(1), Job100(2)});
  const int64_t revision = mesocentre.ledger().revision();
  ReportUsage again{"north", {Job100(1), Job100(2)}, {}, {0, 1}};
  absl::StatusOr<Verdict> verdict = mesocentre.Do(again);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_FALSE(verdict->recorded);
  EXPECT_THAT(verdict->jobs, IsEmpty());
  EXPECT_EQ(mesocentre.ledger().revision(), revision);
}

TEST_F(UsageRulesTest, ARecordRepeatedWithinAReportCountsOnce) {
  const UsageReported reported = mesocentre.Report({Job100(1), Job100(1), Job100(1)});
  EXPECT_EQ(reported.record_count, 3);
  EXPECT_EQ(reported.changed_count, 1);
  EXPECT_EQ(Uncovered().settled, Amount(1000));
}

TEST_F(UsageRulesTest, OfTwoRecordsOfAJobWithinAReportTheWinnerIsWritten) {
  UsageRecord running = RunningJob(1, "n1", "alpha", kRan, absl::Seconds(40), absl::Hours(1));
  for (const bool finished_first : {false, true}) {
    Mesocentre fresh;
    fresh.Create(TestProject("alpha"));
    fresh.Report(finished_first ? std::vector{Job100(1), running}
                                : std::vector{running, Job100(1)});
    EXPECT_THAT(UseTextOf(fresh.ledger()), HasSubstr("cpu: 1000 0 0 0\n"));
    EXPECT_EQ(fresh.rows().at(running.key).record, Job100(1));
  }
}

TEST_F(UsageRulesTest, FinishingMovesInFlightToSettledAndCommittedToNothing) {
  mesocentre.Report({RunningJob(1, "n1", "alpha", kRan, absl::Seconds(40), absl::Seconds(90))});
  EXPECT_EQ(Uncovered().in_flight, Amount(400));
  EXPECT_EQ(Uncovered().committed, Amount(500));
  mesocentre.Report({Job100(1)});
  EXPECT_EQ(Uncovered(), (Totals{Amount(1000), {}, {}, {}}));
}

TEST_F(UsageRulesTest, AnAmendedRecordPostsTheDifference) {
  mesocentre.Report({Job100(1)});
  UsageRecord amended = Job100(1);
  amended.core_count = 4;
  amended.observe_time += absl::Seconds(1);
  const UsageReported reported = mesocentre.Report({amended});
  ASSERT_THAT(reported.postings, SizeIs(1));
  EXPECT_EQ(reported.postings[0].amount, Amount(-600));
  EXPECT_EQ(Uncovered().settled, Amount(400));
}

TEST_F(UsageRulesTest, AnOlderRecordChangesNothing) {
  UsageRecord newer = Job100(1);
  newer.observe_time += absl::Seconds(1);
  mesocentre.Report({newer});
  UsageRecord older = Job100(1);
  older.core_count = 500;
  EXPECT_EQ(mesocentre.Report({older}).changed_count, 0);
  EXPECT_EQ(Uncovered().settled, Amount(1000));
}

TEST_F(UsageRulesTest, ARecordThatOnlyRefreshesItsTimeIsKeptButPostsNothing) {
  mesocentre.Report({Job100(1)});
  UsageRecord later = Job100(1);
  later.observe_time += absl::Seconds(1);
  const UsageReported reported = mesocentre.Report({later});
  EXPECT_EQ(reported.changed_count, 1);
  EXPECT_THAT(reported.postings, IsEmpty());
  EXPECT_EQ(mesocentre.rows().at(later.key).record, later);
}

struct Rejection {
  Reason reason;
  std::function<void(UsageRecord&)> spoil;
};

TEST_F(UsageRulesTest, ABadRecordIsSetAsideByItsIndexAndTheRestSettles) {
  const Rejection rejections[] = {
      {Reason::kRecordInvalid, [](UsageRecord& r) { r.end_time = r.start_time - absl::Hours(1); }},
      {Reason::kRecordInvalid, [](UsageRecord& r) { r.account = ""; }},
      {Reason::kRecordInvalid, [](UsageRecord& r) { r.core_count = -1; }},
      {Reason::kRecordInvalid, [](UsageRecord& r) { r.core_count = INT64_MAX; }},
      {Reason::kRecordForeignCluster, [](UsageRecord& r) { r.key.cluster = "s1"; }},
      {Reason::kRecordForeignCluster, [](UsageRecord& r) { r.key.cluster = "nowhere"; }},
      {Reason::kRecordEndsInFuture,
       [](UsageRecord& r) { r.end_time = TestTime() + absl::Seconds(301); }},
      {Reason::kRecordEndsInFuture,
       [](UsageRecord& r) { r.observe_time = TestTime() + absl::Seconds(301); }},
  };
  int64_t id = 10;
  Amount settled;
  for (const Rejection& rejection : rejections) {
    UsageRecord bad = Job100(id++);
    rejection.spoil(bad);
    const UsageReported reported = mesocentre.Report({Job100(id++), bad, Job100(id++)});
    ASSERT_THAT(reported.rejected, SizeIs(1)) << ReasonName(rejection.reason);
    EXPECT_EQ(reported.rejected[0].index, 1);
    EXPECT_EQ(reported.rejected[0].refusal.reason, rejection.reason);
    EXPECT_EQ(reported.record_count, 3);
    settled += Amount(2000);
    EXPECT_EQ(Uncovered().settled, settled);
  }
}

TEST_F(UsageRulesTest, ARecordMayEndFiveMinutesAheadBecauseClocksDiffer) {
  UsageRecord record = Job100(1);
  record.end_time = TestTime() + absl::Minutes(5);
  record.observe_time = record.end_time;
  EXPECT_THAT(mesocentre.Report({record}).rejected, IsEmpty());
}

TEST_F(UsageRulesTest, RejectionsOfBothKindsComeInTheOrderOfTheReport) {
  UsageRecord foreign = Job100(2);
  foreign.key.cluster = "s1";
  const RejectedRecord unreadable{1, {Reason::kRecordInvalid, "no end", {}}};
  const Verdict verdict =
      mesocentre.Must(ReportUsage{"north", {Job100(1), foreign}, {unreadable}, {0, 2}});
  const UsageReported& reported = std::get<UsageReported>(verdict.events.front());
  EXPECT_EQ(reported.record_count, 3);
  ASSERT_THAT(reported.rejected, SizeIs(2));
  EXPECT_EQ(reported.rejected[0], unreadable);
  EXPECT_EQ(reported.rejected[1].index, 2);
}

TEST_F(UsageRulesTest, ARecordThatWouldOverflowATotalIsSetAsideAndTheRestSettles) {
  const auto huge = [](int64_t id) {
    UsageRecord record = FinishedJob(id, "n1", "alpha", Day(2026, 1), absl::Hours(24 * 100));
    record.core_count = 1'000'000'000 / 120;
    return record;  // 7.2e13 core-seconds each
  };
  std::vector<UsageRecord> records;
  for (int64_t id = 1; id <= 1100; ++id) records.push_back(huge(id));
  records.push_back(Job100(2000));
  const UsageReported reported = mesocentre.Report(records);
  ASSERT_FALSE(reported.rejected.empty());
  for (const RejectedRecord& rejected : reported.rejected) {
    EXPECT_EQ(rejected.refusal.reason, Reason::kRecordOverflow);
  }
  EXPECT_EQ(reported.changed_count + static_cast<int64_t>(reported.rejected.size()), 1101);
  EXPECT_LE(Uncovered().settled, kTotalMax);
  EXPECT_GT(Uncovered().settled, Amount(kTotalMax.count() / 100 * 99));
  EXPECT_TRUE(mesocentre.rows().contains(Job100(2000).key));
}

TEST_F(UsageRulesTest, AReportInTheNameOfAnUnknownSiteIsRefused) {
  const absl::Status status = mesocentre.Do(ReportUsage{"nowhere", {}, {}, {}}).status();
  EXPECT_EQ(RefusalOf(status)->reason, Reason::kUnknownSite);
}

TEST_F(UsageRulesTest, UseOfAnUnknownAccountIsKeptUnderItsName) {
  mesocentre.Report({FinishedJob(1, "n2", "nobody", kRan, absl::Seconds(100))});
  EXPECT_EQ(UseTextOf(mesocentre.ledger()), "<> n2:nobody cpu: 1000 0 0 0\n");
}

}  // namespace
}  // namespace mesolys
