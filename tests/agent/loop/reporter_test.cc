#include "agent/loop/reporter.h"

#include <atomic>
#include <memory>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/fake_job_reader.h"
#include "tests/fakes/fake_scheduler_link.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// An agent's half that can be killed and started again.
class ReporterTest : public testing::Test {
 protected:
  ReporterTest() { Restart(); }

  // A second collector beside the first.
  void Add(FakeCollector& other) {
    collectors_.push_back(&other);
    Restart();
  }

  void Restart(int64_t spool_records_max = 1000000) {
    reporter_.reset();
    spool_.reset();
    absl::StatusOr<std::unique_ptr<Spool>> spool =
        Spool::Open(directory_.path(), spool_records_max);
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    running_ = std::make_unique<RunningJobs>(*spool_, /*reader=*/nullptr, clock_, collections_);
    reporter_ = std::make_unique<Reporter>(*spool_, quarantine_, collectors_, link_, clock_,
                                           collections_, means_, *running_,
                                           ReporterOptions{"psmn", absl::Seconds(10), 1});
  }

  ReportTick Tick() { return reporter_->Tick(is_stopping_); }
  int64_t Waiting() { return spool_->Level()->record_count; }

  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(1800000000)};
  FakeCollector collector_;
  std::vector<Collector*> collectors_ = {&collector_};
  FakeSchedulerLink link_;
  CollectionLog collections_;
  MeansLog means_;
  Quarantine quarantine_{directory_.File("quarantine.txt")};
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<RunningJobs> running_;
  std::unique_ptr<Reporter> reporter_;
  std::atomic<bool> is_stopping_ = false;
};

TEST_F(ReporterTest, ReportsEverythingInBatchesOfAtMostTwoThousand) {
  collector_.AddJobs(1, 25000);
  const ReportTick tick = Tick();
  EXPECT_TRUE(tick.status.ok()) << tick.status;
  EXPECT_EQ(tick.collected_count, 25000);
  EXPECT_EQ(tick.sent_count, 25000);
  EXPECT_EQ(tick.changed_count, 25000);
  EXPECT_EQ(tick.wait, absl::Seconds(10));
  EXPECT_THAT(link_.jobs, SizeIs(25000));
  EXPECT_EQ(Waiting(), 0);
  for (const v1::ReportUsageRequest& report : link_.reports) {
    EXPECT_LE(report.records_size(), 2000);
    EXPECT_LE(report.ByteSizeLong(), size_t{1} << 20);
    EXPECT_EQ(report.site(), "sites/psmn");
  }
}

TEST_F(ReporterTest, ACollectionCountsOnlyFromItsBeginningToItsEnd) {
  // Before the first end nobody knows when what is told had begun to be looked at.
  collector_.AddJobs(1, 3);
  const int64_t before = collections_.Moment();
  Tick();
  EXPECT_FALSE(collections_.IsCollectedSince(before));
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(before));
  const int64_t after = collections_.Moment();
  EXPECT_FALSE(collections_.IsCollectedSince(after));
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(after));
}

TEST_F(ReporterTest, ACollectionThatLeavesOutWhatRunsIsNotCompleteUntilSomebodyAwaitsIt) {
  Tick();
  collector_.leaves_out_running = true;
  const int64_t moment = collections_.Moment();
  Tick();
  EXPECT_FALSE(collections_.IsCollectedSince(moment));
  collections_.Await();
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(moment));
  const int64_t later = collections_.Moment();
  Tick();
  EXPECT_FALSE(collections_.IsCollectedSince(later)) << "asked once, told once";
}

TEST_F(ReporterTest, ACollectionThatFailsOrFindsNoRoomIsNotComplete) {
  Restart(/*spool_records_max=*/5);
  Tick();
  const int64_t moment = collections_.Moment();
  collector_.failure = absl::InternalError("sacct: no answer");
  Tick();
  EXPECT_FALSE(collections_.IsCollectedSince(moment));
  collector_.failure = absl::OkStatus();
  collector_.AddJobs(1, 8);
  link_.is_away = true;
  Tick();
  EXPECT_FALSE(collections_.IsCollectedSince(moment));
  // What began before a moment does not speak of it, however late it ends.
  const int64_t later = collections_.Moment();
  link_.is_away = false;
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(moment));
  EXPECT_FALSE(collections_.IsCollectedSince(later));
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(later));
}

