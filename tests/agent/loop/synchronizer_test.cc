#include "agent/loop/synchronizer.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "agent/link/site_state_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/fake_enforcer.h"
#include "tests/fakes/fake_scheduler_link.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

class SynchronizerTest : public testing::Test {
 protected:
  SynchronizerTest() {
    link_.head.set_revision(1);
    link_.head.set_hash("first");
    Restart();
  }

  void Restart() {
    synchronizer_.reset();
    spool_.reset();
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory_.path(), 1000);
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    synchronizer_ =
        std::make_unique<Synchronizer>(*spool_, enforcer_, link_, clock_, collections_, means_,
                                       comparison_, SynchronizerOptions{"psmn", "1.2.3", 10, 1});
  }

  // The other loop looks at everything that ran.
  void Collect() { collections_.Complete(collections_.Moment()); }

  // A job of project p that used so much.
  void Run(int64_t id, int64_t core_seconds) {
    v1::UsageRecord record = FakeCollector::Job(id);
    record.set_account("p");
    record.mutable_start_time()->set_seconds(absl::ToUnixSeconds(kNow) - 100);
    record.mutable_end_time()->set_seconds(absl::ToUnixSeconds(kNow) - 99);
    record.set_core_count(core_seconds);
    ASSERT_TRUE(spool_->Add({record}, "c", {}, kNow).ok());
  }

  // "g1 7", or "g1 -" where nothing is said of its use.
  std::vector<std::string> UseTold() {
    std::vector<std::string> told;
    for (const v1::Enforcement& one : link_.questions.back().enforcements()) {
      told.push_back(
          absl::StrCat(one.grant().substr(one.grant().rfind('/') + 1), " ",
                       one.has_used_base_units() ? absl::StrCat(one.used_base_units()) : "-"));
    }
    return told;
  }

  Access AccessTo(const std::string& resource) {
    return enforcer_.held.accounts["p"].AccessTo(resource);
  }

  SynchronizeTick Tick(absl::Duration patience = Synchronizer::kPatience) {
    return synchronizer_->Tick("", patience);
  }

  // The scheduler wants `count` grants of `ceiling` that end in `left`.
  void Want(int64_t generation, int count, int64_t ceiling = 5,
            absl::Duration left = absl::Hours(1)) {
    SiteState state;
    state.generation = generation;
    for (int grant = 1; grant <= count; ++grant) {
      state.accounts["p"].grants[GrantName("p", grant)] = {
          "cpu", Amount(ceiling), {kNow - absl::Hours(1), kNow + left}};
    }
    link_.desired_state = ToProto(state);
  }

  size_t HeldGrants() { return enforcer_.held.accounts["p"].grants.size(); }

  std::vector<std::string> LastTold() {
    std::vector<std::string> told;
    for (const v1::Enforcement& one : link_.questions.back().enforcements()) {
      told.push_back(absl::StrCat(one.grant(), " ", v1::Ceiling::State_Name(one.state())));
    }
    return told;
  }

  TemporaryDirectory directory_;
  ManualClock clock_{kNow};
  FakeEnforcer enforcer_;
  FakeSchedulerLink link_;
  CollectionLog collections_;
  MeansLog means_;
  ComparisonWanted comparison_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Synchronizer> synchronizer_;
};

TEST_F(SynchronizerTest, PutsInForceWhatIsWantedAndTellsWhatItReadBackNext) {
  Want(3, 2);
  const SynchronizeTick tick = Tick();
  EXPECT_TRUE(tick.status.ok()) << tick.status;
  EXPECT_TRUE(tick.is_new);
  EXPECT_EQ(tick.generation_wanted, 3);
  EXPECT_EQ(tick.generation_in_force, 3);
  EXPECT_EQ(tick.wait, absl::ZeroDuration());
  EXPECT_EQ(HeldGrants(), 2U);
  EXPECT_EQ(link_.questions[0].generation(), 0);
  EXPECT_THAT(LastTold(), IsEmpty());
  Tick();
  EXPECT_EQ(link_.questions[1].generation(), 3);
  EXPECT_THAT(LastTold(),
              ElementsAre("projects/p/grants/g1 ENFORCED", "projects/p/grants/g2 ENFORCED"));
}

