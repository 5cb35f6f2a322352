#include "scheduler/core/figures/settlement.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kRan = Day(2026, 6, 10);

struct SettlementTest : testing::Test {
  SettlementTest() { mesocentre.Create(TestProject("alpha")); }

  // A grant of alpha at north; its number is the order of the calls.
  void Give(const std::string& resource, const Period& period, const std::string& site = "north") {
    mesocentre.Issue(
        GrantByHand(mesocentre.ledger(), "alpha", resource, period, {{site, Amount(1'000'000)}}));
  }
  std::vector<Charge> ChargesOf(const UsageRecord& record) const {
    return Charged(mesocentre.ledger(), record).charges;
  }

  Mesocentre mesocentre;
};

Charge Of(int64_t grant, const char* resource, ChargeKind kind, int64_t amount) {
  return {grant, resource, kind, Amount(amount)};
}
Charge Settled(int64_t grant, int64_t amount, const char* resource = "cpu") {
  return Of(grant, resource, ChargeKind::kSettled, amount);
}

TEST_F(SettlementTest, AFinishedJobIsSettledByItsGrant) {
  Give("cpu", {Day(2026, 6), Day(2026, 7)});
  const Job job =
      Charged(mesocentre.ledger(), FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100)));
  EXPECT_EQ(job.site, "north");
  EXPECT_EQ(job.project, "alpha");
  EXPECT_THAT(job.charges, ElementsAre(Settled(1, 1000)));
}

TEST_F(SettlementTest, AJobOfAnUnknownAccountHasNoProject) {
  const Job job =
      Charged(mesocentre.ledger(), FinishedJob(1, "n1", "nobody", kRan, absl::Seconds(100)));
  EXPECT_EQ(job.project, "");
  EXPECT_THAT(job.charges, ElementsAre(Settled(0, 1000)));
}

TEST_F(SettlementTest, AGrantOfAnotherSiteOrResourceDoesNotPay) {
  Give("cpu", {Day(2026, 6), Day(2026, 7)}, "south");
  Give("gpu-a100", {Day(2026, 6), Day(2026, 7)});
  EXPECT_THAT(ChargesOf(FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))),
              ElementsAre(Settled(0, 1000)));
}

TEST_F(SettlementTest, AJobAcrossTheEndOfAPeriodIsChargedToEachByItsSeconds) {
  Give("cpu", {Day(2026, 5), kRan + absl::Seconds(30)});
  Give("cpu", {kRan + absl::Seconds(30), Day(2026, 7)});
  EXPECT_THAT(ChargesOf(FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))),
              ElementsAre(Settled(1, 300), Settled(2, 700)));
}

TEST_F(SettlementTest, OfStackedGrantsTheOneThatEndsSoonestPays) {
  Give("cpu", {Day(2026, 1), Day(2027, 1)});
  Give("cpu", {Day(2026, 6), kRan + absl::Seconds(60)});
  Give("cpu", {Day(2026, 6), Day(2026, 9)});
  EXPECT_THAT(ChargesOf(FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))),
              ElementsAre(Settled(2, 600), Settled(3, 400)));
}

TEST_F(SettlementTest, ARunningJobIsInFlightAndItsLimitIsCommitted) {
  Give("cpu", {Day(2026, 6), kRan + absl::Seconds(150)});
  const UsageRecord record =
      RunningJob(1, "n1", "alpha", kRan, absl::Seconds(100), absl::Seconds(250));
  EXPECT_THAT(ChargesOf(record), ElementsAre(Of(1, "cpu", ChargeKind::kInFlight, 1000),
                                             Of(0, "cpu", ChargeKind::kCommitted, 1000),
                                             Of(1, "cpu", ChargeKind::kCommitted, 500)));
}

TEST_F(SettlementTest, ARunawayIsInFlightUntilItWasSeenLastAndCommitsNothing) {
  Give("cpu", {Day(2026, 6), Day(2026, 7)});
  UsageRecord record = RunningJob(1, "n1", "alpha", kRan, absl::Seconds(100), absl::Seconds(250));
  record.is_runaway = true;
  EXPECT_THAT(ChargesOf(record), ElementsAre(Of(1, "cpu", ChargeKind::kInFlight, 1000)));
}

TEST_F(SettlementTest, ARunningJobWithoutALimitOrBeyondItCommitsNothing) {
  for (int64_t limit : {0, 40, 100}) {
    const UsageRecord record =
        RunningJob(1, "n1", "alpha", kRan, absl::Seconds(100), absl::Seconds(limit));
    EXPECT_THAT(ChargesOf(record), ElementsAre(Of(0, "cpu", ChargeKind::kInFlight, 1000)));
  }
}

