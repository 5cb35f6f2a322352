// Who is served first in Slurm: shares and QOS.

#include "agent/slurm/associations/tres.h"
#include "gmock/gmock.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;

TEST_F(SlurmEnforcerTest, TheBonusIsSpentInItsOwnQosOnly) {
  options_.rules.qos = {"normal", "eco"};
  options_.rules.bonus_qos = "bonus";
  Start();
  Project("p");
  const std::string grant = Grant("p", 1, "cpu", 600);
  state_.accounts["p"].grants[grant].bonus = Amount(100 * 60);
  Put();
  EXPECT_THAT(Account("p").limits.qos, ElementsAre("eco", "normal"));
  EXPECT_EQ(Account("p").limits.default_qos, "normal");
  EXPECT_EQ(Left("p"), 600);
  Spend(grant, 620);
  slurm_.Run("c1", "p", "alice", {{"cpu", 620}});
  Put();
  EXPECT_THAT(Account("p").limits.qos, ElementsAre("bonus"));
  EXPECT_EQ(Left("p"), 80);
  Spend(grant, 700);
  Put();
  EXPECT_EQ(Left("p"), 0);
}

// A grant of each, the first used up to within its bonus.
struct UsedUp {
  std::string name;
  std::string used;
  std::string open;
  bool gpu_jobs_pay_cpu = true;
  std::vector<std::string> qos;
  std::string default_qos;
};

class BonusOfOne : public SlurmEnforcerTest, public testing::WithParamInterface<UsedUp> {};

TEST_P(BonusOfOne, IsSpentAtLowPriorityWhileAnotherHasHours) {
  options_.rules.qos = {"normal"};
  options_.rules.eco_qos = "eco";
  options_.rules.bonus_qos = "bonus";
  Start();
  state_.charges.gpu_jobs_pay_cpu = GetParam().gpu_jobs_pay_cpu;
  Project("p").eco = true;
  const std::string used = Grant("p", 1, GetParam().used, 600);
  state_.accounts["p"].grants[used].bonus = Amount(100 * 60);
  const std::string open = Grant("p", 2, GetParam().open, 600);
  state_.accounts["p"].grants[open].bonus = Amount(100 * 60);
  Spend(used, 620);
  EXPECT_TRUE(Put().status.ok());
  EXPECT_THAT(Account("p").limits.qos, testing::UnorderedElementsAreArray(GetParam().qos));
  EXPECT_EQ(Account("p").limits.default_qos, GetParam().default_qos);
  EXPECT_EQ(Left("p", TresOf(GetParam().used)), 80);
  EXPECT_EQ(Left("p", TresOf(GetParam().open)), 600);
  // Once it is spent, too, what is left of the other is spent as ever.
  Spend(used, 700);
  Put();
  EXPECT_EQ(Left("p", TresOf(GetParam().used)), 0);
  EXPECT_THAT(Account("p").limits.qos, ElementsAre("eco", "normal"));
}

INSTANTIATE_TEST_SUITE_P(
    EachOf, BonusOfOne,
    testing::Values(UsedUp{"Cores", "cpu", "gpu-a100", true, {"bonus"}, "bonus"},
                    // Who needs no GPU may ask for the usual priority.
                    UsedUp{"Gpus", "gpu-a100", "cpu", true, {"bonus", "normal"}, "bonus"},
                    UsedUp{"CoresOnly", "cpu", "gpu-a100", false, {"bonus", "normal"}, "bonus"}),
    [](const auto& info) { return info.param.name; });

TEST_F(SlurmEnforcerTest, WithoutAQosForItNoBonusIsSpent) {
  options_.rules.qos = {"normal"};
  Start();
  EXPECT_FALSE(enforcer_->GivesBonus());
  Project("p");
  const std::string gpus = Grant("p", 1, "gpu-a100", 600);
  state_.accounts["p"].grants[gpus].bonus = Amount(100 * 60);
  Grant("p", 2, "cpu", 600);
  Spend(gpus, 620);
  Put();
  EXPECT_EQ(Left("p", "gres/gpu:a100"), 0);
  EXPECT_EQ(Left("p"), 600);
  EXPECT_THAT(Account("p").limits.qos, ElementsAre("normal"));
  options_.rules.bonus_qos = "bonus";
  Start();
  EXPECT_TRUE(enforcer_->GivesBonus());
}

