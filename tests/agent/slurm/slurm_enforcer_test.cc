// How grants become limits of Slurm.

#include <fstream>
#include <sstream>
#include <utility>

#include "gmock/gmock.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"

namespace mesolys::agent {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST_F(SlurmEnforcerTest, MakesTheTreeAndOneLimitForEachTres) {
  Project("chair");
  Project("p", "chair").logins = {"alice"};
  Grant("chair", 1, "cpu", 50);
  Grant("p", 2, "cpu", 600);
  Grant("p", 3, "gpu-a100", 60);
  Grant("p", 4, "gpu-h100", 30);
  const InForce in_force = Put();
  EXPECT_TRUE(in_force.status.ok()) << in_force.status;
  EXPECT_THAT(Say(in_force),
              ElementsAre("g1 ENFORCED", "g2 ENFORCED", "g3 ENFORCED", "g4 ENFORCED"));
  EXPECT_EQ(Account("_chair").parent, "root");
  EXPECT_EQ(Account("chair").parent, "_chair");
  EXPECT_EQ(Account("p").parent, "_chair");
  EXPECT_TRUE(Account("_chair").limits.minutes.empty());
  EXPECT_THAT(Account("p").limits.minutes,
              ElementsAre(Pair("cpu", 600), Pair("gres/gpu", 90), Pair("gres/gpu:a100", 60),
                          Pair("gres/gpu:h100", 30)));
  // A model without a grant pays for nothing.
  EXPECT_THAT(Account("chair").limits.minutes,
              ElementsAre(Pair("cpu", 50), Pair("gres/gpu", 0), Pair("gres/gpu:a100", 0),
                          Pair("gres/gpu:h100", 0)));
  EXPECT_TRUE(Account("p").users.contains("alice"));
  EXPECT_EQ(Left("p"), 600);
}

TEST_F(SlurmEnforcerTest, ASecondTickChangesNothing) {
  Project("p").logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  EXPECT_GT(Put().change_count, 0);
  EXPECT_EQ(Put().change_count, 0);
}

TEST_F(SlurmEnforcerTest, AnAccountIsOpenedAfterEverythingElse) {
  Project("p").logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  Put();
  EXPECT_THAT(slurm_.lines.front(), HasSubstr("GrpJobs=0 GrpSubmitJobs=0"));
  EXPECT_THAT(slurm_.lines.back(), HasSubstr("set GrpJobs=-1 GrpSubmitJobs=-1"));
}

TEST_F(SlurmEnforcerTest, TheLimitIsWhatSlurmCountedAndWhatIsLeft) {
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  Put();
  // Slurm counted 100 minutes of before, 40 of which the ledger charges.
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  Spend(grant, 40);
  EXPECT_TRUE(Put().status.ok());
  EXPECT_EQ(Left("p"), 560);
  // A half-life takes from what was counted.
  slurm_.clusters.at("c1").controller->counted[{"p", ""}]["cpu"] = 70;
  Put();
  EXPECT_EQ(Left("p"), 560);
  slurm_.LoseState("c1");
  Put();
  EXPECT_EQ(Left("p"), 560);
}

TEST_F(SlurmEnforcerTest, ALimitThatCouldBeRightIsLeftAlone) {
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  Put();
  slurm_.Run("c1", "p", "alice", {{"cpu", 10}});
  use_.spent[grant] = {Amount(8 * 60), Amount(12 * 60)};
  EXPECT_EQ(Put().change_count, 0);
  use_.spent[grant] = {Amount(11 * 60), Amount(12 * 60)};
  EXPECT_EQ(Put().change_count, 1);
  EXPECT_EQ(Left("p"), 588);
}

TEST_F(SlurmEnforcerTest, WhatIsUsedUpOrOverIsClosed) {
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  Put();
  Spend(grant, 700);
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED"));
  EXPECT_TRUE(Account("p").limits.IsFrozen());
  Spend(grant, 10);
  Put();
  EXPECT_FALSE(Account("p").limits.IsFrozen());
  EXPECT_THAT(Say(Put(kNow + absl::Hours(24))), ElementsAre("g1 ENFORCED"));
  EXPECT_TRUE(Account("p").limits.IsFrozen());
}

TEST_F(SlurmEnforcerTest, AnAccountIsClosedOnceSlurmctldHasClosedIt) {
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  Put();
  Spend(grant, 700);
  // The second look of the same turn sees it.
  slurm_.unheard_freezes = 1;
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED"));
  slurm_.unheard_freezes = 100;
  const InForce open = Put();
  EXPECT_THAT(Say(open), ElementsAre("g1 DRIFTED: account p is to be closed at c1"));
  EXPECT_FALSE(open.status.ok());
  slurm_.unheard_freezes = 0;
  const InForce closed = Put();
  EXPECT_THAT(Say(closed), ElementsAre("g1 ENFORCED"));
  EXPECT_EQ(closed.change_count, 0);
}

TEST_F(SlurmEnforcerTest, ThreeGrantsNeverOfferMoreThanWhatIsLeftInAllOfThem) {
  Project("p");
  const std::string first = Grant("p", 1, "cpu", 100, 1);
  Grant("p", 2, "cpu", 100, 2);
  Grant("p", 3, "cpu", 100, 3);
  Put();
  EXPECT_EQ(Left("p"), 300);
  // The one that ends first paid for 130; what it overpaid is carried over its end.
  Spend(first, 130);
  slurm_.Run("c1", "p", "alice", {{"cpu", 130}});
  Put();
  EXPECT_EQ(Left("p"), 170);
  Put(kNow + absl::Hours(1));
  EXPECT_EQ(Left("p"), 170);
  Put(kNow + absl::Hours(2));
  EXPECT_EQ(Left("p"), 100);
}

TEST_F(SlurmEnforcerTest, TwoClustersOfASiteShareWhatIsLeft) {
  slurm_ = FakeSlurm({"c1", "c2"});
  options_.clusters = {"c1", "c2"};
  state_.clusters = {"c1", "c2"};
  Start();
  Project("p");
  Grant("p", 1, "cpu", 601);
  EXPECT_TRUE(Put().status.ok());
  EXPECT_EQ(slurm_.Left("c1", "p", "cpu") + slurm_.Left("c2", "p", "cpu"), 600);
}

TEST_F(SlurmEnforcerTest, NothingIsRaisedWhileItIsNotKnownWhatWasUsed) {
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  Put();
  state_.accounts["p"].grants[grant].ceiling = Amount(900 * 60);
  slurm_.clusters.at("c1").controller->waiting_records = 3;
  InForce in_force = Put();
  EXPECT_EQ(in_force.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Say(in_force), ElementsAre(HasSubstr("g1 DRIFTED: a higher limit waits: slurmctld of "
                                                   "c1 keeps 3 records")));
  EXPECT_EQ(Left("p"), 600);
  slurm_.clusters.at("c1").controller->waiting_records = 0;
  use_.is_current = false;
  Put();
  EXPECT_EQ(Left("p"), 600);
  // Lowering waits for nobody.
  state_.accounts["p"].grants[grant].ceiling = Amount(500 * 60);
  Put();
  EXPECT_EQ(Left("p"), 500);
  use_.is_current = true;
  state_.accounts["p"].grants[grant].ceiling = Amount(900 * 60);
  Put();
  EXPECT_EQ(Left("p"), 900);
}

TEST_F(SlurmEnforcerTest, WithoutSlurmctldLimitsStayAndEndsAreKept) {
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  Put();
  const auto controller = std::exchange(slurm_.clusters.at("c1").controller, std::nullopt);
  state_.accounts["p"].grants[grant].ceiling = Amount(900 * 60);
  const InForce in_force = Put();
  EXPECT_EQ(in_force.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Say(in_force), ElementsAre(HasSubstr("g1 FAILED: slurmctld of c1 cannot be asked")));
  EXPECT_THAT(Account("p").limits.minutes, Contains(Pair("cpu", 600)));
  Put(kNow + absl::Hours(24));
  EXPECT_TRUE(Account("p").limits.IsFrozen());
  slurm_.clusters.at("c1").controller = controller;
  Put();
  EXPECT_EQ(Left("p"), 900);
}

TEST_F(SlurmEnforcerTest, WhatCannotBeReadChangesNothing) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  slurm_.unreadable = absl::DataLossError("sacctmgr says what is not understood");
  const InForce in_force = Put();
  EXPECT_EQ(in_force.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(slurm_.lines, IsEmpty());
  EXPECT_THAT(Say(in_force), ElementsAre("g1 FAILED: sacctmgr says what is not understood"));
}

TEST_F(SlurmEnforcerTest, AFailedChangeIsToldWithItsWords) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  slurm_.refused = "GrpTRESMins";
  const InForce in_force = Put();
  EXPECT_FALSE(in_force.status.ok());
  EXPECT_THAT(Say(in_force), ElementsAre(HasSubstr("g1 FAILED: account p is to be limited to")));
  EXPECT_THAT(Say(in_force), ElementsAre(HasSubstr("slurmdbd is down")));
  EXPECT_EQ(Left("p"), 0);
}