TEST_F(SynchronizerTest, TellsOfAJobWithTheNextPollAndAtOnce) {
  enforcer_.jobs[7].set_reason("Priority");
  for (const int64_t job : {7, 8}) {
    v1::WantedJob& wanted = link_.asked_jobs.emplace_back();
    wanted.set_number(100 + job);
    wanted.set_cluster("c1");
    wanted.set_job_id(job);
  }
  EXPECT_EQ(Tick().wait, absl::ZeroDuration());
  link_.asked_jobs.clear();
  Tick();
  const v1::SynchronizeRequest& told = link_.questions.back();
  ASSERT_THAT(told.told_jobs(), SizeIs(2));
  EXPECT_EQ(told.told_jobs(0).number(), 107);
  EXPECT_EQ(told.told_jobs(0).situation().reason(), "Priority");
  EXPECT_FALSE(told.told_jobs(0).is_unknown());
  EXPECT_EQ(told.told_jobs(1).problem(), "no such job");
  EXPECT_TRUE(told.told_jobs(1).is_unknown());
  Tick();
  EXPECT_THAT(link_.questions.back().told_jobs(), IsEmpty());
}

TEST_F(SynchronizerTest, SaysWhoItIsAndHowItIs) {
  ASSERT_TRUE(spool_
                  ->Add({FakeCollector::Job(1), FakeCollector::Job(2)}, "c", {4, 0},
                        kNow - absl::Seconds(90))
                  .ok());
  synchronizer_->Tick("the disk smells", Synchronizer::kPatience);
  const v1::SynchronizeRequest& told = link_.questions.back();
  EXPECT_EQ(told.site(), "sites/psmn");
  EXPECT_EQ(told.version(), "1.2.3");
  EXPECT_EQ(told.agent_time().seconds(), 1800000000);
  EXPECT_EQ(told.spool_record_count(), 2);
  EXPECT_EQ(told.spool_age().seconds(), 90);
  EXPECT_EQ(told.quarantined_count(), 4);
  EXPECT_EQ(told.problem(), "the disk smells");
  EXPECT_FALSE(told.has_witness());
}

TEST_F(SynchronizerTest, TellsHowManyJobsRanAwayAndTheFirstOfThem) {
  Want(3, 1);
  Tick();
  std::vector<v1::UsageRecord> records;
  for (int64_t id = 1; id <= 30; ++id) {
    v1::UsageRecord& record = records.emplace_back(FakeCollector::Job(id));
    record.set_state(v1::UsageRecord::RUNNING);
    record.set_is_runaway(id <= 25);
  }
  ASSERT_TRUE(spool_->Add(records, "c", {}, kNow).ok());
  Tick();
  const v1::SynchronizeRequest& told = link_.questions.back();
  EXPECT_EQ(told.runaway_count(), 25);
  ASSERT_THAT(told.runaway_jobs(), SizeIs(20));
  EXPECT_EQ(told.runaway_jobs(0).cluster(), "c1");
  EXPECT_EQ(told.runaway_jobs(0).job_id(), 1);
  EXPECT_EQ(told.runaway_jobs(0).account(), "chair_ia");
}

