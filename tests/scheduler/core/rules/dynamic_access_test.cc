#include "scheduler/core/rules/dynamic_access.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/rules/dynamic_access_fixture.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TEST_F(DynamicAccessTest, GrantsAtOnceWhatIsUnderTheThreshold) {
  const RequestOutcome outcome = mesocentre.Ask("alpha", {Line("cpu", 3600, {"north"})}, kRest);
  EXPECT_EQ(outcome.state, RequestState::kGranted);
  EXPECT_THAT(outcome.refusals, IsEmpty());
  const Grant& grant = mesocentre.LastGrant().grant;
  EXPECT_EQ(grant.amount, Amount(3600));
  EXPECT_EQ(grant.normalised, NormalisedSeconds(72));
  EXPECT_EQ(grant.pi, "paul");
  EXPECT_EQ(grant.programme, "chair");
  EXPECT_EQ(grant.issue_time, TestTime());
  EXPECT_THAT(grant.ceilings, ElementsAre(Pair("north", Amount(3600))));
}

struct Refused {
  const char* project;
  std::vector<RequestLine> lines;
  Period period;
  Reason reason;
  std::map<std::string, std::string> metadata;
};

TEST_F(DynamicAccessTest, ARuleThatForbidsTheRequestIsNamedWithItsNumbers) {
  for (const Refused& c : {
           Refused{"alpha", {Line("cpu", 1)}, {Day(2027, 12), Day(2028, 1)}, Reason::kNone, {}},
           Refused{"called",
                   {Line("cpu", 1)},
                   kRest,
                   Reason::kProgrammeNeedsCall,
                   {{"programme", "targeted-call"}}},
           Refused{"thesis", {Line("cpu", 1)}, {Day(2026, 7), Day(2027, 7, 2)}, Reason::kNone, {}},
           Refused{"thesis",
                   {Line("cpu", 1)},
                   {Day(2026, 7), Day(2027, 7, 3)},
                   Reason::kPeriodTooLong,
                   {{"days", "367"}, {"days_max", "366"}}},
           Refused{"team",
                   {Line("cpu", 1)},
                   {Day(2026, 7), Day(2026, 8)},
                   Reason::kSupervisorMissing,
                   {{"programme", "greenhouse"}}},
           Refused{"health",
                   {Line("cpu", 1, {"north", "east"})},
                   kRest,
                   Reason::kSiteNotCertified,
                   {{"certified_sites", "south"}, {"data_class", "health"}}},
           Refused{"health",
                   {Line("gpu-v100", 1)},
                   kRest,
                   Reason::kSiteLacksResource,
                   {{"resource", "gpu-v100"}}},
           Refused{"alpha",
                   {Line("gpu-a100", 1, {"east"})},
                   kRest,
                   Reason::kSiteLacksResource,
                   {{"resource", "gpu-a100"}}},
           Refused{"alpha",
                   {Line("cpu", 1), Line("gpu-a100", 1, {"east"})},
                   kRest,
                   Reason::kSiteLacksResource,
                   {{"resource", "gpu-a100"}}},
       }) {
    const RequestOutcome outcome = mesocentre.Ask(c.project, c.lines, c.period);
    if (c.reason == Reason::kNone) {
      EXPECT_EQ(outcome.state, RequestState::kGranted) << c.project;
      continue;
    }
    EXPECT_EQ(outcome.state, RequestState::kRefused) << ReasonName(c.reason);
    ASSERT_THAT(outcome.refusals, SizeIs(1)) << ReasonName(c.reason);
    EXPECT_EQ(outcome.refusals[0].reason, c.reason);
    EXPECT_EQ(outcome.refusals[0].metadata, c.metadata);
    EXPECT_THAT(Granted(), IsEmpty());
  }
}