TEST_F(SlurmEnforcerTest, ALimitThatSlurmTookForUnlimitedIsSetAnew) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  Put();
  slurm_.clusters.at("c1").accounts["p"].limits.minutes["cpu"] = INT64_MAX;
  Put();
  EXPECT_EQ(Left("p"), 600);
  slurm_.clusters.at("c1").accounts["p"].limits.minutes.erase("cpu");
  Put();
  EXPECT_EQ(Left("p"), 600);
}

TEST_F(SlurmEnforcerTest, AProjectThatIsGoneIsClosedAndEmptiedButNeverDeleted) {
  Project("p").logins = {"alice"};
  Project("q");
  Grant("p", 1, "cpu", 600);
  Grant("q", 2, "cpu", 60);
  Put();
  state_.accounts.erase("p");
  Put();
  EXPECT_TRUE(Account("p").limits.IsFrozen());
  Put();
  EXPECT_THAT(Account("p").users, IsEmpty());
}

TEST_F(SlurmEnforcerTest, AccountsOfOthersAreLeftAlone) {
  AccountAssociation& old = slurm_.clusters.at("c1").accounts["old"];
  old.parent = kRootAccount;
  old.shares = "1";
  old.owner = "physics";
  old.limits.minutes["cpu"] = 5;
  old.limits.qos = {"normal"};
  old.users["bob"];
  const AccountAssociation before = old;
  Project("p");
  Grant("p", 1, "cpu", 600);
  Put();
  EXPECT_EQ(Account("old"), before);
  // Once it bills to a project its jobs count there.
  state_.accounts["p"].links = {{"c1", "old"}, {"c1", "history"}, {"c9", "old"}};
  EXPECT_TRUE(Put().status.ok());
  EXPECT_EQ(Account("old").parent, "p");
  EXPECT_THAT(Account("old").limits.minutes, ElementsAre(Pair("cpu", 5)));
  // Below a project that it no longer bills to it would use hours that nobody counts.
  state_.accounts["p"].links.clear();
  Put();
  EXPECT_TRUE(Account("old").limits.IsFrozen());
  state_.accounts["p"].links = {{"c1", "old"}};
  Put();
  EXPECT_FALSE(Account("old").limits.IsFrozen());
}