TEST_F(SynchronizerTest, TellsWhatIsHeldBackForRowsThatWereSetAsideUntilTheyAreDismissed) {
  Want(3, 1, /*ceiling=*/1000);
  Tick();
  QuarantineMark mark = {25, 2500};
  for (int64_t number = 1; number <= 25; ++number) {
    UsageRecord record = *FromProto(FakeCollector::Job(number));
    record.account = "p";
    record.start_time = kNow - absl::Seconds(100);
    record.end_time = kNow - absl::Seconds(99);
    record.core_count = 7;
    mark.rows.push_back({number, kNow, "odd", UnreadJobOf(record)});
  }
  ASSERT_TRUE(spool_->Add({}, "c", mark, kNow).ok());
  Tick();
  const v1::SynchronizeRequest told = link_.questions.back();
  EXPECT_EQ(told.held_row_count(), 25);
  ASSERT_THAT(told.held_rows(), SizeIs(20));
  EXPECT_EQ(told.held_rows(0).number(), 1);
  EXPECT_EQ(told.held_rows(0).job_id(), "1");
  EXPECT_EQ(told.held_rows(0).account(), "p");
  EXPECT_EQ(told.held_rows(0).reason(), "odd");
  ASSERT_THAT(told.held_rows(0).amounts(), SizeIs(1));
  EXPECT_EQ(told.held_rows(0).amounts(0).amount_base_units(), 7);
  EXPECT_EQ(told.enforcements(0).state(), v1::Ceiling::TIGHTER);
  EXPECT_THAT(told.enforcements(0).text(), HasSubstr("is held back for 25 rows"));

  Want(4, 1, /*ceiling=*/1000);
  v1::DismissedRows& dismissed = *link_.desired_state.add_dismissed_rows();
  dismissed.set_first(1);
  dismissed.set_last(25);
  dismissed.mutable_dismiss_time()->set_seconds(absl::ToUnixSeconds(kNow));
  Tick();
  Tick();
  EXPECT_EQ(link_.questions.back().held_row_count(), 0);
  EXPECT_EQ(link_.questions.back().enforcements(0).state(), v1::Ceiling::ENFORCED);
}

TEST_F(SynchronizerTest, DoesNotAskASchedulerThatAnswersAtOnceWithoutPause) {
  Want(3, 1);
  Tick();
  EXPECT_EQ(Tick().wait, absl::Seconds(1));
}

TEST_F(SynchronizerTest, TheTroubleOfOneGrantDelaysNoOther) {
  Want(3, 2);
  enforcer_.refused = {GrantName("p", 1)};
  Tick();
  for (int turn = 0; turn < 12; ++turn) {
    const SynchronizeTick tick = Tick();
    EXPECT_EQ(tick.status.code(), absl::StatusCode::kInternal);
    EXPECT_LE(tick.wait, absl::Seconds(1));
    EXPECT_EQ(tick.generation_in_force, 3);
    EXPECT_EQ(link_.questions.back().generation(), 3);
    // It is tried again soon, and the scheduler answers all the while.
    EXPECT_LE(link_.patiences.back(), Backoff::kMax);
  }
  EXPECT_THAT(link_.questions.back().problem(), HasSubstr("slurmdbd is down"));
  EXPECT_EQ(HeldGrants(), 1U);
  enforcer_.refused.clear();
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_EQ(HeldGrants(), 2U);
}

TEST_F(SynchronizerTest, KeepsTheLastStateInForceWithoutAScheduler) {
  Want(3, 2);
  Tick();
  link_.is_away = true;
  const SynchronizeTick tick = Tick();
  EXPECT_EQ(tick.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_LE(tick.wait, Backoff::kMax);
  EXPECT_EQ(HeldGrants(), 2U);
}

TEST_F(SynchronizerTest, ClosesAGrantAtItsEndWithoutAScheduler) {
  Want(3, 2);
  Tick();
  link_.is_away = true;
  clock_.Advance(absl::Minutes(59));
  Tick();
  EXPECT_EQ(HeldGrants(), 2U);
  clock_.Advance(absl::Minutes(1));
  Restart();  // also when it knows the end from the spool alone
  Tick();
  EXPECT_EQ(HeldGrants(), 0U);
}

TEST_F(SynchronizerTest, PollsNoLongerThanToTheNextEnd) {
  Want(3, 1, 5, absl::Seconds(17));
  Tick();
  EXPECT_EQ(link_.patiences.back(), Synchronizer::kPatience);
  Collect();
  Tick();
  EXPECT_EQ(link_.patiences.back(), absl::Seconds(17));
  // That such a poll brings nothing is as it should be.
  link_.failures = {absl::DeadlineExceededError("too late")};
  EXPECT_TRUE(Tick().status.ok());
  clock_.Advance(absl::Seconds(17));
  link_.failures = {absl::DeadlineExceededError("too late")};
  Collect();
  EXPECT_FALSE(Tick().status.ok());
  EXPECT_EQ(link_.patiences.back(), Synchronizer::kPatience);
}

TEST_F(SynchronizerTest, OpensAGrantWhenItBegins) {
  SiteState state;
  state.generation = 3;
  state.accounts["p"].grants[GrantName("p", 1)] = {
      "cpu", Amount(5), {kNow + absl::Seconds(20), kNow + absl::Hours(1)}};
  link_.desired_state = ToProto(state);
  Tick();
  Collect();
  Tick();
  EXPECT_EQ(link_.patiences.back(), absl::Seconds(20));
  EXPECT_EQ(AccessTo("cpu"), Access::kFrozen);
  link_.is_away = true;
  clock_.Advance(absl::Seconds(20));
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kOpen);
}

