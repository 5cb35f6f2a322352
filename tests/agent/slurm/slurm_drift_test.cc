// What somebody else changes in Slurm, while the agent looks on and while it is away.

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"

namespace mesolys::agent {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(SlurmEnforcerTest, WhatIsChangedByHandIsToldCountedAndRepaired) {
  Project("p").logins = {"alice"};
  Project("q");
  Grant("p", 1, "cpu", 600);
  Grant("q", 2, "cpu", 60);
  Put();
  AccountAssociation& account = slurm_.clusters.at("c1").accounts["p"];
  account.limits.minutes["cpu"] = 999'999;
  account.parent = "q";
  account.users.clear();
  const InForce in_force = Put();
  EXPECT_TRUE(in_force.status.ok()) << in_force.status;
  EXPECT_EQ(in_force.drift_count, 1);
  EXPECT_THAT(Say(in_force), Contains(HasSubstr("g1 ENFORCED: changed by somebody else at c1: "
                                                "account p: parent is q, it was left at root")));
  EXPECT_THAT(Say(in_force), Contains(HasSubstr("GrpTRESMins cpu is 999999, it was left at 600")));
  EXPECT_THAT(Say(in_force), Contains(HasSubstr("user alice is gone; repaired")));
  EXPECT_EQ(Left("p"), 600);
  EXPECT_TRUE(Account("p").users.contains("alice"));
  EXPECT_EQ(Put().drift_count, 0);
}

TEST_F(SlurmEnforcerTest, DriftThatIsToBeLeftIsLeftUntilItIsUndone) {
  options_.leaves_drift = true;
  Start();
  Project("p");
  Grant("p", 1, "cpu", 600);
  Put();
  slurm_.clusters.at("c1").accounts["p"].limits.minutes["cpu"] = 999'999;
  for (int tick = 0; tick < 2; ++tick) {
    const InForce in_force = Put();
    EXPECT_EQ(in_force.drift_count, tick == 0 ? 1 : 0);
    EXPECT_THAT(Say(in_force), ElementsAre(HasSubstr("g1 DRIFTED: changed by somebody else")));
    EXPECT_EQ(Left("p"), 999'999);
  }
  slurm_.clusters.at("c1").accounts["p"].limits.minutes["cpu"] = 600;
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED"));
}

TEST_F(SlurmEnforcerTest, WhatIsChangedWhileTheAgentIsAwayIsToldToo) {
  Project("p").logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  Grant("p", 2, "gpu-a100", 60);
  Put();
  AccountAssociation& account = slurm_.clusters.at("c1").accounts["p"];
  account.limits.minutes["cpu"] = 999'999;
  account.users["alice"].minutes["cpu"] = 5;
  Start();
  const InForce in_force = Put();
  EXPECT_EQ(in_force.drift_count, 1);
  EXPECT_THAT(Say(in_force),
              Contains("g1 ENFORCED: changed by somebody else at c1: account p: GrpTRESMins cpu is "
                       "999999, it was left at 600; user alice: GrpTRESMins cpu is 5, it was left "
                       "without; repaired"));
  Start();
  EXPECT_EQ(Put().drift_count, 0);
}

TEST_F(SlurmEnforcerTest, ItsOwnDoingIsNobodyElsesAfterItWasKilled) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  Grant("p", 2, "gpu-a100", 60);
  Put();
  // Killed before the first line, between two, and behind the last, before it is read back.
  for (int64_t lines = 0; lines < 3; ++lines) {
    Grant("p", 1, "cpu", 500 - lines);
    state_.accounts["p"].logins = {lines == 1 ? "bob" : "alice"};
    slurm_.lines_left = lines;
    EXPECT_FALSE(Put().status.ok());
    slurm_.lines_left = INT64_MAX;
    Start();
    const InForce in_force = Put();
    EXPECT_TRUE(in_force.status.ok()) << in_force.status;
    EXPECT_EQ(in_force.drift_count, 0) << lines;
  }
}

TEST_F(SlurmEnforcerTest, DriftThatCannotBeRepairedIsToldOnce) {
  for (int i = 0; i < 30; ++i) Grant(absl::StrCat("p", i), i + 1, "cpu", 60);
  limit_.count = 1000;
  Put();
  slurm_.clusters.at("c1").accounts["p3"].limits.minutes["cpu"] = 999'999;
  // More is to be taken away than may be in one step: nothing is changed.
  state_.accounts.clear();
  Grant("p3", 4, "cpu", 60);
  limit_.count = 1;
  InForce in_force = Put();
  EXPECT_FALSE(in_force.status.ok());
  EXPECT_EQ(in_force.drift_count, 1);
  in_force = Put();
  EXPECT_FALSE(in_force.status.ok());
  EXPECT_EQ(in_force.drift_count, 0);
}

TEST_F(SlurmEnforcerTest, OfSeveralClustersEachSaysOnceWhoIsMissing) {
  slurm_.clusters["c2"] = slurm_.clusters.at("c1");
  options_.clusters = {"c1", "c2"};
  state_.clusters = {"c1", "c2"};
  Start();
  Project("p").logins = {"carol"};
  Grant("p", 1, "cpu", 600);
  Put();
  for (const char* cluster : {"c1", "c2"}) {
    slurm_.clusters.at(cluster).accounts["p"].limits.minutes["cpu"] = 7;
  }
  const std::vector<std::string> said = Say(Put());
  EXPECT_THAT(said, ElementsAre(HasSubstr("at c1: account p: GrpTRESMins cpu is 7")));
  EXPECT_THAT(said, ElementsAre(HasSubstr("at c2: account p: GrpTRESMins cpu is 7")));
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED: login carol waits for its Unix account"));
}

TEST_F(SlurmEnforcerTest, TheLogSaysWhatWasFound) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  Put();
  slurm_.clusters.at("c1").accounts["p"].limits.minutes["cpu"] = 999'999;
  Put();
  std::ostringstream text;
  text << std::ifstream(directory_.path() + "/changes.log").rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("set GrpTRESMins=cpu=600  # it was cpu=999999\n"));
}

TEST_F(SlurmEnforcerTest, ABrokenFileOfWhatWasLeftIsMadeAnew) {
  Project("p");
  Grant("p", 1, "cpu", 600);
  Put();
  for (const char* broken : {"row p|root|||1||||normal|normal\n", "cluster c1\nrow p|\n", "?"}) {
    std::ofstream(directory_.path() + "/left.txt") << broken;
    Start();
    EXPECT_EQ(left_->Of("c1"), nullptr) << broken;
    const InForce in_force = Put();
    EXPECT_TRUE(in_force.status.ok()) << in_force.status;
    EXPECT_EQ(in_force.drift_count, 0);
    Start();
    ASSERT_NE(left_->Of("c1"), nullptr);
    EXPECT_EQ(left_->Of("c1")->at("p"), Account("p"));
  }
}

}  // namespace
}  // namespace mesolys::agent