TEST_F(ReporterTest, ACollectionIsCompleteWithoutAScheduler) {
  Tick();
  link_.is_away = true;
  collector_.AddJobs(1, 3);
  const int64_t moment = collections_.Moment();
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(moment));
  EXPECT_EQ(Waiting(), 3);
}

TEST_F(ReporterTest, NamesARequestAfterTheSpoolAndTheRecordsInIt) {
  collector_.AddJobs(1, 3);
  Tick();
  ASSERT_THAT(link_.reports, SizeIs(1));
  EXPECT_EQ(link_.reports[0].request_id(), spool_->id() + "-1-3");
}

TEST_F(ReporterTest, SendsTheSameRequestAgainWhenTheAnswerWasLost) {
  collector_.AddJobs(1, 3);
  link_.lost_answer_count = 1;
  EXPECT_EQ(Tick().status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Waiting(), 3);
  EXPECT_TRUE(Tick().status.ok());
  ASSERT_THAT(link_.reports, SizeIs(2));
  EXPECT_EQ(link_.reports[0].SerializeAsString(), link_.reports[1].SerializeAsString());
  EXPECT_THAT(link_.jobs, SizeIs(3));
  EXPECT_EQ(Waiting(), 0);
}

TEST_F(ReporterTest, SendsAgainWhatWasNotAcknowledgedBeforeACrash) {
  collector_.AddJobs(1, 3);
  link_.lost_answer_count = 1;
  Tick();
  collector_.AddJobs(4, 5);
  Restart();
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_THAT(link_.jobs, SizeIs(5));
  EXPECT_EQ(link_.settled_count, 8);  // three of them twice, which changes nothing
  EXPECT_EQ(Waiting(), 0);
}

TEST_F(ReporterTest, KeepsEverythingWhateverTheSchedulerAnswers) {
  const absl::Status kFailures[] = {
      absl::UnavailableError("down"),
      absl::DeadlineExceededError("slow"),
      absl::AbortedError("again"),
      absl::UnknownError("?"),
      Refuse(Reason::kStoreFull, Say("the disk is full")),
      absl::UnauthenticatedError("who?"),
      absl::PermissionDeniedError("not you"),
      absl::InvalidArgumentError("not like this"),
      absl::AlreadyExistsError("other content"),
      absl::UnimplementedError("what?"),
      absl::InternalError("bug"),
  };
  collector_.AddJobs(1, 3);
  for (const absl::Status& failure : kFailures) {
    link_.failures = {failure};
    const ReportTick tick = Tick();
    EXPECT_EQ(tick.status.code(), failure.code());
    EXPECT_THAT(std::string(tick.status.message()), HasSubstr(std::string(failure.message())));
    EXPECT_EQ(tick.sent_count, 0);
    EXPECT_LE(tick.wait, Backoff::kMax);
    EXPECT_EQ(Waiting(), 3) << failure;
  }
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_THAT(link_.jobs, SizeIs(3));
}

TEST_F(ReporterTest, GoesOnCollectingWhileTheSchedulerIsAway) {
  link_.is_away = true;
  for (int64_t at = 0; at < 5; ++at) {
    collector_.AddJobs(at * 100 + 1, at * 100 + 100);
    EXPECT_FALSE(Tick().status.ok());
  }
  EXPECT_EQ(Waiting(), 500);
  link_.is_away = false;
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_THAT(link_.jobs, SizeIs(500));
}

TEST_F(ReporterTest, QuarantinesRejectedRecordsByIndexAndSettlesTheRest) {
  collector_.AddJobs(1, 5);
  link_.reject = [](const v1::UsageRecord& record) {
    return record.job_id() % 2 == 0 ? "RECORD_INVALID" : "";
  };
  const ReportTick tick = Tick();
  EXPECT_TRUE(tick.status.ok());
  EXPECT_EQ(tick.sent_count, 5);
  EXPECT_EQ(tick.rejected_count, 2);
  EXPECT_THAT(link_.jobs, SizeIs(3));
  EXPECT_EQ(Waiting(), 0);
  EXPECT_EQ(spool_->Mark()->line_count, 2);
  const std::string text = directory_.Read("quarantine.txt");
  EXPECT_THAT(text,
              HasSubstr("scheduler\tRECORD_INVALID: not this one\tcluster: \"c1\" job_id: 2 "));
  EXPECT_THAT(text, HasSubstr("job_id: 4 "));
  // The ledger does not charge them, so the agent does not count them.
  EXPECT_THAT(*spool_->Jobs({}, 10), SizeIs(3));
}