TEST_F(SettlementTest, SuspendedSecondsAreNotCharged) {
  UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100));
  record.suspended_seconds = 60;
  EXPECT_THAT(ChargesOf(record), ElementsAre(Settled(0, 400)));
  record.suspended_seconds = 100;
  EXPECT_THAT(ChargesOf(record), IsEmpty());
}

TEST_F(SettlementTest, SuspendedSecondsAreTakenFromEachPieceInProportion) {
  Give("cpu", {Day(2026, 5), kRan + absl::Seconds(30)});
  UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100));
  record.suspended_seconds = 45;  // 55 of 100: 16.5 of the first 30, 38.5 of the other 70
  EXPECT_THAT(ChargesOf(record), ElementsAre(Settled(0, 380), Settled(1, 170)));
}

TEST_F(SettlementTest, ASuspendedJobIsStillInFlight) {
  UsageRecord record = RunningJob(1, "n1", "alpha", kRan, absl::Seconds(100), absl::Seconds(0));
  record.state = JobState::kSuspended;
  record.suspended_seconds = 10;
  EXPECT_THAT(ChargesOf(record), ElementsAre(Of(0, "cpu", ChargeKind::kInFlight, 900)));
}

struct GpuCase {
  const char* cluster;
  std::map<std::string, int64_t> gpus;
  std::vector<Charge> charges;
};

TEST_F(SettlementTest, AJobOnGpusPaysThemAndItsCoresWhereTheSiteSaysSo) {
  for (const GpuCase& c : {
           GpuCase{"n1", {{"a100", 2}}, {Settled(0, 1000), Settled(0, 200, "gpu-a100")}},
           GpuCase{"n1", {{"", 2}}, {Settled(0, 1000), Settled(0, 200, "gpu-a100")}},
           GpuCase{"n1", {{"", 1}, {"a100", 2}}, {Settled(0, 1000), Settled(0, 300, "gpu-a100")}},
           GpuCase{"n1", {{"h100", 1}}, {Settled(0, 1000), Settled(0, 100, "gpu-h100")}},
           GpuCase{"n1", {{"a100", 0}}, {Settled(0, 1000)}},
           GpuCase{"e1", {{"", 2}}, {Settled(0, 200, "gpu-v100")}},
           GpuCase{"e1", {{"v100", 0}}, {Settled(0, 1000)}},
           GpuCase{"e1", {}, {Settled(0, 1000)}},
       }) {
    UsageRecord record = FinishedJob(1, c.cluster, "alpha", kRan, absl::Seconds(100));
    record.gpu_counts = c.gpus;
    EXPECT_EQ(ChargesOf(record), c.charges) << c.cluster << " " << c.gpus.size();
  }
}

TEST_F(SettlementTest, AnUntypedGpuOfASiteWithoutAModelIsAccountedAsUntyped) {
  Catalogue catalogue = TestCatalogue();
  catalogue.sites["east"].gpu_model = "";
  const Mesocentre elsewhere(catalogue);
  UsageRecord record = FinishedJob(1, "e1", "alpha", kRan, absl::Seconds(100));
  record.gpu_counts = {{"", 1}};
  EXPECT_THAT(Charged(elsewhere.ledger(), record).charges,
              ElementsAre(Settled(0, 100, "gpu-untyped")));
}

TEST_F(SettlementTest, SlicesPayTheirPartRoundedOnceOverAllGrants) {
  Catalogue catalogue = TestCatalogue();
  catalogue.sites["north"].gpu_names["1g.10gb"] = {"gpu-a100", 1, 7};
  Mesocentre sliced(catalogue);
  sliced.Create(TestProject("alpha"));
  const auto give = [&sliced](const Period& period) {
    sliced.Issue(
        GrantByHand(sliced.ledger(), "alpha", "gpu-a100", period, {{"north", Amount(1'000'000)}}));
  };
  give({Day(2026, 6), kRan + absl::Seconds(10)});
  give({kRan + absl::Seconds(10), kRan + absl::Seconds(20)});
  UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(28));
  record.gpu_counts = {{"1g.10gb", 1}};
  // 8/7, 10/7 and 10/7 of a second: 4 in all.
  EXPECT_THAT(Charged(sliced.ledger(), record).charges,
              ElementsAre(Settled(0, 280), Settled(0, 1, "gpu-a100"), Settled(1, 2, "gpu-a100"),
                          Settled(2, 1, "gpu-a100")));
  // Nobody gets more than they paid.
  record.state = JobState::kNodeFail;
  std::map<int64_t, Amount> paid;
  for (const Charge& charge : Charged(sliced.ledger(), record).charges) {
    if (charge.resource != "gpu-a100") continue;
    Amount& sum = paid[charge.grant];
    sum = charge.kind == ChargeKind::kRefund ? sum - charge.amount : sum + charge.amount;
  }
  for (const auto& [grant, amount] : paid) EXPECT_EQ(amount, Amount()) << grant;
}