TEST_F(SlurmEnforcerTest, TheTroubleOfOneAccountIsItsOwn) {
  Project("p").logins = {"alice"};
  Project("q").logins = {"bob"};
  Grant("p", 1, "cpu", 600);
  const std::string other = Grant("q", 2, "cpu", 600);
  slurm_.refused = "account=p ";
  const InForce first = Put();
  EXPECT_FALSE(first.status.ok());
  EXPECT_TRUE(first.is_judged);
  EXPECT_THAT(Say(first),
              ElementsAre(HasSubstr("g1 FAILED: user alice of p is to be added"), "g2 ENFORCED"));
  state_.accounts["q"].grants[other].ceiling = Amount(60 * 60);
  EXPECT_THAT(Say(Put()).back(), "g2 ENFORCED");
  EXPECT_EQ(Left("q"), 60);
  // It is not tried for ever.
  for (int turn = 0; turn < FruitlessChanges::kTurnsMax; ++turn) Put();
  slurm_.lines.clear();
  EXPECT_THAT(Say(Put()).front(), HasSubstr("given up for 5 minutes after 5 turns"));
  EXPECT_THAT(slurm_.lines, IsEmpty());
  slurm_.refused.clear();
  EXPECT_THAT(Say(Put(kNow + FruitlessChanges::kRest)), ElementsAre("g1 ENFORCED", "g2 ENFORCED"));
}