TEST_F(SynchronizerTest, TellsUseOnlyAfterACompleteCollectionThatBeganLater) {
  Want(3, 1, 100);
  Run(1, 30);
  const int64_t begun = collections_.Moment();
  Tick();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 -"));
  collections_.Complete(begun);  // it had begun before the ceiling was set
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 -"));
  Collect();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 30"));
  EXPECT_EQ(link_.questions.back().enforcements(0).ceiling_base_units(), 100);
  // A lower ceiling needs a collection of its own.
  Want(4, 1, 50);
  Tick();
  Run(2, 40);
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 -"));
  Collect();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 70"));
}

TEST_F(SynchronizerTest, SaysNothingOfUseAfterARestartUntilItHasLooked) {
  Want(3, 1, 100);
  Run(1, 30);
  Tick();
  Collect();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 30"));
  Restart();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 -"));
  Collect();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 30"));
}

TEST_F(SynchronizerTest, SaysNothingOfTheUseOfWhatTheSiteDoesNotHold) {
  Want(3, 2, 100);
  Tick();
  Collect();
  enforcer_.ignored = {GrantName("p", 2)};
  enforcer_.held.accounts["p"].grants.erase(GrantName("p", 2));
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 0", "g2 -"));
  // Put right, it has to look again, for both: what one may give up depends on the other's use.
  enforcer_.ignored.clear();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 -", "g2 -"));
  Collect();
  Tick();
  EXPECT_THAT(UseTold(), ElementsAre("g1 0", "g2 0"));
}

TEST_F(SynchronizerTest, SaysNothingOfTheUseOfAStorageForNoJobTellsHowFullItIs) {
  SiteState state;
  state.generation = 3;
  state.accounts["p"].grants[GrantName("p", 1)] = {
      "storage-scratch", Amount(500), {kNow - absl::Hours(1), kNow + absl::Hours(1)}};
  state.accounts["p"].grants[GrantName("p", 2)] = {
      "cpu", Amount(5), {kNow - absl::Hours(1), kNow + absl::Hours(1)}};
  link_.desired_state = ToProto(state);
  Tick();
  Collect();
  Tick();
  EXPECT_THAT(LastTold(),
              ElementsAre("projects/p/grants/g1 ENFORCED", "projects/p/grants/g2 ENFORCED"));
  EXPECT_THAT(UseTold(), ElementsAre("g1 -", "g2 0"));
  Tick();
  EXPECT_EQ(link_.patiences.back(), Synchronizer::kPatience) << "nothing more is to be told";
}

TEST_F(SynchronizerTest, TellsTheUseOfARevokedGrantToo) {
  Want(3, 1, 100);
  Run(1, 30);
  Tick();
  Want(4, 1, 30, -absl::Minutes(1));
  Tick();
  EXPECT_EQ(HeldGrants(), 0U);
  Collect();
  Tick();
  EXPECT_THAT(LastTold(), ElementsAre("projects/p/grants/g1 ENFORCED"));
  EXPECT_THAT(UseTold(), ElementsAre("g1 30"));
}

