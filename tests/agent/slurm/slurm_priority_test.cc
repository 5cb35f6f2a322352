// Who is served first in Slurm: shares and QOS.

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
