// Whatever QOS, partitions and associations a site has: while a grant is said to be in force, no
// single job begins that would cost more than what is left, and none of somebody who is no member;
// and where nothing lets one begin, the grant is not said to have drifted.

#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/runtime/ceiling_state.h"
#include "tests/agent/slurm/hierarchy_model.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::agent {
namespace {

constexpr int kRounds = 150;
const char* const kTres[] = {"cpu", "gres/gpu"};
const std::set<std::string> kPartitions = {"main", "slow", "gpu"};
const std::set<std::string> kQos = {"normal", "high", "low"};

class HierarchyRandomTest : public SlurmEnforcerTest {
 protected:
  bool Chance(int64_t of) { return Pick(random_, of - 1) == 0; }

  template <typename Set>
  std::string OneOf(const Set& all) {
    return *std::next(all.begin(), Pick(random_, static_cast<int64_t>(all.size()) - 1));
  }

  std::set<std::string> SomeOf(const std::set<std::string>& all) {
    std::set<std::string> some;
    for (const std::string& each : all) {
      if (Chance(2)) some.insert(each);
    }
    return some;
  }

  void Limit(TresMinutes& minutes) {
    for (const char* const tres : kTres) {
      if (Chance(4)) minutes[tres] = Pick(random_, Chance(3) ? 100'000 : 700);
    }
  }

  ClusterAssociations& Cluster() { return slurm_.clusters.at("c1"); }

  void MakeSite() {
    ClusterAssociations::Controller& controller = *Cluster().controller;
    controller.partitions.clear();
    const bool is_plain = Chance(3);
    for (const std::string& name : kQos) {
      Qos& qos = controller.qos[name];
      if (is_plain || Chance(2)) continue;
      Limit(qos.minutes);
      for (const auto& [tres, limit] : qos.minutes) qos.counted[tres] = Pick(random_, limit + 10);
      if (Chance(3)) qos.jobs_max = Pick(random_, 2);
      qos.is_before_partition = Chance(3);
    }
    for (const std::string& name : kPartitions) {
      PartitionAccess& partition = controller.partitions.emplace_back();
      partition.name = name;
      if (Chance(2)) partition.qos = OneOf(kQos);
      if (Chance(4)) partition.accounts = SomeOf({"p1", "p2", "elsewhere"});
      if (Chance(4)) partition.denied_accounts = SomeOf({"p1", "p2"});
      if (Chance(4)) partition.allowed_qos = SomeOf(kQos);
      if (Chance(4)) partition.denied_qos = SomeOf(kQos);
    }
    controller.enforces.qos = !Chance(5);
    controller.enforces.limits = !Chance(30);
    if (Chance(2)) options_.rules.qos = {"normal", "high"};
    Start();
  }

  void MakeProjects() {
    slurm_.unix_logins = {"alice", "bob", "carol"};
    for (const char* const id : {"p1", "p2"}) {
      SiteAccount& account = Project(id, Chance(2) ? "chair" : "");
      account.logins = SomeOf(slurm_.unix_logins);
      const int64_t number = id[1] - '0';
      const std::string cpu = Grant(id, number, "cpu", Pick(random_, 600));
      const std::string gpu = Grant(id, number + 2, "gpu-a100", Pick(random_, 600));
      for (const std::string& grant : {cpu, gpu}) {
        const int64_t minutes = Chance(2) ? 0 : Pick(random_, 700);
        Spend(grant, minutes);
        slurm_.Run("c1", id, "alice", {{grant == cpu ? "cpu" : "gres/gpu", minutes}});
      }
      if (Chance(3)) {
        account.login_ceilings[{OneOf(slurm_.unix_logins), "cpu"}] = {
            Amount(60 * Pick(random_, 400)), kNow - absl::Hours(1)};
      }
    }
  }

  // What a site's people do by hand.
  void Disturb() {
    for (const char* const id : {"p1", "p2"}) {
      AccountAssociation& account = Cluster().accounts.at(id);
      if (options_.rules.qos.empty()) account.limits.qos = SomeOf(kQos);
      for (const std::string& login : slurm_.unix_logins) {
        if (Chance(3)) account.users[{login, OneOf(kPartitions)}];
        if (Chance(6)) account.users[login];
      }
      for (auto& [user, limits] : account.users) {
        if (Chance(3)) limits.qos = SomeOf(kQos);
        if (Chance(4)) Cluster().busy.insert({id, user.login});
      }
      if (Chance(5)) Limit(account.limits.job_minutes);
    }
  }

  int64_t Allowed(const std::string& project, const std::string& tres) {
    int64_t left = 0;
    for (const auto& [name, grant] : state_.accounts.at(project).grants) {
      if ((tres == "cpu") != (grant.resource == "cpu")) continue;
      left += std::max<int64_t>(0, (grant.ceiling - use_.grants[name]).count() / 60);
    }
    return left;
  }

  // A job of the project that would begin and must not; "" where there is none.
  std::string Wrong(const std::string& project) {
    const ClusterAssociations held = *slurm_.Read("c1", slurm_.unix_logins);
    const SiteAccount& account = state_.accounts.at(project);
    for (const std::string& login : slurm_.unix_logins) {
      for (const std::string& qos : kQos) {
        for (const std::string& partition : kPartitions) {
          for (const char* const tres : kTres) {
            const int64_t most = MostThatBegins({project, login, qos, partition}, tres, held);
            int64_t allowed = account.logins.contains(login) ? Allowed(project, tres) : 0;
            const auto own = account.login_ceilings.find({login, "cpu"});
            if (own != account.login_ceilings.end() && tres == kTres[0]) {
              allowed = std::min(allowed, own->second.amount.count() / 60);
            }
            // A job of no minutes of cores is none; one without GPUs has no need of theirs.
            const bool is_none = MostThatBegins({project, login, qos, partition}, "cpu", held) == 0;
            if (most > allowed && !is_none) {
              return absl::StrCat(login, " in ", qos, " and ", partition, ": ", most, " of ", tres,
                                  ", allowed ", allowed);
            }
          }
        }
      }
    }
    return "";
  }

  std::mt19937_64 random_;
};

TEST_F(HierarchyRandomTest, WhatIsSaidToBeInForceHoldsEveryJob) {
  const uint64_t seed = TestSeed();
  int in_force_count = 0;
  int drifted_count = 0;
  for (int round = 0; round < kRounds; ++round) {
    random_.seed(seed + static_cast<uint64_t>(round));
    slurm_ = FakeSlurm({"c1"});
    state_.accounts.clear();
    use_ = {};
    options_.rules = {};
    MakeSite();
    MakeProjects();
    Put();
    Disturb();
    Put();
    for (const v1::Enforcement& each : Put().enforcements) {
      const std::string project = ParseGrantName(each.grant())->project;
      const std::string wrong = Wrong(project);
      if (IsInForce(each.state())) {
        ++in_force_count;
        ASSERT_EQ(wrong, "") << "round " << round << ": " << each.grant();
      } else {
        ++drifted_count;
        const bool has_users = !Account(project).users.empty();
        const bool is_held = Cluster().controller->enforces.limits;
        ASSERT_TRUE(!wrong.empty() || !has_users || !is_held)
            << "round " << round << ": " << each.grant() << " is said: " << each.text();
      }
    }
  }
  EXPECT_GT(in_force_count, kRounds);
  EXPECT_GT(drifted_count, kRounds / 4);
}

}  // namespace
}  // namespace mesolys::agent