TEST_F(SynchronizerTest, PollsShortlyWhileUseIsStillToBeToldButNotForEver) {
  Want(3, 1);
  Tick();
  Tick();
  EXPECT_EQ(link_.patiences.back(), Synchronizer::kUntold);
  for (int poll = 1; poll < Synchronizer::kUntoldPolls; ++poll) Tick();
  EXPECT_EQ(link_.patiences.back(), Synchronizer::kUntold);
  Tick();
  EXPECT_EQ(link_.patiences.back(), Synchronizer::kPatience);
}

// The whole way of a grant in virtual time, most of it without a scheduler.
TEST_F(SynchronizerTest, AnExhaustedGrantGoesToLowPriorityThenFreezesAndASupplementOpensIt) {
  const auto want = [this](int64_t generation, int64_t ceiling) {
    SiteState state;
    state.generation = generation;
    state.accounts["p"].grants[GrantName("p", 1)] = {
        "cpu", Amount(ceiling), {kNow - absl::Hours(1), kNow + absl::Hours(9)}, Amount(25)};
    link_.desired_state = ToProto(state);
  };
  want(3, 100);
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kOpen);
  link_.is_away = true;
  Run(1, 99);
  clock_.Advance(absl::Minutes(1));
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kOpen);
  Run(2, 1);
  clock_.Advance(absl::Minutes(1));
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kLowPriority);
  Restart();  // its memory is on disk
  Run(3, 24);
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kLowPriority);
  Run(4, 1);
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kFrozen);
  link_.is_away = false;
  want(4, 200);
  const SynchronizeTick supplemented = Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kOpen);
  EXPECT_THAT(supplemented.standings,
              ElementsAre(AccountStanding{"p", "cpu", {Amount(75), Amount(25)}}));
  link_.is_away = true;
  clock_.Advance(absl::Hours(9));
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kFrozen);
  EXPECT_EQ(HeldGrants(), 0U);
}

TEST_F(SynchronizerTest, TakesOverWhatTheLedgerSettledWithoutANewGeneration) {
  Want(3, 1, 100);
  Tick();
  v1::DesiredGrant& grant = *link_.desired_state.mutable_projects(0)->mutable_grants(0);
  grant.set_settled_base_units(100);
  EXPECT_FALSE(Tick().is_new);
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kFrozen);
  Restart();
  link_.is_away = true;
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kFrozen);
}

TEST_F(SynchronizerTest, PutsACorrectionInForceInTheTickThatHearsOfIt) {
  Want(3, 1, 100);
  Run(1, 90);
  Tick();
  v1::DesiredGrant& grant = *link_.desired_state.mutable_projects(0)->mutable_grants(0);
  grant.set_settled_base_units(100);
  grant.set_correction_base_units(10);  // an opening balance
  link_.desired_state.set_correction_revision(7);
  const SynchronizeTick closed = Tick();
  EXPECT_FALSE(closed.is_new);
  EXPECT_TRUE(closed.is_corrected);
  EXPECT_EQ(closed.wait, absl::ZeroDuration()) << "the next poll waits for the next correction";
  EXPECT_EQ(AccessTo("cpu"), Access::kFrozen);
  grant.set_settled_base_units(90);
  grant.set_correction_base_units(0);
  link_.desired_state.set_correction_revision(8);
  Tick();
  EXPECT_EQ(AccessTo("cpu"), Access::kOpen);
  EXPECT_FALSE(Tick().is_corrected);
}

TEST_F(SynchronizerTest, SaysWhichCorrectionItKnowsOfAlsoAfterARestart) {
  Want(3, 1);
  link_.desired_state.set_correction_revision(7);
  Tick();
  EXPECT_TRUE(link_.questions.back().has_correction_revision());
  EXPECT_TRUE(link_.questions.back().gives_bonus());
  EXPECT_EQ(link_.questions.back().correction_revision(), 0);
  Restart();
  // A poll that is cut short says nothing, and is forgotten.
  link_.failures = {absl::DeadlineExceededError("too late")};
  Tick();
  Tick();
  EXPECT_EQ(link_.questions.back().correction_revision(), 7);
}

