#include "agent/loop/running_jobs.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "proto/values/charging.h"
#include "tests/fakes/fake_job_reader.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

class RunningJobsTest : public testing::Test {
 protected:
  RunningJobsTest() : spool_(*Spool::Open(directory_.path(), 10'000)) {}

  // A job of a core, an hour ago, that may run for two; seen now.
  UsageRecord Running(int64_t id = 1) {
    UsageRecord record;
    record.key = {"c1", id, kNow - absl::Hours(2)};
    record.account = "p";
    record.user = "bob";
    record.state = JobState::kRunning;
    record.start_time = kNow - absl::Hours(1);
    record.end_time = clock_.Now();
    record.observe_time = clock_.Now();
    record.time_limit_seconds = 7200;
    record.core_count = 1;
    return record;
  }

  UsageRecord Ended(int64_t id, absl::Time end) {
    UsageRecord record = Running(id);
    record.state = JobState::kCompleted;
    record.end_time = end;
    record.observe_time = end;
    return record;
  }

  void Keep(const UsageRecord& record) {
    ASSERT_TRUE(spool_->Add({ToProto(record)}, "c", {}, clock_.Now()).ok());
  }

  // What is kept of what a collection found; it is kept.
  std::vector<UsageRecord> Collect(const UsageRecord& record) {
    std::vector<v1::UsageRecord> records = {ToProto(record)};
    EXPECT_TRUE(running_.Judge(records).ok());
    std::vector<UsageRecord> judged;
    for (const v1::UsageRecord& each : records) {
      judged.push_back(*mesolys::FromProto(each));
      Keep(judged.back());
    }
    return judged;
  }

  // The collectors have told all there is, and what was not shown is asked for.
  int64_t Follow() {
    collections_.EndAt(clock_.Now());
    const absl::StatusOr<int64_t> kept = running_.Tick();
    EXPECT_TRUE(kept.ok()) << kept.status();
    return kept.value_or(-1);
  }

  UsageRecord Kept(int64_t id = 1) { return spool_->Job(Running(id).key)->value(); }

  TemporaryDirectory directory_;
  ManualClock clock_{kNow};
  std::unique_ptr<Spool> spool_;
  FakeJobReader reader_;
  CollectionLog collections_;
  RunningJobs running_{*spool_, &reader_, clock_, collections_};
};

TEST_F(RunningJobsTest, WhatTheControllerHasRuns) {
  reader_.Hold(Running().key);
  EXPECT_THAT(Collect(Running()), ElementsAre(Running()));
  clock_.Advance(absl::Hours(9));  // beyond its limit
  EXPECT_THAT(Collect(Running()), ElementsAre(Running()));
}

TEST_F(RunningJobsTest, OneThatTheControllerLacksIsToldOnceAsItWasWhenItWasThere) {
  reader_.Hold(Running().key);
  Collect(Running());
  reader_.Lose(Running().key);
  clock_.Advance(absl::Minutes(20));
  const std::vector<UsageRecord> told = Collect(Running());
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].is_runaway);
  EXPECT_EQ(told[0].end_time, kNow);
  EXPECT_EQ(SpansOf(told[0]).ahead.Seconds(), 0) << "nothing is committed";
  EXPECT_EQ(told[0].observe_time, clock_.Now()) << "it wins";
  clock_.Advance(absl::Minutes(20));
  EXPECT_THAT(Collect(Running()), IsEmpty());
  EXPECT_EQ(Kept().end_time, kNow);
}

TEST_F(RunningJobsTest, OneThatComesBackRunsAgain) {
  reader_.Hold(Running().key);
  Collect(Running());
  reader_.Lose(Running().key);
  clock_.Advance(absl::Minutes(20));
  Collect(Running());
  reader_.Hold(Running().key);
  clock_.Advance(absl::Minutes(20));
  EXPECT_THAT(Collect(Running()), ElementsAre(Running()));
  EXPECT_FALSE(Kept().is_runaway);
}

TEST_F(RunningJobsTest, OneThatEndedAMomentAgoIsNoRunawayAndNotToldAgain) {
  reader_.Hold(Running().key);
  Collect(Running());
  reader_.Lose(Running().key);
  clock_.Advance(absl::Minutes(5));
  EXPECT_THAT(Collect(Running()), IsEmpty()) << "accounting hears of the end a little later";
  EXPECT_FALSE(Kept().is_runaway);
}

TEST_F(RunningJobsTest, OneThatBeganAMomentAgoRuns) {
  UsageRecord record = Running();
  record.start_time = kNow - absl::Minutes(1);
  EXPECT_THAT(Collect(record), ElementsAre(record)) << "the controller was asked before";
}

TEST_F(RunningJobsTest, OneThatNobodySawAtTheControllerEndsWithItsLimitOrWhereItBegan) {
  UsageRecord record = Running();
  record.time_limit_seconds = 1200;
  record.suspended_seconds = 60;
  std::vector<UsageRecord> told = Collect(record);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].is_runaway);
  EXPECT_EQ(told[0].ElapsedSeconds(), 1200);
  UsageRecord other = Running(2);
  other.time_limit_seconds = 0;
  other.suspended_seconds = 60;
  told = Collect(other);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].end_time, told[0].start_time);
  EXPECT_TRUE(CheckUsageRecord(told[0]).ok());
}

TEST_F(RunningJobsTest, WhileTheControllerCannotBeAskedAJobEndsWithItsLimit) {
  reader_.held.reset();
  EXPECT_THAT(Collect(Running()), ElementsAre(Running()));
  clock_.Advance(absl::Hours(1) + absl::Minutes(9));
  EXPECT_FALSE(Collect(Running()).front().is_runaway) << "it takes a while to be killed";
  clock_.Advance(absl::Minutes(10));
  const std::vector<UsageRecord> told = Collect(Running());
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].is_runaway);
  EXPECT_EQ(told[0].end_time, kNow + absl::Hours(1) + absl::Minutes(9)) << "never before it ran";
}

