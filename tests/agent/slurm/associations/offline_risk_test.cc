#include "agent/slurm/associations/offline_risk.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);
constexpr int64_t kHour = 3600;

// Two grants of 100 and 50 core-hours, of which 30 and 0 are used; the first ends in a day.
struct Example {
  Example() {
    SiteAccount& account = state.accounts["p"];
    account.grants[GrantName("p", 1)] = {
        "cpu", Amount(100 * kHour), {kNow - absl::Hours(24), kNow + absl::Hours(24)}};
    account.grants[GrantName("p", 2)] = {
        "cpu", Amount(50 * kHour), {kNow - absl::Hours(24), kNow + absl::Hours(24 * 90)}};
    use.spent[GrantName("p", 1)] = {Amount(30 * kHour), Amount(31 * kHour)};
    site.units = {{"cpu", 64}};
    site.counted["p"] = {{"cpu", 60 * 60}};
  }

  std::vector<OfflineRisk> For(absl::Duration away) const {
    return OfflineRisksOf(state, use, site, kNow, away);
  }

  SiteState state;
  SiteUse use;
  OfflineSite site;
};

TEST(OfflineRiskTest, WithoutAnEndOnlyOneTickIsAtRisk) {
  EXPECT_THAT(Example().For(absl::Hours(1)),
              ElementsAre(OfflineRisk{"p", "cpu", Amount(120 * kHour), Amount(64 * 40), Amount(),
                                      Amount(), Amount()}));
}

TEST(OfflineRiskTest, AnEndRisksWhatIsLeftOfItsGrant) {
  Example example;
  const OfflineRisk risk = example.For(absl::Hours(48)).front();
  EXPECT_EQ(risk.ended, Amount(70 * kHour));
  EXPECT_EQ(risk.across_ends, Amount(70 * kHour));
  // What runs when it ends ends soon where jobs are short.
  example.site.job_max = absl::Minutes(30);
  EXPECT_EQ(example.For(absl::Hours(48)).front().across_ends, Amount(32 * kHour));
  EXPECT_EQ(example.For(absl::Hours(48)).front().ended, Amount(70 * kHour));
}

TEST(OfflineRiskTest, AHalfLifeForgetsWhatWasCounted) {
  Example example;
  example.site.half_life = absl::Hours(24 * 7);
  // ln 2 x 1/7 of the limit of 60 counted and 120 left.
  const OfflineRisk risk = example.For(absl::Hours(24)).front();
  EXPECT_EQ(risk.forgotten, Amount(64166));
  EXPECT_EQ(risk.AgentAway(), risk.one_tick + risk.ended + risk.forgotten);
  EXPECT_EQ(example.For(absl::Hours(24 * 365)).front().forgotten, Amount(180 * kHour));
}

TEST(OfflineRiskTest, WhatIsUsedUpRisksNothing) {
  Example example;
  example.use.spent[GrantName("p", 1)] = {Amount(150 * kHour), Amount(150 * kHour)};
  const OfflineRisk risk = example.For(absl::Hours(48)).front();
  EXPECT_EQ(risk.SchedulerAway(), Amount());
  EXPECT_EQ(risk.AgentAway(), Amount());
}

TEST(OfflineRiskTest, SpaceIsNotUsedUpByJobs) {
  Example example;
  for (auto& [name, grant] : example.state.accounts["p"].grants) grant.resource = "storage-project";
  EXPECT_THAT(example.For(absl::Hours(1)), IsEmpty());
}

}  // namespace
}  // namespace mesolys::agent