TEST_F(SynchronizerTest, WantsAnAnswerWhenItsPollsWereCutShortForAWhile) {
  Want(3, 1);
  const auto is_wanted = [this](absl::Duration later) {
    clock_.Advance(later);
    link_.failures = {absl::DeadlineExceededError("too late")};
    EXPECT_TRUE(Tick(absl::Seconds(1)).status.ok());
    return link_.questions.back().wants_answer();
  };
  EXPECT_TRUE(is_wanted(absl::ZeroDuration())) << "it has never had one";
  EXPECT_EQ(Tick().wait, absl::ZeroDuration());
  EXPECT_FALSE(is_wanted(absl::Seconds(29)));
  EXPECT_TRUE(is_wanted(absl::Seconds(1)));
  Tick();
  EXPECT_TRUE(link_.questions.back().wants_answer());
  EXPECT_FALSE(is_wanted(absl::Seconds(1)));
  EXPECT_TRUE(is_wanted(-absl::Seconds(10))) << "the clock went back";
}

TEST_F(SynchronizerTest, FreezesALoginWhoseOwnCeilingIsUsedUp) {
  Want(3, 1, 100);
  v1::DesiredProject& project = *link_.desired_state.mutable_projects(0);
  project.add_logins("bob");
  v1::LoginCeiling& ceiling = *project.add_login_ceilings();
  ceiling.set_login("bob");
  ceiling.set_resource("cpu");
  ceiling.set_amount_base_units(30);
  ceiling.mutable_since_time()->set_seconds(absl::ToUnixSeconds(kNow) - 1000);
  Tick();
  EXPECT_THAT(enforcer_.held.accounts["p"].frozen_logins, IsEmpty());
  v1::UsageRecord record = FakeCollector::Job(7);
  record.set_account("p");
  record.set_user("bob");
  record.mutable_start_time()->set_seconds(absl::ToUnixSeconds(kNow) - 100);
  record.mutable_end_time()->set_seconds(absl::ToUnixSeconds(kNow) - 70);
  ASSERT_TRUE(spool_->Add({record}, "c", {}, kNow).ok());
  Tick();
  EXPECT_THAT(enforcer_.held.accounts["p"].frozen_logins, SizeIs(1));
  EXPECT_EQ(AccessTo("cpu"), Access::kOpen);
  link_.desired_state.set_generation(4);
  link_.desired_state.mutable_projects(0)->clear_login_ceilings();
  Tick();
  EXPECT_THAT(enforcer_.held.accounts["p"].frozen_logins, IsEmpty());
}

TEST_F(SynchronizerTest, PutsDriftRightAtTheNextTick) {
  Want(3, 1, 5);
  Tick();
  enforcer_.held.accounts["p"].grants.begin()->second.ceiling = Amount(500);
  const SynchronizeTick tick = Tick();
  EXPECT_EQ(tick.change_count, 1);
  EXPECT_EQ(enforcer_.held.accounts["p"].grants.begin()->second.ceiling, Amount(5));
}

TEST_F(SynchronizerTest, TellsDriftOfOneGrantAndConfirmsTheOther) {
  Want(3, 2);
  enforcer_.ignored = {GrantName("p", 2)};
  EXPECT_FALSE(Tick().status.ok());
  EXPECT_FALSE(Tick().status.ok());
  EXPECT_EQ(link_.questions.back().generation(), 3);
  EXPECT_THAT(LastTold(),
              ElementsAre("projects/p/grants/g1 ENFORCED", "projects/p/grants/g2 DRIFTED"));
  EXPECT_THAT(link_.questions.back().problem(), HasSubstr("reads back"));
  enforcer_.ignored.clear();
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_EQ(link_.questions.back().generation(), 3);
}

TEST_F(SynchronizerTest, RemembersTheGenerationInForceAcrossARestart) {
  Want(3, 1);
  Tick();
  Restart();
  enforcer_.unreadable = absl::InternalError("not yet up");
  Tick();
  EXPECT_EQ(link_.questions.back().generation(), 3);
  EXPECT_THAT(LastTold(), ElementsAre("projects/p/grants/g1 FAILED"));
  EXPECT_THAT(link_.questions.back().problem(), IsEmpty());  // it is told what was met before
  Tick();
  EXPECT_THAT(link_.questions.back().problem(), HasSubstr("not yet up"));
}