TEST_F(ReporterTest, QuarantinesBadLinesOnceAlsoAcrossARestart) {
  collector_.AddJobs(1, 2);
  collector_.things.emplace_back(QuarantinedLine{"f:3", "bad", "rubbish"});
  collector_.AddJobs(3, 4);
  EXPECT_EQ(Tick().quarantined_count, 1);
  Restart();
  EXPECT_EQ(Tick().quarantined_count, 0);
  EXPECT_EQ(directory_.Read("quarantine.txt"), "f:3\tbad\trubbish\n");
  EXPECT_THAT(link_.jobs, SizeIs(4));
}

TEST_F(ReporterTest, LetsTheSourceWaitWhileTheSpoolIsFull) {
  Restart(/*spool_records_max=*/1000);
  collector_.AddJobs(1, 3500);
  link_.is_away = true;
  Tick();
  Tick();
  EXPECT_EQ(Waiting(), 1000);
  link_.is_away = false;
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_THAT(link_.jobs, SizeIs(3500));
  EXPECT_EQ(link_.settled_count, 3500);
}

TEST_F(ReporterTest, SendsWhatIsSpooledThoughTheSourceFails) {
  collector_.AddJobs(1, 3);
  link_.is_away = true;
  Tick();
  link_.is_away = false;
  collector_.failure = absl::NotFoundError("jobs.txt: gone");
  const ReportTick tick = Tick();
  EXPECT_THAT(std::string(tick.status.message()), HasSubstr("jobs.txt: gone"));
  EXPECT_THAT(link_.jobs, SizeIs(3));
}

TEST_F(ReporterTest, TellsARunawayUntilItsLimitAndOnce) {
  FakeJobReader reader;
  RunningJobs running(*spool_, &reader, clock_, collections_);
  Reporter reporter(*spool_, quarantine_, {&collector_}, link_, clock_, collections_, means_,
                    running, {"psmn", absl::Seconds(10), 1});
  v1::UsageRecord record = FakeCollector::Job(1);
  record.set_state(v1::UsageRecord::RUNNING);
  record.set_time_limit_seconds(60);
  collector_.things = {record};
  EXPECT_TRUE(reporter.Tick(is_stopping_).status.ok());
  ASSERT_EQ(link_.jobs.size(), 1U);
  const v1::UsageRecord& told = link_.jobs.begin()->second;
  EXPECT_TRUE(told.is_runaway());
  EXPECT_EQ(told.end_time().seconds(), record.start_time().seconds() + 60);
  record.mutable_end_time()->set_seconds(record.end_time().seconds() + 60);
  collector_.things.emplace_back(record);
  EXPECT_TRUE(reporter.Tick(is_stopping_).status.ok());
  EXPECT_EQ(link_.settled_count, 1);
}

TEST_F(ReporterTest, KeepsABatchOfWhichARecordIsRejectedThatIsNotInIt) {
  class Confused : public FakeSchedulerLink {
    absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest&,
                                                        absl::Duration) override {
      v1::ReportUsageResponse response;
      response.add_rejected()->set_index(7);
      return response;
    }
  } confused;
  collector_.AddJobs(1, 3);
  Reporter reporter(*spool_, quarantine_, {&collector_}, confused, clock_, collections_, means_,
                    *running_, {"psmn", {}, 1});
  EXPECT_EQ(reporter.Tick(is_stopping_).status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Waiting(), 3);
}