TEST_F(DynamicAccessTest, AProjectHoldsGrantsWithinItsDatesOnly) {
  Project brief = TestProject("brief");
  brief.period = {Day(2026, 7), Day(2026, 8)};
  mesocentre.Create(brief);
  for (const Period& period :
       {Period{Day(2026, 7), Day(2026, 8, 2)}, Period{Day(2026, 6, 30), Day(2026, 8)}}) {
    const RequestOutcome outcome = mesocentre.Ask("brief", {Line("cpu", 1)}, period);
    ASSERT_THAT(outcome.refusals, SizeIs(1));
    EXPECT_EQ(outcome.refusals[0].reason, Reason::kProjectEnded);
    EXPECT_THAT(outcome.refusals[0].metadata,
                ElementsAre(Pair("end", "2026-08-01"), Pair("start", "2026-07-01")));
  }
  EXPECT_EQ(mesocentre.Ask("brief", {Line("cpu", 1)}, brief.period).state, RequestState::kGranted);
}

TEST_F(DynamicAccessTest, ATeamHasTheSizeOfItsProgrammeAndASupervisor) {
  const Period month{Day(2026, 7), Day(2026, 8)};
  mesocentre.Must(AddMember{"team", {"sonia", ProjectRole::kSupervisor, {}}});
  for (int researchers = 0; researchers <= 4; ++researchers) {
    if (researchers > 0) {
      mesocentre.Must(AddMember{
          "team", {"student" + std::to_string(researchers), ProjectRole::kResearcher, {}}});
    }
    const RequestOutcome outcome = mesocentre.Ask("team", {Line("cpu", 1)}, month);
    if (researchers == 2 || researchers == 3) {
      EXPECT_EQ(outcome.state, RequestState::kGranted) << researchers;
      continue;
    }
    ASSERT_THAT(outcome.refusals, SizeIs(1)) << researchers;
    EXPECT_EQ(outcome.refusals[0].reason, Reason::kTeamSize);
    EXPECT_THAT(outcome.refusals[0].metadata,
                ElementsAre(Pair("researchers", std::to_string(researchers)), Pair("team_max", "3"),
                            Pair("team_min", "2")));
  }
}

TEST_F(DynamicAccessTest, AThresholdIsCumulatedOverTheProjectsAndSitesOfAPi) {
  mesocentre.Ask("alpha", {Line("cpu", 300'000'000, {"north"})}, kRest);
  mesocentre.Ask("alpha", {Line("gpu-a100", 2'000'000, {"south"})}, kRest);
  mesocentre.Ask("gamma", {Line("cpu", 100'000'000, {"north"})}, kRest);  // of another PI
  const RequestOutcome outcome = mesocentre.Ask("beta", {Line("cpu", kChairCpu)}, kRest);
  EXPECT_EQ(outcome.state, RequestState::kPartlyGranted);
  EXPECT_THAT(Granted(), ElementsAre(Pair("cpu", 500'000'000)));
}

TEST_F(DynamicAccessTest, WhatWasGivenFallsOutOfTheThresholdAfterTwelveMonths) {
  const absl::Time given = mesocentre.now();
  mesocentre.Ask("alpha", {Line("cpu", 600'000'000)}, kRest);
  mesocentre.SetNow(given + absl::Hours(24));
  mesocentre.Ask("beta", {Line("cpu", 400'000'000)}, kRest);
  const Period next_year{Day(2027, 7), Day(2027, 12)};
  mesocentre.SetNow(Day(2027, 6, 15) + absl::Hours(12) - absl::Seconds(1));
  EXPECT_EQ(mesocentre.Ask("alpha", {Line("cpu", 1)}, next_year).state, RequestState::kRefused);
  mesocentre.SetNow(Day(2027, 6, 15) + absl::Hours(12));
  mesocentre.Ask("alpha", {Line("cpu", kChairCpu)}, next_year);
  EXPECT_THAT(Granted(), ElementsAre(Pair("cpu", 600'000'000)));
  mesocentre.SetNow(Day(2027, 6, 16) + absl::Hours(12));
  mesocentre.Ask("alpha", {Line("cpu", kChairCpu)}, next_year);
  EXPECT_THAT(Granted(), ElementsAre(Pair("cpu", 400'000'000)));
}

