#ifndef MESOLYS_TESTS_AGENT_SLURM_SLURM_ENFORCER_FIXTURE_H_
#define MESOLYS_TESTS_AGENT_SLURM_SLURM_ENFORCER_FIXTURE_H_

// An enforcer of one cluster, c1, of a Slurm in memory, and what is wanted there. One thread.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/slurm/slurm_enforcer.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"
#include "tests/agent/slurm/fake_slurm.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

class SlurmEnforcerTest : public testing::Test {
 protected:
  SlurmEnforcerTest() : slurm_({"c1"}), log_(directory_.path() + "/changes.log") {
    state_.generation = 1;
    state_.clusters = {"c1"};
    state_.charges.gpu_model = "a100";
    slurm_.unix_logins = {"alice", "bob"};
    options_.clusters = {"c1"};
    Start();
  }

  // Again: as an agent that has been away.
  void Start() {
    left_ = std::make_unique<LeftAccounts>(directory_.path() + "/left.txt");
    enforcer_ = std::make_unique<SlurmEnforcer>(options_, slurm_, log_, *left_);
  }

  SiteAccount& Project(const std::string& id, const std::string& parent = "") {
    SiteAccount& account = state_.accounts[id];
    account.parent = parent;
    return account;
  }

  // Of so many minutes, from an hour ago for so many hours.
  std::string Grant(const std::string& project, int64_t number, const std::string& resource,
                    int64_t minutes, int64_t hours = 24) {
    const std::string name = GrantName(project, number);
    state_.accounts[project].grants[name] = {
        resource, Amount(minutes * 60), {kNow - absl::Hours(1), kNow + absl::Hours(hours)}};
    return name;
  }

  void Spend(const std::string& grant, int64_t minutes) {
    use_.spent[grant] = {Amount(minutes * 60), Amount(minutes * 60)};
    use_.grants[grant] = Amount(minutes * 60);
  }

  InForce Put(absl::Time now = kNow) { return enforcer_->PutInForce(state_, use_, limit_, now); }

  static std::vector<std::string> Say(const InForce& in_force) {
    std::vector<std::string> said;
    for (const v1::Enforcement& each : in_force.enforcements) {
      said.push_back(absl::StrCat(each.grant().substr(each.grant().rfind('/') + 1), " ",
                                  v1::Ceiling::State_Name(each.state()),
                                  each.text().empty() ? "" : ": ", each.text()));
    }
    return said;
  }

  const AccountAssociation& Account(const std::string& name) {
    return slurm_.clusters.at("c1").accounts.at(name);
  }

  int64_t Left(const std::string& account, const std::string& tres = "cpu") {
    return slurm_.Left("c1", account, tres);
  }

  TemporaryDirectory directory_;
  FakeSlurm slurm_;
  ChangeLog log_;
  std::unique_ptr<LeftAccounts> left_;
  SlurmEnforcerOptions options_;
  std::unique_ptr<SlurmEnforcer> enforcer_;
  SiteState state_;
  SiteUse use_;
  RemovalLimit limit_{10, false};
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_AGENT_SLURM_SLURM_ENFORCER_FIXTURE_H_
