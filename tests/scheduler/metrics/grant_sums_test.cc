#include "scheduler/metrics/grant_sums.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/metrics/figures.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using testing::Pair;

Project ProjectOf(const std::string& id) {
  Project project;
  project.id = id;
  project.title = "T";
  project.institution = "ens";
  project.programme = "chair";
  project.data_class = "open";
  project.pi = "paul";
  project.period = {TestTime(), TestTime() + absl::Hours(24 * 700)};
  return project;
}

// Zeros are as good as nothing.
std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> Told(
    const GrantSums& grants) {
  std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> told;
  for (const auto& [resource, sites] : grants.sums()) {
    for (const auto& [site, sum] : sites) {
      if (sum == GrantSum()) continue;
      told[{resource, site}] = {sum.leased.count(), sum.used.count()};
    }
  }
  for (const auto& [resource, counts] : grants.counts()) {
    for (size_t state = 0; state < counts.size(); ++state) {
      if (counts[state] != 0) told[{resource, absl::StrCat(state)}] = {counts[state], 0};
    }
  }
  return told;
}

TEST(GrantSumsTest, AreWhatTheyWouldBeIfAllWereAddedUpAnew) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937_64 rng(seed);
  const auto below = [&rng](int64_t end) {
    return std::uniform_int_distribution<int64_t>(0, end - 1)(rng);
  };
  Mesocentre mesocentre;
  for (const char* id : {"alpha", "beta"}) mesocentre.Create(ProjectOf(id));
  GrantSums kept;
  int64_t job_id = 0;
  for (int step = 0; step < 300; ++step) {
    const std::string project = below(2) == 0 ? "alpha" : "beta";
    const absl::Time now = mesocentre.now();
    switch (below(5)) {
      case 0:
        mesocentre.Issue(GrantByHand(
            mesocentre.ledger(), project, below(2) == 0 ? "cpu" : "gpu-a100",
            {now + absl::Hours(below(100)), now + absl::Hours(100 + below(1000))},
            {{"north", Amount(1 + below(100'000))}, {"south", Amount(1 + below(100'000))}}));
        break;
      case 1:
        mesocentre.Report({FinishedJob(++job_id, "n1", project, now - absl::Hours(1),
                                       absl::Minutes(1 + below(59)))});
        break;
      case 2:
        mesocentre.SetNow(now + absl::Hours(below(50)));
        break;
      case 3: {
        const int64_t count = mesocentre.ledger().next_grant() - 1;
        if (count > 0) {
          mesocentre.Do(RevokeGrant{1 + below(count), "x"}).IgnoreError();
        }
        break;
      }
      default:
        mesocentre.Resettle();
        break;
    }
    // Also of a moment before.
    const absl::Time at = mesocentre.now() - absl::Hours(below(3));
    kept.Update(mesocentre.ledger(), at);
    GrantSums anew;
    anew.Update(mesocentre.ledger(), at);
    ASSERT_EQ(Told(kept), Told(anew)) << step;
  }
  EXPECT_GT(Told(kept).size(), 4U);
}

TEST(GrantSumsTest, AreWhatTheLedgerHolds) {
  Mesocentre mesocentre;
  mesocentre.Create(ProjectOf("alpha"));
  const absl::Time now = mesocentre.now();
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu",
                               {now - absl::Hours(2), now + absl::Hours(1)},
                               {{"north", Amount(100'000)}, {"south", Amount(7)}}));
  mesocentre.Report({FinishedJob(1, "n1", "alpha", now - absl::Hours(1), absl::Minutes(1))});
  GrantSums grants;
  grants.Update(mesocentre.ledger(), now);
  EXPECT_THAT(grants.sums().at("cpu"),
              testing::ElementsAre(Pair("north", GrantSum{Amount(100'000), Amount(600)}),
                                   Pair("south", GrantSum{Amount(7), Amount(0)})));
  EXPECT_EQ(grants.counts().at("cpu")[static_cast<size_t>(GrantState::kActive)], 1);
  // Time alone ends it.
  grants.Update(mesocentre.ledger(), now + absl::Hours(1));
  EXPECT_EQ(grants.sums().at("cpu").at("north"), (GrantSum{Amount(0), Amount(600)}));
  EXPECT_EQ(grants.counts().at("cpu")[static_cast<size_t>(GrantState::kActive)], 0);
  EXPECT_EQ(grants.counts().at("cpu")[static_cast<size_t>(GrantState::kExpired)], 1);
}

}  // namespace
}  // namespace mesolys