TEST_F(ReporterTest, LosesNothingAndInventsNothingUnderAnyMixOfTroubles) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const auto chance = [&random](int percent) {
    return std::uniform_int_distribution<int>(1, 100)(random) <= percent;
  };
  int64_t last = 0;
  for (int step = 0; step < 60; ++step) {
    if (chance(60)) {
      const int64_t more = std::uniform_int_distribution<int64_t>(1, 50)(random);
      collector_.AddJobs(last + 1, last + more);
      last += more;
    }
    link_.is_away = chance(30);
    if (chance(30)) link_.lost_answer_count = 1;
    if (chance(20)) link_.failures.push_back(absl::AbortedError("again"));
    Tick();
    if (chance(30)) Restart();
  }
  link_.is_away = false;
  link_.failures.clear();
  link_.lost_answer_count = 0;
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_EQ(Waiting(), 0);
  EXPECT_EQ(static_cast<int64_t>(link_.jobs.size()), last);
}

TEST_F(ReporterTest, ReportsFromEachCollectorAndKeepsEachInItsPlace) {
  FakeCollector other;
  other.called = "other";
  Add(other);
  collector_.AddJobs(1, 15000);
  other.AddJobs(20001, 20003);
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_THAT(link_.jobs, SizeIs(15003));
  EXPECT_EQ(*spool_->Cursor(), "15000");
  EXPECT_EQ(*spool_->Cursor("other"), "3");
  Restart();
  collector_.AddJobs(15001, 15001);
  other.AddJobs(20004, 20005);
  EXPECT_EQ(Tick().collected_count, 3);
  EXPECT_EQ(link_.settled_count, 15006) << "nothing is told twice";
}

TEST_F(ReporterTest, ACollectorThatFailsStopsNoOther) {
  FakeCollector other;
  other.called = "other";
  Add(other);
  for (FakeCollector* failing : {&collector_, &other}) {
    FakeCollector& working = failing == &other ? collector_ : other;
    const auto settled = static_cast<int64_t>(link_.jobs.size());
    const int64_t first = failing == &other ? 1 : 100'001;
    working.AddJobs(first, first + 24'999);  // more than one round
    failing->failure = absl::NotFoundError("gone");
    const ReportTick tick = Tick();
    EXPECT_EQ(tick.status.message(),
              failing == &other ? "cannot collect other: gone" : "cannot collect: gone");
    EXPECT_EQ(tick.wait, absl::Seconds(10)) << "the other goes on as usual";
    EXPECT_EQ(static_cast<int64_t>(link_.jobs.size()), settled + 25'000);
    failing->failure = absl::OkStatus();
    EXPECT_TRUE(Tick().status.ok());
  }
  collector_.failure = absl::NotFoundError("gone");
  other.failure = absl::NotFoundError("gone");
  EXPECT_LT(Tick().wait, absl::Seconds(10)) << "all that can be done is to try again";
}

TEST_F(ReporterTest, ACollectionIsCompleteOnceEachCollectorHasComeToItsEnd) {
  FakeCollector other;
  other.called = "other";
  Add(other);
  Tick();
  const int64_t moment = collections_.Moment();
  other.failure = absl::InternalError("no answer");
  clock_.Advance(absl::Minutes(2));
  Tick();
  EXPECT_FALSE(collections_.IsCollectedSince(moment));
  EXPECT_FALSE(collections_.IsCurrent(clock_.Now()));
  other.failure = absl::OkStatus();
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(moment));
  EXPECT_TRUE(collections_.IsCurrent(clock_.Now()));
}

TEST_F(ReporterTest, WhoWaitsForWhatRunsIsToldByEachCollector) {
  FakeCollector other;
  other.called = "other";
  Add(other);
  Tick();
  collector_.leaves_out_running = true;
  other.leaves_out_running = true;
  const int64_t moment = collections_.Moment();
  Tick();
  EXPECT_FALSE(collections_.IsCollectedSince(moment));
  collections_.Await();
  Tick();
  EXPECT_TRUE(collections_.IsCollectedSince(moment));
}

TEST_F(ReporterTest, EndsBetweenTwoBatchesWhenItShallEnd) {
  collector_.AddJobs(1, 10);
  is_stopping_ = true;
  EXPECT_EQ(Tick().sent_count, 0);
  is_stopping_ = false;
  EXPECT_EQ(Tick().sent_count, 10);
}

}  // namespace
}  // namespace mesolys::agent