TEST_F(DynamicAccessTest, TheReserveIsReleasedMonthByMonthAndBeginsAgainWithTheYear) {
  const auto accepted = [&](const std::string& project, const Period& period) {
    mesocentre.Ask(project, {Line("cpu", kChairCpu, {"north"})}, period);
    return Granted()["cpu"];
  };
  EXPECT_EQ(accepted("alpha", kRest), kNorthReserve);
  EXPECT_EQ(accepted("gamma", kRest), 0);
  mesocentre.SetNow(Day(2026, 7) - absl::Seconds(1));
  EXPECT_EQ(accepted("gamma", kRest), 0);
  mesocentre.SetNow(Day(2026, 7));
  EXPECT_EQ(accepted("gamma", kRest), 100 * 31 * kDay / 2);
  mesocentre.SetNow(Day(2027, 1));
  EXPECT_EQ(accepted("gamma", {Day(2027, 2), Day(2027, 12)}), 100 * 31 * kDay / 2);
}

TEST_F(DynamicAccessTest, DataThatNeedACertificateGoToCertifiedSitesOnly) {
  mesocentre.Ask("health", {Line("cpu", 3600), Line("storage-work", 10)}, kRest);
  const Ledger& ledger = mesocentre.ledger();
  EXPECT_THAT(ledger.grants().back().grant.ceilings, ElementsAre(Pair("south", Amount(10))));
  EXPECT_THAT(ledger.FindGrant(ledger.next_grant() - 2)->grant.ceilings,
              ElementsAre(Pair("south", Amount(3600))));
  // Of the sites that are named, those that are not certified are passed over.
  mesocentre.Ask("health", {Line("cpu", 3600, {"north", "south"})}, kRest);
  EXPECT_THAT(mesocentre.LastGrant().grant.ceilings, ElementsAre(Pair("south", Amount(3600))));
}

TEST_F(DynamicAccessTest, GpusAskedAloneBringTheirCoresAndShowThem) {
  mesocentre.Ask("alpha", {Line("gpu-a100", 3600, {"north"})}, kRest);
  const Ledger& ledger = mesocentre.ledger();
  EXPECT_THAT(Granted(), ElementsAre(Pair("cpu", 8 * 3600), Pair("gpu-a100", 3600)));
  const Request& request = ledger.FindRequest(1)->request;
  ASSERT_THAT(request.lines, SizeIs(2));
  EXPECT_EQ(request.lines[1], (RequestLine{"cpu", Amount(8 * 3600), {}, {}, true}));
  EXPECT_THAT(mesocentre.LastGrant().grant.ceilings, ElementsAre(Pair("north", Amount(8 * 3600))));
  // They are part of the price of the GPUs.
  EXPECT_EQ(mesocentre.LastGrant().grant.normalised, NormalisedSeconds(0));
  EXPECT_EQ(ledger.DynamicNormalised("paul", "chair", absl::UnixEpoch()), NormalisedSeconds(7200));
}

TEST_F(DynamicAccessTest, GpusAskedWithCoresOrWhereGpuJobsPayNoneBringNone) {
  mesocentre.Ask("alpha", {Line("gpu-a100", 3600, {"north"}), Line("cpu", 5)}, kRest);
  EXPECT_THAT(Granted(), ElementsAre(Pair("cpu", 5), Pair("gpu-a100", 3600)));
  mesocentre.Ask("alpha", {Line("gpu-v100", 3600)}, kRest);
  EXPECT_THAT(Granted(), ElementsAre(Pair("gpu-v100", 3600)));
  EXPECT_THAT(mesocentre.ledger().FindRequest(2)->request.lines, SizeIs(1));
}

TEST_F(DynamicAccessTest, GpusWhoseCoresAreUsedUpAreCut) {
  Catalogue catalogue = TestCatalogue();
  catalogue.sites["north"].capacities[0].units = 4;
  Mesocentre scarce(catalogue);
  scarce.Create(TestProject("alpha"));
  const int64_t fit = 4 * 181 * kDay / 2 / 8;
  const RequestOutcome outcome =
      scarce.Ask("alpha", {Line("gpu-a100", fit + 10, {"north"})}, kRest);
  EXPECT_EQ(outcome.state, RequestState::kPartlyGranted);
  ASSERT_THAT(outcome.refusals, SizeIs(1));
  EXPECT_EQ(outcome.refusals[0].reason, Reason::kSiteExhausted);
  EXPECT_EQ(outcome.refusals[0].metadata.at("accepted"), std::to_string(fit));
}