TEST_F(SettlementTest, AMomentOfASliceIsNoEntry) {
  Catalogue catalogue = TestCatalogue();
  catalogue.sites["north"].gpu_names["1g.10gb"] = {"gpu-a100", 1, 7};
  const Mesocentre sliced(catalogue);
  UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(3));
  record.gpu_counts = {{"1g.10gb", 1}};
  EXPECT_THAT(Charged(sliced.ledger(), record).charges, ElementsAre(Settled(0, 30)));
}

Job JobOf(const UsageRecord& record, const std::string& project, std::vector<Charge> charges) {
  return {record, "north", project, std::move(charges)};
}

TEST_F(SettlementTest, PostingsAreTheDifferencesBetweenTheOldAndTheNewEntries) {
  const UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100));
  const Job before =
      JobOf(record, "alpha", {Of(0, "cpu", ChargeKind::kInFlight, 40), Settled(0, 7)});
  const Job after = JobOf(record, "alpha", {Settled(0, 100)});
  Postings postings(mesocentre.ledger());
  ASSERT_TRUE(postings.Replace(&before, after));
  EXPECT_THAT(
      postings.Take(),
      ElementsAre(Posting{{0, "alpha", "n1", "alpha", "cpu", ChargeKind::kSettled}, Amount(93)},
                  Posting{{0, "alpha", "n1", "alpha", "cpu", ChargeKind::kInFlight}, Amount(-40)}));
}

TEST_F(SettlementTest, PostingsOfNothingAreLeftOut) {
  const UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100));
  const Job job = JobOf(record, "alpha", {Settled(0, 100)});
  Job other = job;
  other.record.key.job_id = 2;
  Postings postings(mesocentre.ledger());
  ASSERT_TRUE(postings.Replace(&job, job));
  ASSERT_TRUE(postings.Replace(nullptr, job));
  ASSERT_TRUE(postings.Replace(&job, JobOf(record, "alpha", {})));
  EXPECT_THAT(postings.Take(), IsEmpty());
}

TEST_F(SettlementTest, AnAmendedAccountMovesWhatWasBooked) {
  const UsageRecord record = FinishedJob(1, "n1", "nobody", kRan, absl::Seconds(100));
  UsageRecord amended = record;
  amended.account = "somebody";
  Postings postings(mesocentre.ledger());
  const Job before = JobOf(record, "", {Settled(0, 100)});
  ASSERT_TRUE(postings.Replace(&before, JobOf(amended, "", {Settled(0, 100)})));
  EXPECT_THAT(
      postings.Take(),
      ElementsAre(Posting{{0, "", "n1", "nobody", "cpu", ChargeKind::kSettled}, Amount(-100)},
                  Posting{{0, "", "n1", "somebody", "cpu", ChargeKind::kSettled}, Amount(100)}));
}

TEST_F(SettlementTest, ATotalThatWouldGrowTooLargeIsRefusedAndNothingOfItStays) {
  const UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100));
  Postings postings(mesocentre.ledger());
  ASSERT_TRUE(postings.Replace(nullptr, JobOf(record, "alpha", {Settled(0, 100)})));
  EXPECT_FALSE(postings.Replace(
      nullptr, JobOf(record, "alpha", {Settled(0, 5), Settled(0, kTotalMax.count() - 100)})));
  EXPECT_FALSE(postings.Replace(
      nullptr, JobOf(record, "alpha", {Settled(0, kTotalMax.count(), "gpu-a100")})));
  EXPECT_THAT(postings.Take(), SizeIs(1));
  EXPECT_EQ(postings.Take()[0].amount, Amount(100));
}

TEST_F(SettlementTest, WhatIsBookedAlreadyCountsTowardsTheLargestTotal) {
  mesocentre.Report({FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))});
  Postings postings(mesocentre.ledger());
  const UsageRecord record = FinishedJob(2, "n1", "alpha", kRan, absl::Seconds(100));
  EXPECT_FALSE(
      postings.Replace(nullptr, JobOf(record, "alpha", {Settled(0, kTotalMax.count() - 999)})));
  EXPECT_TRUE(
      postings.Replace(nullptr, JobOf(record, "alpha", {Settled(0, kTotalMax.count() - 1000)})));
}

}  // namespace
}  // namespace mesolys
