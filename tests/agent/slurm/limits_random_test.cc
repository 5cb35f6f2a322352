// Whatever a scheduler wants, an agent has counted and a Slurm says, no line reaches Slurm that it
// would take for no limit, and after a few passes nothing is left to change.

#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/slurm/associations/association_changes.h"
#include "agent/slurm/associations/wanted_associations.h"
#include "agent/slurm/text/sacctmgr_line.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"
#include "tests/agent/slurm/fake_slurm.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::agent {
namespace {

constexpr int kRounds = 500;
constexpr int kPasses = 4;
const absl::Time kNow = absl::FromUnixSeconds(1800000000);

class RandomSite {
 public:
  explicit RandomSite(uint32_t seed) : random_(seed) {}

  int64_t Between(int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random_);
  }

  // Small, ordinary, and what nobody should ever say.
  int64_t AnyAmount(int64_t most) {
    switch (Between(0, 4)) {
      case 0:
        return 0;
      case 1:
        return Between(0, 200);
      case 2:
        return most;
      default:
        return Between(0, most);
    }
  }

  SiteState State() {
    SiteState state;
    state.clusters = {"c1"};
    if (Between(0, 3) == 0) state.clusters.insert("c2");
    state.charges.gpu_jobs_pay_cpu = Between(0, 1) == 0;
    if (Between(0, 1) == 0) state.charges.gpu_names["h100"] = {"gpu-a100", 1, Between(1, 100)};
    if (Between(0, 1) == 0) state.charges.gpu_names["shard"] = {"gpu-a100", 1, Between(1, 100)};
    state.cores_per_gpu = AnyAmount(std::numeric_limits<int64_t>::max());
    int64_t number = 0;
    for (int64_t i = Between(0, 4); i > 0; --i) {
      SiteAccount& account = state.accounts[absl::StrCat("p", i)];
      // Circles too.
      if (Between(0, 1) == 0) account.parent = absl::StrCat("p", Between(1, 4));
      account.shares = Between(1, 10'000);
      for (int64_t login = Between(0, 2); login > 0; --login) {
        account.logins.insert(absl::StrCat("u", login));
        if (Between(0, 1) == 0) {
          account.login_ceilings[{absl::StrCat("u", login), "cpu"}] = {
              Amount(AnyAmount(kAmountMax.count())), kNow - absl::Hours(1)};
        }
      }
      for (int64_t grant = Between(0, 3); grant > 0; --grant) {
        const std::string name = GrantName(absl::StrCat("p", i), ++number);
        account.grants[name] = {Resource(),
                                Amount(AnyAmount(kAmountMax.count())),
                                {kNow - absl::Hours(Between(-2, 5)), kNow + absl::Hours(6)},
                                Amount(AnyAmount(kAmountMax.count()))};
        const int64_t least = AnyAmount(int64_t{1} << 56);
        use.spent[name] = {Amount(least), Amount(least + AnyAmount(1000))};
      }
    }
    return state;
  }

  // What an earlier tick, a person or a bug has left behind.
  void Disturb(FakeSlurm& slurm) {
    ClusterAssociations& cluster = slurm.clusters.at("c1");
    for (auto& [name, account] : cluster.accounts) {
      if (name == kRootAccount || Between(0, 2) > 0) continue;
      account.limits.minutes["cpu"] = AnyAmount(std::numeric_limits<int64_t>::max());
      if (Between(0, 1) == 0) account.limits.minutes.erase("gres/gpu");
      if (Between(0, 1) == 0) cluster.controller->tres.insert("gres/shard");
      cluster.controller->kept[{name, ""}]["gres/gpu:h100"] =
          AnyAmount(std::numeric_limits<int64_t>::max());
      cluster.controller->waiting[{name, ""}]["gres/gpu:a100"] =
          AnyAmount(std::numeric_limits<int64_t>::max());
      if (Between(0, 1) == 0) account.limits.jobs_max = Between(0, 3);
      cluster.controller->counted[{name, ""}]["cpu"] =
          AnyAmount(std::numeric_limits<int64_t>::max());
    }
  }

  SiteUse use;

 private:
  std::string Resource() {
    static const char* const kResources[] = {"cpu",      "gpu-a100",        "gpu-h100",
                                             "gpu-v100", "storage-project", "support"};
    return kResources[Between(0, 5)];
  }

  std::mt19937 random_;
};

TEST(LimitsRandomTest, NothingThatSlurmMisunderstandsReachesItAndAllIsInForceAtLast) {
  const auto seed = static_cast<uint32_t>(TestSeed());
  for (int round = 0; round < kRounds; ++round) {
    RandomSite site(seed + static_cast<uint32_t>(round));
    FakeSlurm slurm({"c1", "c2"});
    slurm.unix_logins = {"u1", "u2"};
    for (int tick = 0; tick < 3; ++tick) {
      const SiteState state = site.State();
      site.Disturb(slurm);
      size_t left = 1;
      for (int pass = 0; pass < kPasses && left > 0; ++pass) {
        const ClusterAssociations held = *slurm.Read("c1", {"u1", "u2"});
        const AssociationPlan plan =
            ChangesTo(WantedAt("c1", state, &site.use, held, {}, kNow), held, true);
        left = plan.changes.size();
        std::vector<std::string> lines;
        for (const AssociationChange& change : plan.changes) {
          const absl::StatusOr<std::string> line = SacctmgrLine("c1", change);
          ASSERT_TRUE(line.ok()) << "round " << round << ": " << line.status();
          for (const auto& [tres, minutes] : change.minutes) {
            ASSERT_TRUE(minutes == kNoLimit || (0 <= minutes && minutes <= kMinutesMax))
                << tres << "=" << minutes;
          }
          lines.push_back(*line);
        }
        const absl::Status made = slurm.Make(lines);
        ASSERT_TRUE(made.ok()) << "round " << round << ": " << made;
      }
      ASSERT_EQ(left, 0U) << "round " << round << ", tick " << tick;
    }
  }
}

}  // namespace
}  // namespace mesolys::agent