TEST_F(SlurmEnforcerTest, AnOlderAccountThatCannotBeMovedIsItsProjectsTrouble) {
  AccountAssociation& old = slurm_.clusters.at("c1").accounts["old"];
  old.parent = kRootAccount;
  old.owner = "physics";
  Project("p");
  Grant("p", 1, "cpu", 600);
  Put();
  state_.accounts["p"].links = {{"c1", "old"}};
  slurm_.refused = "parent=p";
  for (int turn = 0; turn < 2 * FruitlessChanges::kTurnsMax; ++turn) {
    EXPECT_THAT(Say(Put()), ElementsAre(HasSubstr("g1 FAILED: account old is to be below p")));
    EXPECT_THAT(slurm_.lines.back(), HasSubstr("parent=p")) << "it is tried in each turn";
  }
  slurm_.refused.clear();
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED"));
}

TEST_F(SlurmEnforcerTest, AProtectedAccountIsNeverTouched) {
  options_.rules.protected_accounts = {"root", "p"};
  Start();
  slurm_.clusters.at("c1").accounts["p"].parent = "root";
  Project("p");
  Grant("p", 1, "cpu", 600);
  EXPECT_THAT(Say(Put()), ElementsAre(HasSubstr("g1 FAILED: account p is among protected")));
  EXPECT_THAT(slurm_.lines, IsEmpty());
}

TEST_F(SlurmEnforcerTest, WhatSlurmDoesNotCountCannotBeLimited) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  Grant("p", 2, "gpu-v100", 60);
  EXPECT_THAT(Say(Put()),
              ElementsAre("g1 ENFORCED", HasSubstr("g2 FAILED: c1: slurmctld does not count "
                                                   "gres/gpu:v100")));
  EXPECT_EQ(Left("p", "gres/gpu"), 0);
  EXPECT_TRUE(enforcer_->IsFor("gpu-v100"));
  EXPECT_FALSE(enforcer_->IsFor("storage-project"));
}

TEST_F(SlurmEnforcerTest, ATypeOfGpusIsANameThatOthersGive) {
  // One that drivers give is limited like another; one that nobody can write harms nobody.
  slurm_.clusters.at("c1").controller->tres.insert({"gres/gpu:a100_1g.10gb", "gres/gpu:tesla k80"});
  Project("p").logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  Grant("p", 2, "gpu-a100_1g.10gb", 60);
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED", "g2 ENFORCED"));
  EXPECT_FALSE(Account("p").limits.IsFrozen());
  EXPECT_EQ(Left("p", "gres/gpu:a100_1g.10gb"), 60);
  EXPECT_EQ(Left("p", "gres/gpu"), 60);
  EXPECT_EQ(Left("p", "gres/gpu:a100"), 0);
  EXPECT_FALSE(Account("p").limits.minutes.contains("gres/gpu:tesla k80"));
  slurm_.lines.clear();
  Put();
  EXPECT_THAT(slurm_.lines, IsEmpty());
  // What it used is not given again: all GPUs together are used up.
  TresMinutes& counted = slurm_.clusters.at("c1").controller->counted[{"p", ""}];
  counted["gres/gpu"] = counted["gres/gpu:tesla k80"] = 1000;
  Put();
  EXPECT_EQ(Account("p").limits.minutes.at("gres/gpu"), 60);
  // A limit of it that somebody set is theirs.
  slurm_.clusters.at("c1").accounts.at("p").limits.minutes["gres/gpu:tesla k80"] = 0;
  Grant("p", 3, "cpu", 600);
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED", "g2 ENFORCED", "g3 ENFORCED"));
  EXPECT_EQ(Account("p").limits.minutes.at("gres/gpu:tesla k80"), 0);
}

TEST_F(SlurmEnforcerTest, WhereGpuJobsPayNoCpuTheirCoresAreLetThrough) {
  state_.charges.gpu_jobs_pay_cpu = false;
  state_.cores_per_gpu = 8;
  Project("p");
  Grant("p", 1, "gpu-a100", 60);
  Put();
  EXPECT_EQ(Left("p", "gres/gpu:a100"), 60);
  EXPECT_EQ(Left("p", "cpu"), 480);
}

TEST_F(SlurmEnforcerTest, WhatAGpuSiteLetsThroughIsNotGivenAgainToJobsWithoutGpus) {
  state_.charges.gpu_jobs_pay_cpu = false;
  state_.cores_per_gpu = 8;
  Project("p");
  Grant("p", 1, "gpu-a100", 60);
  Put();
  slurm_.Run("c1", "p", "alice", {{"cpu", 400}});
  Put();
  EXPECT_EQ(Left("p", "cpu"), 80);
  slurm_.Run("c1", "p", "alice", {{"cpu", 80}});
  Put();
  EXPECT_EQ(Left("p", "cpu"), 0);
}

