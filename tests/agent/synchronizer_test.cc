#include "agent/synchronizer.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "agent/site_state_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"
#include "tests/agent/fake_enforcer.h"
#include "tests/agent/temporary_directory.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/fake_scheduler_link.h"
#include "tests/fakes/manual_clock.h"

namespace mesolys {
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
    synchronizer_ = std::make_unique<Synchronizer>(*spool_, enforcer_, link_, clock_,
                                                   SynchronizerOptions{"psmn", "1.2.3", 10, 1});
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

TEST_F(SynchronizerTest, DoesNotAskASchedulerThatAnswersAtOnceWithoutPause) {
  Want(3, 1);
  Tick();
  EXPECT_EQ(Tick().wait, absl::Seconds(1));
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
  Tick();
  EXPECT_EQ(link_.patiences.back(), absl::Seconds(17));
  // That such a poll brings nothing is as it should be.
  link_.failures = {absl::DeadlineExceededError("too late")};
  EXPECT_TRUE(Tick().status.ok());
  clock_.Advance(absl::Seconds(17));
  link_.failures = {absl::DeadlineExceededError("too late")};
  EXPECT_FALSE(Tick().status.ok());
  EXPECT_EQ(link_.patiences.back(), Synchronizer::kPatience);
}

TEST_F(SynchronizerTest, PutsDriftRightAtTheNextTick) {
  Want(3, 1, 5);
  Tick();
  enforcer_.held.accounts["p"].grants.begin()->second.ceiling = Amount(500);
  const SynchronizeTick tick = Tick();
  EXPECT_EQ(tick.change_count, 1);
  EXPECT_EQ(enforcer_.held.accounts["p"].grants.begin()->second.ceiling, Amount(5));
}

TEST_F(SynchronizerTest, TellsDriftAndDoesNotClaimTheGenerationWhenItStays) {
  Want(3, 2);
  enforcer_.ignored = {GrantName("p", 2)};
  EXPECT_FALSE(Tick().status.ok());
  EXPECT_FALSE(Tick().status.ok());
  EXPECT_EQ(link_.questions.back().generation(), 0);
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
}  // namespace mesolys
