// How what is left of one resource becomes limits of the several TRES that it feeds.

#include "gmock/gmock.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"

namespace mesolys::agent {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class SlurmPotsTest : public SlurmEnforcerTest {
 protected:
  SlurmPotsTest() {
    Controller().tres = {"cpu", "gres/gpu", "gres/gpu:1g.10gb", "gres/gpu:a100"};
    state_.charges.gpu_names["1g.10gb"] = {"gpu-a100", 1, 7};
    Project("p").logins = {"alice"};
    Grant("p", 1, "cpu", 10'000);
  }

  ClusterAssociations::Controller& Controller() { return *slurm_.clusters.at("c1").controller; }
  TresMinutes Limits() {
    TresMinutes minutes = Account("p").limits.minutes;
    minutes.erase("cpu");
    return minutes;
  }
};

TEST_F(SlurmPotsTest, AnIdlePotIsSplitEvenlyAndSaid) {
  Grant("p", 2, "gpu-a100", 100);
  const InForce in_force = Put();
  EXPECT_TRUE(in_force.status.ok()) << in_force.status;
  EXPECT_THAT(Limits(), ElementsAre(Pair("gres/gpu", 100), Pair("gres/gpu:1g.10gb", 350),
                                    Pair("gres/gpu:a100", 50)));
  EXPECT_THAT(Say(in_force),
              Contains(HasSubstr("g2 ENFORCED: c1: Slurm has no limit of a sum: what "
                                 "is left of gpu-a100 is split over "
                                 "gres/gpu:1g.10gb=350, gres/gpu:a100=50")));
  EXPECT_EQ(Put().change_count, 0);
}

TEST_F(SlurmPotsTest, ItIsMovedToWhatWaits) {
  Grant("p", 2, "gpu-a100", 100);
  Put();
  slurm_.waiting[{"p", ""}] = {{"gres/gpu", 90}, {"gres/gpu:a100", 90}};
  EXPECT_GT(Put().change_count, 0);
  EXPECT_THAT(Limits(), ElementsAre(Pair("gres/gpu", 100), Pair("gres/gpu:1g.10gb", 35),
                                    Pair("gres/gpu:a100", 95)));
  // What is taken away goes first.
  const std::vector<std::string>& lines = slurm_.lines;
  ASSERT_GE(lines.size(), 2U);
  EXPECT_THAT(lines[lines.size() - 2], HasSubstr("gres/gpu:1g.10gb=35"));
  EXPECT_THAT(lines.back(), HasSubstr("gres/gpu:a100=95"));
}

TEST_F(SlurmPotsTest, WhatRunsKeepsItsPartAndSlicesCountAsWholeGpus) {
  const std::string grant = Grant("p", 2, "gpu-a100", 100);
  Put();
  // Two slices for 140 minutes each, of which 70 are over: 20 minutes of a card were spent.
  slurm_.Run("c1", "p", "alice", {{"gres/gpu", 140}, {"gres/gpu:1g.10gb", 140}});
  Controller().kept[{"p", ""}] = {{"gres/gpu", 140}, {"gres/gpu:1g.10gb", 140}};
  Spend(grant, 20);
  Put();
  // Of 80 minutes 20 are kept and 60 may be started: 30 of cards, 30 x 7 of slices.
  EXPECT_THAT(Limits(),
              ElementsAre(Pair("gres/gpu", 140 + 140 + 60),
                          Pair("gres/gpu:1g.10gb", 140 + 140 + 210), Pair("gres/gpu:a100", 30)));
}

TEST_F(SlurmPotsTest, AnOlderAccountsJobsWaitForTheProject) {
  state_.accounts["p"].links = {{"c1", "old"}};
  AccountAssociation& old = slurm_.clusters.at("c1").accounts["old"];
  old.parent = "p";
  old.limits.qos = {"normal"};
  Grant("p", 2, "gpu-a100", 100);
  slurm_.waiting[{"old", ""}] = {{"gres/gpu:1g.10gb", 630}};
  Put();
  EXPECT_EQ(Limits()["gres/gpu:1g.10gb"], 630 + 35);
}

TEST_F(SlurmPotsTest, ACeilingOfALoginIsSplitToo) {
  Grant("p", 2, "gpu-a100", 100);
  state_.accounts["p"].login_ceilings[{"alice", "gpu-a100"}] = {Amount(20 * 60), kNow};
  Put();
  Put();
  EXPECT_THAT(
      Account("p").users.at("alice").minutes,
      ElementsAre(Pair("gres/gpu", 20), Pair("gres/gpu:1g.10gb", 70), Pair("gres/gpu:a100", 10)));
}

TEST_F(SlurmPotsTest, ATypeUnderAnotherNameIsLimitedAsItsResource) {
  Controller().tres = {"cpu", "gres/gpu", "gres/gpu:nvidia_a100"};
  state_.charges.gpu_names = {{"nvidia_a100", {"gpu-a100", 1, 1}}};
  Grant("p", 2, "gpu-a100", 100);
  const InForce in_force = Put();
  EXPECT_THAT(Say(in_force), ElementsAre("g1 ENFORCED", "g2 ENFORCED"));
  EXPECT_THAT(Limits(), ElementsAre(Pair("gres/gpu", 100), Pair("gres/gpu:nvidia_a100", 100)));
  // Nothing has to be split by what waits.
  EXPECT_EQ(slurm_.waiting_reads, 0);
}

TEST_F(SlurmPotsTest, HoursOfATypeThatIsAnotherResourceNowAreSaid) {
  Controller().tres.insert("gres/gpu:h100");
  state_.charges.gpu_names["h100"] = {"gpu-a100", 1, 1};
  Grant("p", 2, "gpu-h100", 100);
  EXPECT_THAT(Say(Put()),
              Contains(HasSubstr("g2 FAILED: c1: the catalogue takes what gres/gpu:h100 "
                                 "counts for another resource than gpu-h100")));
}

TEST_F(SlurmPotsTest, WhoHasNoHoursOfGpusStartsNoShards) {
  Controller().tres = {"cpu", "gres/gpu", "gres/gpu:a100", "gres/shard", "gres/shard:a100"};
  Controller().shared = {{{"shard-a100", 4}}, {{"shard", "shard-a100"}}};
  Put();
  EXPECT_THAT(Limits(), ElementsAre(Pair("gres/gpu", 0), Pair("gres/gpu:a100", 0),
                                    Pair("gres/shard", 0), Pair("gres/shard:a100", 0)));
}

TEST_F(SlurmPotsTest, ShardsAndWholeGpusNeverAddUpToMoreThanIsLeft) {
  Controller().tres = {"cpu", "gres/gpu", "gres/gpu:a100", "gres/shard"};
  Controller().shared = {{{"shard-a100", 4}}, {{"shard", "shard-a100"}}};
  Grant("p", 2, "gpu-a100", 90);
  Put();
  // A third each: GPUs with a type, shards, and GPUs without one.
  EXPECT_THAT(Limits(), ElementsAre(Pair("gres/gpu", 60), Pair("gres/gpu:a100", 30),
                                    Pair("gres/shard", 120)));
  // 80 for GPUs that name no type.
  slurm_.waiting[{"p", ""}] = {{"gres/gpu", 80}};
  Put();
  const TresMinutes moved = Limits();
  EXPECT_GE(moved.at("gres/gpu"), 80);
  EXPECT_LE(moved.at("gres/gpu") * 4 + moved.at("gres/shard"), 90 * 4);
}

TEST_F(SlurmPotsTest, PartsThatNobodyHasMeasuredStayClosed) {
  Controller().tres = {"cpu", "gres/gpu", "gres/gpu:a100", "gres/shard"};
  Grant("p", 2, "gpu-a100", 90);
  Put();
  EXPECT_EQ(Limits()["gres/shard"], 0);
  EXPECT_EQ(Limits()["gres/gpu"], 90);
  // Until the catalogue says it.
  state_.charges.gpu_names["shard"] = {"gpu-a100", 1, 8};
  Put();
  EXPECT_EQ(Limits()["gres/shard"], 240);
}

}  // namespace
}  // namespace mesolys::agent
