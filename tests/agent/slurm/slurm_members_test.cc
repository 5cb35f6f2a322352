// The users of accounts in Slurm, and their own ceilings.

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST_F(SlurmEnforcerTest, AMemberComesWithTheirUnixAccountAndGoesWithTheirLastJob) {
  Project("p").logins = {"alice", "carol"};
  Grant("p", 1, "cpu", 600);
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED: login carol waits for its Unix account"));
  EXPECT_FALSE(Account("p").users.contains("carol"));
  slurm_.unix_logins.insert("carol");
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED"));
  EXPECT_TRUE(Account("p").users.contains("carol"));
  state_.accounts["p"].logins = {"alice", "carol", "dave", "erin"};
  EXPECT_THAT(Say(Put()),
              ElementsAre("g1 ENFORCED: logins dave, erin wait for their Unix accounts"));

  state_.accounts["p"].logins = {"carol"};
  slurm_.clusters.at("c1").busy = {{"p", "alice"}};
  EXPECT_TRUE(Put().status.ok());
  EXPECT_TRUE(Account("p").users.at("alice").IsFrozen());
  slurm_.clusters.at("c1").busy.clear();
  EXPECT_TRUE(Put().status.ok());
  EXPECT_FALSE(Account("p").users.contains("alice"));
}

TEST_F(SlurmEnforcerTest, AMemberHasTheirOwnCeiling) {
  SiteAccount& account = Project("p");
  account.logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  account.login_ceilings[{"alice", "cpu"}] = {Amount(60 * 60), kNow - absl::Hours(1)};
  use_.login_spent[{"p", "alice", "cpu"}] = {Amount(10 * 60), Amount(10 * 60)};
  Put();
  slurm_.Run("c1", "p", "alice", {{"cpu", 15}});
  Put();
  EXPECT_THAT(Account("p").users.at("alice").minutes, ElementsAre(Pair("cpu", 65)));
  account.login_ceilings.clear();
  Put();
  EXPECT_THAT(Account("p").users.at("alice").minutes, IsEmpty());
}

TEST_F(SlurmEnforcerTest, ALoginInCapitalsIsMadeOnceAndTold) {
  slurm_.unix_logins = {"LabGuest", "Kept"};
  slurm_.is_lower_case = true;
  SiteAccount& account = Project("p");
  account.logins = {"LabGuest"};
  account.login_ceilings[{"LabGuest", "cpu"}] = {Amount(60 * 60), kNow - absl::Hours(1)};
  Grant("p", 1, "cpu", 600);
  EXPECT_THAT(Say(Put()), ElementsAre(HasSubstr("g1 ENFORCED: login LabGuest is labguest at c1")));
  slurm_.lines.clear();
  EXPECT_TRUE(Put().status.ok());
  EXPECT_THAT(slurm_.lines, IsEmpty());
  EXPECT_THAT(Account("p").users.at("labguest").minutes, ElementsAre(Pair("cpu", 60)));
  // Where slurmdbd keeps capitals there is nothing to say.
  slurm_.is_lower_case = false;
  account.logins = {"Kept"};
  Put();
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED"));
  EXPECT_TRUE(Account("p").users.contains("Kept"));
}

TEST_F(SlurmEnforcerTest, AnAssociationForOnePartitionIsHeldAsTheOrdinaryOneIs) {
  SiteAccount& account = Project("p");
  account.logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  account.login_ceilings[{"alice", "cpu"}] = {Amount(60 * 60), kNow - absl::Hours(1)};
  use_.login_spent[{"p", "alice", "cpu"}] = {Amount(10 * 60), Amount(10 * 60)};
  Put();
  const AssociationUser in_main = {"alice", "main"};
  slurm_.clusters.at("c1").accounts.at("p").users[in_main];
  slurm_.clusters.at("c1").controller->counted[{"p", in_main}]["cpu"] = 7;
  EXPECT_THAT(Say(Put()), ElementsAre(HasSubstr("user alice (partition main) is new; repaired")));
  EXPECT_THAT(Account("p").users.at(in_main).minutes, ElementsAre(Pair("cpu", 57)));
  EXPECT_THAT(Account("p").users.at("alice").minutes, ElementsAre(Pair("cpu", 50)));
  EXPECT_THAT(Say(Put()), ElementsAre("g1 ENFORCED"));
}

TEST_F(SlurmEnforcerTest, AnAssociationForOnePartitionGoesWithItsUser) {
  Project("p").logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  Put();
  std::map<AssociationUser, AssociationLimits>& users =
      slurm_.clusters.at("c1").accounts.at("p").users;
  const AssociationUser in_main = {"alice", "main"};
  users[in_main];
  users[{"bob", "main"}];  // is no member
  slurm_.clusters.at("c1").busy = {{"p", "alice"}, {"p", "bob"}};
  slurm_.clusters.at("c1").controller->defaults = {{"p", in_main}};
  slurm_.clusters.at("c1").accounts["other"].users["alice"];
  Put();
  EXPECT_TRUE(users.at({"bob", "main"}).IsFrozen());
  EXPECT_FALSE(users.at(in_main).IsFrozen());
  state_.accounts["p"].logins.clear();
  slurm_.clusters.at("c1").busy = {{"p", "alice"}};
  Put();
  EXPECT_FALSE(users.contains({"bob", "main"}));
  EXPECT_TRUE(users.at("alice").IsFrozen());
  EXPECT_TRUE(users.at(in_main).IsFrozen());
  slurm_.clusters.at("c1").busy.clear();
  slurm_.lines.clear();
  Put();
  EXPECT_THAT(users, IsEmpty());
  // Slurm keeps the last association of a user's default account.
  EXPECT_THAT(slurm_.lines.front(), HasSubstr("DefaultAccount=other"));
}

TEST_F(SlurmEnforcerTest, ManyMembersAreNotRemovedAtOnce) {
  for (int i = 0; i < 40; ++i) {
    slurm_.unix_logins.insert(absl::StrCat("u", i));
    Project("p").logins.insert(absl::StrCat("u", i));
  }
  Grant("p", 1, "cpu", 600);
  Put();
  state_.accounts["p"].logins.clear();
  const InForce in_force = Put();
  EXPECT_EQ(in_force.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Account("p").users.size(), 40);
  EXPECT_FALSE(enforcer_->Allow(nullptr, state_, {0, true}, kNow).ok() &&
               enforcer_->Allow(&state_, {}, {0, true}, kNow).ok());
}

TEST_F(SlurmEnforcerTest, NobodyIsRemovedWhileItIsNotKnownWhoHasJobs) {
  Project("p").logins = {"alice"};
  Grant("p", 1, "cpu", 600);
  Put();
  state_.accounts["p"].logins.clear();
  slurm_.clusters.at("c1").busy = {{"p", "alice"}};
  Put();
  slurm_.clusters.at("c1").controller.reset();
  slurm_.clusters.at("c1").busy.clear();
  Put();
  EXPECT_TRUE(Account("p").users.contains("alice"));
}

}  // namespace
}  // namespace mesolys::agent