TEST_F(SynchronizerTest, EmptiesASiteOnlyForAHigherGeneration) {
  Want(3, 4);
  Tick();
  for (const int64_t generation : {0, 2, 3}) {
    Want(generation, 0);
    const SynchronizeTick tick = Tick();
    EXPECT_EQ(tick.status.code(), absl::StatusCode::kFailedPrecondition) << generation;
    EXPECT_FALSE(tick.is_new);
    EXPECT_EQ(HeldGrants(), 4U);
    EXPECT_EQ(tick.generation_wanted, 3);
  }
  Want(4, 0);
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_EQ(HeldGrants(), 0U);
}

TEST_F(SynchronizerTest, RemovesNothingForALowerGenerationButTakesWhatItAdds) {
  Want(3, 4);
  Tick();
  Want(2, 3);
  EXPECT_FALSE(Tick().status.ok());
  EXPECT_EQ(HeldGrants(), 4U);
  Want(2, 5);
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_EQ(HeldGrants(), 5U);
}

TEST_F(SynchronizerTest, RefusesToRemoveMoreThanTheLimitInOneStep) {
  Want(3, 30);
  Tick();
  Want(4, 14);
  EXPECT_EQ(Tick().status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(HeldGrants(), 30U);
  Tick();
  EXPECT_THAT(link_.questions.back().problem(), HasSubstr("remove 16 of the 30"));
  EXPECT_EQ(link_.questions.back().generation(), 3);
  Want(5, 15);
  EXPECT_TRUE(Tick().status.ok());
  EXPECT_EQ(HeldGrants(), 15U);
}

TEST_F(SynchronizerTest, KeepsWhatItHasWhenTheAnswerCannotBeMeant) {
  Want(3, 2);
  Tick();
  link_.desired_state.set_generation(4);
  link_.desired_state.mutable_projects(0)->mutable_grants(1)->set_ceiling_base_units(-5);
  EXPECT_EQ(Tick().status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(HeldGrants(), 2U);
}

TEST_F(SynchronizerTest, GoesOnFromTheNewStateWhenKilledBeforeTheSiteHeldIt) {
  Want(3, 2);
  enforcer_.ignored = {GrantName("p", 1), GrantName("p", 2)};
  Tick();
  EXPECT_EQ(HeldGrants(), 0U);
  Restart();
  enforcer_.ignored.clear();
  link_.is_away = true;
  Tick();
  EXPECT_EQ(HeldGrants(), 2U);
}

TEST_F(SynchronizerTest, ShowsTheNewestHeadOfTheLedgerAsItsWitness) {
  link_.head.set_revision(7);
  link_.head.set_hash("seven");
  Tick();
  Restart();
  Tick();
  EXPECT_EQ(link_.questions.back().witness().revision(), 7);
  EXPECT_EQ(link_.questions.back().witness().hash(), "seven");
}

TEST_F(SynchronizerTest, SaysSoWhenTheLedgerGoesBackOrForks) {
  link_.head.set_revision(7);
  link_.head.set_hash("seven");
  EXPECT_TRUE(Tick().status.ok());
  link_.head.set_hash("other");
  EXPECT_EQ(Tick().status.code(), absl::StatusCode::kDataLoss);
  link_.head.set_revision(6);
  EXPECT_EQ(Tick().status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(spool_->Witness()->value().hash(), "seven");
  EXPECT_THAT(link_.questions.back().problem(), HasSubstr("another hash"));
}

TEST_F(SynchronizerTest, EscapesProblemsThatAreNoPlainText) {
  synchronizer_->Tick("caf\xE9\n" + std::string(5000, 'x'), Synchronizer::kPatience);
  const std::string& told = link_.questions.back().problem();
  EXPECT_THAT(told, HasSubstr("caf\\xe9\\n"));
  EXPECT_THAT(told, SizeIs(1024));
}

}  // namespace
}  // namespace mesolys::agent