TEST_F(SlurmEnforcerTest, WhatOneClusterHasCommittedAnotherDoesNotOffer) {
  slurm_ = FakeSlurm({"c1", "c2"});
  options_.clusters = {"c1", "c2"};
  state_.clusters = {"c1", "c2"};
  Start();
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 100);
  Put();
  // A long job of c2 keeps its 50; at c1 40 were used.
  slurm_.clusters.at("c2").controller->kept[{"p", ""}]["cpu"] = 50;
  slurm_.Run("c1", "p", "alice", {{"cpu", 40}});
  use_.spent[grant] = {Amount(40 * 60), Amount(40 * 60)};
  use_.grants[grant] = Amount(90 * 60);
  Put();
  EXPECT_EQ(slurm_.Left("c1", "p", "cpu"), 5);
  EXPECT_EQ(slurm_.Left("c2", "p", "cpu"), 55);  // of which it keeps 50 itself
}

TEST_F(SlurmEnforcerTest, AFullDiskKeepsNothingOpen) {
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  Put();
  ChangeLog nowhere("/nonexistent/changes.log");
  SlurmEnforcer enforcer(options_, slurm_, nowhere, *left_);
  Spend(grant, 600);
  EXPECT_FALSE(enforcer.PutInForce(state_, use_, limit_, kNow).status.ok());
  EXPECT_TRUE(Account("p").limits.IsFrozen());
  Spend(grant, 0);
  enforcer.PutInForce(state_, use_, limit_, kNow);
  EXPECT_TRUE(Account("p").limits.IsFrozen());
}

TEST_F(SlurmEnforcerTest, ADryRunChangesNothingAndSaysWhatItWould) {
  options_.is_dry_run = true;
  Start();
  Project("p");
  Grant("p", 1, "cpu", 600);
  EXPECT_THAT(Say(Put()), ElementsAre(HasSubstr("g1 DRIFTED: dry run: account p is to be made")));
  EXPECT_THAT(slurm_.lines, IsEmpty());
}

TEST_F(SlurmEnforcerTest, EveryChangeIsInTheLogBeforeItIsMade) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  slurm_.lines_left = 0;
  Put();
  std::ostringstream text;
  text << std::ifstream(directory_.path() + "/changes.log").rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("2027-01-15T08:00:00Z generation 1: add account name=p"));
  EXPECT_THAT(text.str(), HasSubstr("ended by signal 9"));
}

// Wherever the agent is killed, and started again, one whole tick later everything is right; and at
// no moment before is more offered than what is left.
TEST_F(SlurmEnforcerTest, MayBeKilledBetweenAnyTwoCommands) {
  Project("chair").logins = {"alice"};
  Project("p", "chair").logins = {"alice", "bob"};
  Grant("chair", 1, "cpu", 50);
  const std::string grant = Grant("p", 2, "cpu", 600);
  Grant("p", 3, "gpu-a100", 60);
  Put();
  const FakeSlurm begin = slurm_;
  state_.accounts["p"].grants[grant].ceiling = Amount(300 * 60);
  state_.accounts["p"].logins = {"bob"};
  Project("q", "p").logins = {"alice"};
  Grant("q", 4, "cpu", 70);
  bool is_done = false;
  for (int64_t lines = 0; !is_done; ++lines) {
    slurm_ = begin;
    slurm_.lines_left = lines;
    Start();
    Put();
    is_done = slurm_.lines_left > 0;
    EXPECT_LE(Left("p"), 600);
    EXPECT_LE(Left("q"), 70);
    slurm_.lines_left = INT64_MAX;
    Start();
    const InForce in_force = Put();
    EXPECT_TRUE(in_force.status.ok()) << lines << ": " << in_force.status;
    EXPECT_EQ(Left("p"), 300);
    EXPECT_EQ(Left("q"), 70);
    EXPECT_EQ(Left("chair"), 50);
    EXPECT_EQ(Left("p", "gres/gpu:a100"), 60);
    ASSERT_LT(lines, 100);
  }
}

}  // namespace
}  // namespace mesolys::agent