TEST_F(SlurmEnforcerTest, OnlyAProjectThatMayHasTheEcoQosBesideTheUsualOnes) {
  options_.rules.qos = {"normal", "long"};
  options_.rules.eco_qos = "eco";
  options_.rules.bonus_qos = "bonus";
  Start();
  Project("p").eco = true;
  Project("q");
  const std::string grant = Grant("p", 1, "cpu", 600);
  state_.accounts["p"].grants[grant].bonus = Amount(100 * 60);
  Grant("q", 2, "cpu", 600);
  Put();
  EXPECT_THAT(Account("p").limits.qos, ElementsAre("eco", "long", "normal"));
  EXPECT_EQ(Account("p").limits.default_qos, "normal");
  EXPECT_THAT(Account("q").limits.qos, ElementsAre("long", "normal"));
  state_.accounts["p"].eco = false;
  state_.accounts["q"].eco = true;
  Put();
  EXPECT_THAT(Account("p").limits.qos, ElementsAre("long", "normal"));
  EXPECT_THAT(Account("q").limits.qos, ElementsAre("eco", "long", "normal"));
  state_.accounts["p"].eco = true;
  Spend(grant, 620);
  Put();
  EXPECT_THAT(Account("p").limits.qos, ElementsAre("bonus"));
}

TEST_F(SlurmEnforcerTest, AUsersOwnQosBeyondThoseOfTheAccountIsTakenBack) {
  options_.rules.qos = {"normal", "eco"};
  Start();
  Project("p").logins = {"alice", "bob"};
  Grant("p", 1, "cpu", 600);
  Put();
  AccountAssociation& account = slurm_.clusters.at("c1").accounts.at("p");
  account.users.at("alice").qos = {"normal", "high"};
  account.users.at("bob").qos = {"eco"};
  EXPECT_TRUE(Put().status.ok());
  EXPECT_THAT(slurm_.lines.back(), testing::HasSubstr("QOS= DefaultQOS=-1"));
  EXPECT_THAT(account.users.at("alice").qos, testing::IsEmpty());
  // A site may give less to somebody.
  EXPECT_THAT(account.users.at("bob").qos, ElementsAre("eco"));
}

TEST_F(SlurmEnforcerTest, TheAccountAboveOthersHasTheSharesOfItsChair) {
  Project("chair").shares = 2'500;
  Project("p", "chair").shares = 5'000;
  Project("q", "unknown");
  Grant("p", 1, "cpu", 600);
  Grant("q", 2, "cpu", 600);
  Put();
  EXPECT_EQ(Account("_chair").shares, "2500");
  EXPECT_FALSE(slurm_.clusters.at("c1").accounts.contains("chair"));
  EXPECT_EQ(Account("p").shares, "5000");
  EXPECT_EQ(Account("_unknown").shares, "10000");
  state_.accounts["chair"].shares = 10'000;
  Put();
  EXPECT_EQ(Account("_chair").shares, "10000");
}

TEST_F(SlurmEnforcerTest, AChairStaysBelowItsOwnAccountAcrossAProjectWithoutHours) {
  Project("chair");
  Project("lab", "chair");
  Project("team", "lab");
  Grant("chair", 1, "cpu", 600);
  Grant("team", 2, "cpu", 600);
  Put();
  EXPECT_EQ(Account("_chair").parent, "root");
  EXPECT_EQ(Account("chair").parent, "_chair");
  EXPECT_EQ(Account("_lab").parent, "_chair");
  EXPECT_EQ(Account("team").parent, "_lab");
}

}  // namespace
}  // namespace mesolys::agent