TEST_F(DynamicAccessTest, StorageFollowsTheHours) {
  mesocentre.Ask("alpha", {Line("storage-work", kTerabyte), Line("cpu", 3600, {"south"})}, kRest);
  EXPECT_THAT(mesocentre.LastGrant().grant.resource, "storage-work");
  EXPECT_THAT(mesocentre.LastGrant().grant.ceilings, ElementsAre(Pair("south", Amount(kTerabyte))));
}

TEST_F(DynamicAccessTest, StorageHeldInThePeriodCountsAgainstTheProjectsOwnShare) {
  const auto ask = [&](const std::string& project, const Period& period) {
    mesocentre.Ask(project, {Line("storage-work", 4 * kTerabyte)}, period);
    return Granted()["storage-work"];
  };
  EXPECT_EQ(ask("alpha", kRest), 4 * kTerabyte);
  EXPECT_EQ(ask("alpha", {Day(2026, 12), Day(2027, 2)}), kTerabyte);
  EXPECT_EQ(ask("alpha", {Day(2027, 2), Day(2027, 3)}), 4 * kTerabyte);
  EXPECT_EQ(ask("beta", kRest), 4 * kTerabyte);
}

TEST_F(DynamicAccessTest, AnOperatorsPeriodInThePastPlacesOnlyWhatIsToCome) {
  mesocentre.Ask("alpha", {Line("cpu", 3600, {"north"})}, {Day(2026, 1), Day(2026, 7)});
  EXPECT_THAT(mesocentre.LastGrant().grant.placements,
              ElementsAre(Placement{"north", Month(2026, 6), Amount(3600)}));
}

TEST_F(DynamicAccessTest, RequestsAndGrantsAreNumberedOverTheWholeLedger) {
  mesocentre.Ask("alpha", {Line("cpu", 1), Line("support", 1)}, kRest);
  mesocentre.Ask("called", {Line("cpu", 1)}, kRest);
  mesocentre.Ask("gamma", {Line("cpu", 1)}, kRest);
  EXPECT_EQ(mesocentre.LastGrant().grant.number, 3);
  EXPECT_EQ(mesocentre.LastGrant().grant.request, 3);
  EXPECT_EQ(mesocentre.ledger().FindProject("gamma")->requests, std::vector<int64_t>{3});
}

TEST_F(DynamicAccessTest, TheLargestCatalogueAndTheLargestAmountsDoNotOverflow) {
  Catalogue vast = TestCatalogue();
  vast.month_starts.clear();
  for (int month = 0; month <= 1200; ++month) {
    vast.month_starts.push_back(
        absl::FromCivil(absl::CivilMonth(2026, 1) + month, absl::UTCTimeZone()));
  }
  vast.programmes["chair"].threshold = NormalisedSeconds(kAmountMax.count());
  vast.programmes["chair"].storage_max = kAmountMax;
  vast.rates.clear();
  vast.dynamic_reserve = PartsPerMillion(1'000'000);
  for (int i = 0; i < 20; ++i) {
    Site& site = vast.sites["vast" + std::to_string(i)];
    site.clusters = {"v" + std::to_string(i)};
    site.cores_per_gpu = 1024;
    site.capacities = {
        {"cpu", Day(2026, 1), 1'000'000'000, PartsPerMillion(1'000'000)},
        {"gpu-a100", Day(2026, 1), 1'000'000'000, PartsPerMillion(1'000'000)},
        {"storage-work", Day(2026, 1), int64_t{1} << 60, PartsPerMillion(1'000'000)}};
  }
  Mesocentre mesocentre_of_tomorrow(vast);
  Project project = TestProject("alpha");
  project.period = {vast.month_starts.front(), vast.month_starts.back()};
  mesocentre_of_tomorrow.Create(project);
  for (const std::string resource : {"cpu", "gpu-a100", "storage-work"}) {
    const RequestOutcome outcome =
        mesocentre_of_tomorrow.Ask("alpha", {Line(resource, kAmountMax.count())}, project.period);
    EXPECT_NE(outcome.state, RequestState::kRefused) << resource;
  }
}

}  // namespace
}  // namespace mesolys
