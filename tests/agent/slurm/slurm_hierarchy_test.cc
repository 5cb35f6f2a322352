// What comes before an account's limits in Slurm, and what a grant is said to be then.

#include "gmock/gmock.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"

namespace mesolys::agent {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class SlurmHierarchyTest : public SlurmEnforcerTest {
 protected:
  SlurmHierarchyTest() {
    options_.rules.qos = {"normal"};
    Start();
    Project("p").logins = {"alice"};
    grant_ = Grant("p", 1, "cpu", 600);
    Put();
  }

  ClusterAssociations::Controller& Controller() { return *slurm_.clusters.at("c1").controller; }
  Qos& QosOf(const std::string& name) { return Controller().qos[name]; }
  std::string Told() { return Say(Put()).front(); }

  std::string grant_;
};

TEST_F(SlurmHierarchyTest, MinutesOfTheJobsQosComeBeforeThoseOfTheAccount) {
  EXPECT_EQ(Told(), "g1 ENFORCED");
  QosOf("normal").minutes["cpu"] = 100'000'000;
  const InForce opened = Put();
  EXPECT_THAT(Say(opened),
              ElementsAre("g1 DRIFTED: c1: QOS normal has GrpTRESMins=cpu=100000000, which Slurm "
                          "takes before the limit of account p: sacctmgr -i modify qos where "
                          "name=normal set GrpTRESMins=cpu=-1"));
  // Nothing that a further try would mend.
  EXPECT_TRUE(opened.status.ok());
  QosOf("normal").minutes.clear();
  EXPECT_EQ(Told(), "g1 ENFORCED");
}

TEST_F(SlurmHierarchyTest, OnlyWhatAQosStillLetsBeginCounts) {
  QosOf("normal").minutes["cpu"] = 10'600;
  QosOf("normal").counted["cpu"] = 9'999;
  EXPECT_THAT(Told(), StartsWith("g1 DRIFTED"));
  QosOf("normal").counted["cpu"] = 10'000;
  EXPECT_EQ(Told(), "g1 ENFORCED");
  QosOf("normal").counted["cpu"] = 10'001;
  EXPECT_EQ(Told(), "g1 TIGHTER: c1: QOS normal has GrpTRESMins=cpu=10600, which lets less begin");
}

TEST_F(SlurmHierarchyTest, TheQosOfAPartitionComesFirstUnlessTheJobsSaysOtherwise) {
  QosOf("low").minutes["cpu"] = 100'000;
  Controller().partitions = {{"main", "", {}, {}, {}, {}}, {"slow", "low", {}, {}, {}, {}}};
  EXPECT_THAT(Told(), AllOf(StartsWith("g1 DRIFTED: c1: QOS low (partition slow) has"),
                            HasSubstr("where name=low set GrpTRESMins=cpu=-1")));
  // That of the job, where it has such a limit, and comes first.
  QosOf("normal").minutes["cpu"] = 600;
  EXPECT_THAT(Told(), StartsWith("g1 DRIFTED"));
  QosOf("normal").is_before_partition = true;
  EXPECT_EQ(Told(), "g1 ENFORCED");
}

TEST_F(SlurmHierarchyTest, APartitionThatTakesNoJobOfTheAccountOpensNothing) {
  QosOf("low").minutes["cpu"] = 100'000;
  PartitionAccess& slow = Controller().partitions.emplace_back();
  slow.name = "slow";
  slow.qos = "low";
  const auto drifts = [this] { return Told().starts_with("g1 DRIFTED"); };
  EXPECT_TRUE(drifts());
  slow.accounts = {"elsewhere"};
  EXPECT_FALSE(drifts());
  // Some versions take those below an account, too.
  slow.accounts = {"elsewhere", "root"};
  EXPECT_TRUE(drifts());
  slow.denied_accounts = {"p"};
  EXPECT_FALSE(drifts());
  slow.denied_accounts.clear();
  slow.allowed_qos = {"high"};
  EXPECT_FALSE(drifts());
  slow.allowed_qos = {"high", "normal"};
  EXPECT_TRUE(drifts());
  slow.denied_qos = {"normal"};
  EXPECT_FALSE(drifts());
  // Where Slurm does not ask for it a job may name any QOS.
  slow.denied_qos = {"high"};
  slow.allowed_qos = {"low"};
  EXPECT_FALSE(drifts());
  Controller().enforces.qos = false;
  EXPECT_TRUE(drifts());
}

TEST_F(SlurmHierarchyTest, JobsOfAQosOpenWhatIsClosed) {
  QosOf("normal").jobs_max = 500;
  EXPECT_EQ(Told(), "g1 ENFORCED");
  state_.accounts["p"].logins = {"bob"};
  slurm_.clusters.at("c1").busy = {{"p", "alice"}};
  EXPECT_THAT(Told(),
              AllOf(StartsWith("g1 DRIFTED: c1: QOS normal has GrpJobs=500, so jobs of alice "
                               "in account p begin although they are closed: sacctmgr"),
                    HasSubstr("set GrpJobs=-1 GrpSubmitJobs=-1")));
  slurm_.clusters.at("c1").busy.clear();
  Put();
  EXPECT_EQ(Told(), "g1 ENFORCED");
  // The minutes of a closed account hold, unless the QOS has such a limit, too.
  Spend(grant_, 600);
  slurm_.Run("c1", "p", "bob", {{"cpu", 600}});
  Put();
  EXPECT_TRUE(Account("p").limits.IsFrozen());
  EXPECT_EQ(Told(), "g1 ENFORCED");
  QosOf("normal").minutes["cpu"] = 1'000;
  EXPECT_THAT(Told(),
              StartsWith("g1 DRIFTED: c1: QOS normal has GrpJobs=500, so jobs of account p"));
  QosOf("normal").jobs_max = 0;
  EXPECT_EQ(Told(), "g1 ENFORCED");
}

TEST_F(SlurmHierarchyTest, AnAccountThatNobodyWantsAnyMoreIsToldAsTheSitesProblem) {
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  slurm_.clusters.at("c1").busy = {{"p", "alice"}};
  QosOf("normal").jobs_max = 500;
  state_.accounts.clear();
  Project("q");
  Grant("q", 2, "cpu", 60);
  EXPECT_TRUE(Put().status.ok());
  EXPECT_TRUE(Account("p").limits.IsFrozen());
  EXPECT_LE(Account("p").limits.minutes.at("cpu"), 100) << "what was counted, whatever a QOS says";
  QosOf("normal").minutes["cpu"] = 1'000;
  const InForce opened = Put();
  EXPECT_TRUE(opened.is_judged);
  EXPECT_THAT(std::string(opened.status.message()),
              HasSubstr("QOS normal has GrpJobs=500, so jobs of"));
}

TEST_F(SlurmHierarchyTest, AUsersOwnCeilingIsPassedAsTheAccountsIs) {
  state_.accounts["p"].login_ceilings[{"alice", "cpu"}] = {Amount(60 * 60), kNow - absl::Hours(1)};
  EXPECT_EQ(Told(), "g1 ENFORCED");
  QosOf("normal").minutes["cpu"] = 300;
  EXPECT_THAT(Told(), StartsWith("g1 DRIFTED: c1: QOS normal has GrpTRESMins=cpu=300"));
}

TEST_F(SlurmHierarchyTest, AFactorBelowOneCountsLessThanIsCharged) {
  QosOf("normal").usage_factor = kWholeUsage / 2;
  EXPECT_THAT(Told(), HasSubstr("DRIFTED: c1: QOS normal has a UsageFactor below 1"));
  QosOf("normal").usage_factor = kWholeUsage * 2;
  EXPECT_EQ(Told(), "g1 ENFORCED");
}

TEST_F(SlurmHierarchyTest, WithoutLimitsNothingIsEnforced) {
  Controller().enforces.limits = false;
  EXPECT_THAT(Told(),
              HasSubstr("DRIFTED: c1: AccountingStorageEnforce in slurm.conf lacks limits"));
}

TEST_F(SlurmHierarchyTest, WhatLetsASingleJobHaveLessIsNamed) {
  AssociationLimits& limits = slurm_.clusters.at("c1").accounts.at("p").limits;
  limits.job_minutes["cpu"] = 599;
  EXPECT_EQ(Told(),
            "g1 TIGHTER: c1: MaxTRESMins=cpu=599 of account p lets no single job have more");
  limits.job_minutes["cpu"] = 600;
  EXPECT_EQ(Told(), "g1 ENFORCED");
  QosOf("normal").job_minutes["cpu"] = 10;
  EXPECT_THAT(Told(), StartsWith("g1 TIGHTER: c1: QOS normal has MaxTRESMins=cpu=10"));
}

TEST_F(SlurmHierarchyTest, ALimitAboveIsNamed) {
  Project("q", "chair");
  Grant("q", 2, "cpu", 600);
  options_.rules.protected_accounts = {"root", "_chair"};
  slurm_.clusters.at("c1").accounts["_chair"].parent = "root";
  Start();
  EXPECT_EQ(Say(Put()).back(), "g2 ENFORCED");
  slurm_.clusters.at("c1").accounts["_chair"].limits.minutes["cpu"] = 20;
  EXPECT_EQ(
      Say(Put()).back(),
      "g2 TIGHTER: c1: account _chair above it has GrpTRESMins=cpu=20, which lets less begin");
  slurm_.clusters.at("c1").accounts["_chair"].limits.jobs_max = 0;
  EXPECT_EQ(Say(Put()).back(), "g2 TIGHTER: c1: account _chair above it has GrpJobs=0");
}

TEST_F(SlurmHierarchyTest, WhatLetsLessPassHidesNoFailure) {
  const std::string gpus = Grant("p", 2, "gpu-v100", 60);  // which slurmctld does not count
  slurm_.clusters.at("c1").accounts.at("p").limits.job_minutes["cpu"] = 10;
  EXPECT_THAT(Say(Put()), ElementsAre(StartsWith("g1 TIGHTER"), StartsWith("g2 FAILED")));
}

TEST_F(SlurmHierarchyTest, UsersOfAnOlderAccountAreNotMeasuredByTheirCeilingInTheProjects) {
  state_.accounts["p"].login_ceilings[{"alice", "cpu"}] = {Amount(60 * 60), kNow - absl::Hours(1)};
  state_.accounts["p"].links = {{"c1", "old"}};
  AccountAssociation& old = slurm_.clusters.at("c1").accounts["old"];
  old.parent = "p";
  old.limits.qos = {"slow"};
  old.users["alice"];
  QosOf("slow").minutes["cpu"] = 100;  // more than hers, less than is left
  EXPECT_EQ(Told(), "g1 ENFORCED");
  QosOf("slow").minutes["cpu"] = 601;
  EXPECT_THAT(Told(), StartsWith("g1 DRIFTED: c1: QOS slow has GrpTRESMins=cpu=601"));
}

TEST_F(SlurmHierarchyTest, WithoutSlurmctldNothingIsSaidOfItsQos) {
  QosOf("normal").minutes["cpu"] = 100'000'000;
  slurm_.clusters.at("c1").controller.reset();
  EXPECT_THAT(Told(), HasSubstr("slurmctld of c1 cannot be asked"));
}

}  // namespace
}  // namespace mesolys::agent