TEST_F(RunningJobsTest, AnIdThatWasUsedAgainIsAnotherJob) {
  Keep(Running());
  clock_.Advance(absl::Minutes(20));
  UsageRecord young = Running();
  young.key.submit_time = clock_.Now() - absl::Minutes(15);
  young.start_time = young.key.submit_time;
  reader_.Hold(young.key);
  EXPECT_THAT(Collect(young), ElementsAre(young));
  ASSERT_THAT(Collect(Running()), SizeIs(1));
  EXPECT_TRUE(Kept().is_runaway);
}

TEST_F(RunningJobsTest, OneThatIsNotShownAnyMoreIsAskedForHoweverOldItsEndIs) {
  Keep(Running());
  reader_.records = {Ended(1, kNow + absl::Minutes(3)), Ended(7, kNow)};
  clock_.Advance(absl::Hours(24 * 100));
  EXPECT_EQ(Follow(), 1);
  EXPECT_EQ(Kept(), Ended(1, kNow + absl::Minutes(3)));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Follow(), 0);
  EXPECT_THAT(reader_.asked, SizeIs(1)) << "it has ended";
}

TEST_F(RunningJobsTest, TheLedgerFollowsARunawayThatIsRepairedWeeksLater) {
  Keep(Running());
  clock_.Advance(absl::Minutes(20));
  Collect(Running());
  ASSERT_TRUE(Kept().is_runaway);
  clock_.Advance(absl::Minutes(20));
  reader_.records = {Running()};
  EXPECT_EQ(Follow(), 0) << "accounting has it running still";
  EXPECT_THAT(reader_.asked, SizeIs(1));
  clock_.Advance(absl::Hours(24 * 40));
  reader_.records = {Ended(1, Running().start_time)};  // as sacctmgr ends it
  EXPECT_EQ(Follow(), 1);
  EXPECT_EQ(Kept().state, JobState::kCompleted);
  EXPECT_EQ(Kept().ElapsedSeconds(), 0);
}

TEST_F(RunningJobsTest, OneThatAccountingHasLostIsARunawayUnlessTheControllerHasIt) {
  Keep(Running());
  reader_.Hold(Running().key);
  clock_.Advance(absl::Minutes(20));
  EXPECT_EQ(Follow(), 0);
  reader_.Lose(Running().key);
  clock_.Advance(absl::Minutes(20));
  EXPECT_EQ(Follow(), 1);
  EXPECT_TRUE(Kept().is_runaway);
  EXPECT_EQ(Kept().end_time, kNow);
  clock_.Advance(absl::Minutes(20));
  EXPECT_EQ(Follow(), 0);
}

TEST_F(RunningJobsTest, WhatTheLastCollectionsShowedIsNotAskedFor) {
  Keep(Running());
  clock_.Advance(absl::Minutes(9));
  EXPECT_EQ(Follow(), 0);
  EXPECT_THAT(reader_.asked, IsEmpty());
}

TEST_F(RunningJobsTest, NothingIsAskedWhileNothingIsCollectedOrAgainAtOnce) {
  Keep(Running());
  reader_.Hold(Running().key);
  clock_.Advance(absl::Minutes(20));
  EXPECT_EQ(*running_.Tick(), 0);
  EXPECT_THAT(reader_.asked, IsEmpty());
  Follow();
  Follow();
  EXPECT_THAT(reader_.asked, SizeIs(1));
  clock_.Advance(absl::Minutes(5));
  Follow();
  EXPECT_THAT(reader_.asked, SizeIs(2));
}

TEST_F(RunningJobsTest, ManyAreAskedForSomeAtATime) {
  std::vector<v1::UsageRecord> records;
  for (int64_t id = 1; id <= 1200; ++id) records.push_back(ToProto(Running(id)));
  ASSERT_TRUE(spool_->Add(records, "c", {}, kNow).ok());
  std::vector<size_t> counts;
  for (int tick = 0; tick < 4; ++tick) {
    clock_.Advance(absl::Minutes(20));
    reader_.asked.clear();
    Follow();
    counts.push_back(reader_.asked.front().size());
  }
  EXPECT_THAT(counts, ElementsAre(500, 500, 200, 500));
}

TEST_F(RunningJobsTest, AnAccountingThatDoesNotAnswerChangesNothing) {
  Keep(Running());
  clock_.Advance(absl::Minutes(20));
  reader_.failure = absl::UnavailableError("no slurmdbd");
  collections_.EndAt(clock_.Now());
  EXPECT_EQ(running_.Tick().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(Kept().is_runaway);
}

TEST_F(RunningJobsTest, AControllerIsNotAskedForEachJob) {
  for (int64_t id = 1; id <= 50; ++id) reader_.Hold(Running(id).key);
  for (int64_t id = 1; id <= 50; ++id) Collect(Running(id));
  EXPECT_EQ(reader_.held_count, 1);
}

TEST_F(RunningJobsTest, WhereNobodyCanBeAskedNothingIsJudged) {
  RunningJobs blind(*spool_, /*reader=*/nullptr, clock_, collections_);
  std::vector<v1::UsageRecord> records = {ToProto(Running())};
  EXPECT_TRUE(blind.Judge(records).ok());
  EXPECT_THAT(records, SizeIs(1));
  EXPECT_EQ(*blind.Tick(), 0);
}

}  // namespace
}  // namespace mesolys::agent
