#include "scheduler/core/figures/desired_state.h"

#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

struct DesiredStateTest : testing::Test {
  DesiredStateTest() {
    mesocentre.Create(TestProject("zeta"));
    mesocentre.Create(TestProject("alpha", "rita"));
  }
  void Give(const char* project, const Period& period, std::map<std::string, Amount> ceilings) {
    mesocentre.Issue(GrantByHand(mesocentre.ledger(), project, "cpu", period, std::move(ceilings)));
  }
  DesiredState At(const char* site) const { return DesiredStateOf(mesocentre.ledger(), site); }

  Mesocentre mesocentre;
  const Period year{Day(2026, 1), Day(2027, 1)};
};

TEST_F(DesiredStateTest, ASiteWithoutGrantsShallHoldNothing) {
  EXPECT_THAT(At("north").projects, IsEmpty());
  EXPECT_EQ(At("north").generation, 1);
}

TEST_F(DesiredStateTest, ASiteHoldsItsOwnCeilingsOfTheGrants) {
  Give("alpha", year, {{"north", Amount(5)}, {"south", Amount(7)}});
  const DesiredState north = At("north");
  EXPECT_EQ(north.generation, mesocentre.ledger().revision());
  ASSERT_THAT(north.projects, SizeIs(1));
  EXPECT_EQ(north.projects[0].project, "alpha");
  ASSERT_THAT(north.projects[0].grants, SizeIs(1));
  EXPECT_EQ(north.projects[0].grants[0].grant, 1);
  EXPECT_EQ(north.projects[0].grants[0].resource, "cpu");
  EXPECT_EQ(north.projects[0].grants[0].ceiling, Amount(5));
  EXPECT_EQ(north.projects[0].grants[0].period, year);
  EXPECT_EQ(At("south").projects[0].grants[0].ceiling, Amount(7));
  EXPECT_THAT(At("east").projects, IsEmpty());
}

TEST_F(DesiredStateTest, ProjectsComeByIdAndGrantsByNumber) {
  Give("zeta", year, {{"north", Amount(5)}});
  Give("alpha", year, {{"north", Amount(6)}});
  Give("zeta", year, {{"north", Amount(7)}});
  const DesiredState north = At("north");
  ASSERT_THAT(north.projects, SizeIs(2));
  EXPECT_EQ(north.projects[0].project, "alpha");
  EXPECT_EQ(north.projects[1].project, "zeta");
  ASSERT_THAT(north.projects[1].grants, SizeIs(2));
  EXPECT_EQ(north.projects[1].grants[1].grant, 3);
}

TEST_F(DesiredStateTest, AGrantThatHadEndedWhenTheGenerationBeganIsLeftOut) {
  Give("alpha", {Day(2026, 1), TestTime()}, {{"north", Amount(5)}});
  EXPECT_THAT(At("north").projects, IsEmpty());
  Give("alpha", {TestTime(), TestTime() + absl::Seconds(1)}, {{"north", Amount(6)}});
  ASSERT_THAT(At("north").projects, SizeIs(1));
  EXPECT_THAT(At("north").projects[0].grants, SizeIs(1));
  // Time alone changes nothing: the site itself knows when the grant ends.
  mesocentre.SetNow(TestTime() + absl::Hours(1));
  mesocentre.Must(CreateProject{TestProject("later")});
  EXPECT_THAT(At("north").projects, SizeIs(1));
  Give("zeta", year, {{"north", Amount(7)}});
  ASSERT_THAT(At("north").projects, SizeIs(1));
  EXPECT_EQ(At("north").projects[0].project, "zeta");
}

TEST_F(DesiredStateTest, AnEndedGrantIsToldWhileOneThatOverlappedItIsNotOver) {
  const absl::Time now = TestTime();
  const auto hours = [now](int from, int to) {
    return Period{now + absl::Hours(from), now + absl::Hours(to)};
  };
  Give("alpha", hours(-9, -6), {{"north", Amount(1)}});  // overlapped g2 alone
  Give("alpha", hours(-7, -3), {{"north", Amount(2)}});  // and that one g3
  Give("alpha", hours(-4, 10), {{"north", Amount(3)}});
  Give("alpha", hours(-9, -8), {{"south", Amount(4)}});    // at another site
  Give("alpha", hours(-30, -20), {{"north", Amount(5)}});  // long ago
  mesocentre.Issue(
      GrantByHand(mesocentre.ledger(), "alpha", "gpu-a100", hours(-9, -3), {{"north", Amount(6)}}));
  const DesiredState north = At("north");
  ASSERT_THAT(north.projects, SizeIs(1));
  std::vector<int64_t> told;
  for (const DesiredGrant& grant : north.projects[0].grants) told.push_back(grant.grant);
  EXPECT_THAT(told, ElementsAre(1, 2, 3));
}

TEST_F(DesiredStateTest, ARevokedGrantIsToldUntilItsSiteHasConfirmed) {
  Give("alpha", year, {{"north", Amount(5)}, {"south", Amount(7)}});
  mesocentre.Must(RevokeGrant{1, "enough"});
  ASSERT_THAT(At("north").projects, SizeIs(1));
  // It pays for what the site still takes, and lets nothing new begin.
  EXPECT_EQ(At("north").projects[0].grants.at(0).period.end, year.end);
  EXPECT_EQ(At("north").projects[0].grants.at(0).ceiling, Amount(0));
  EXPECT_EQ(At("north").projects[0].grants.at(0).bonus, Amount(0));
  ConfirmCeilings silent{"north", At("north").generation, {}};
  mesocentre.Must(silent);
  EXPECT_THAT(At("north").projects, SizeIs(1));
  ConfirmCeilings said{"north", At("north").generation, {{1, Amount(0)}}};
  mesocentre.Must(said);
  EXPECT_THAT(At("north").projects, IsEmpty());
  EXPECT_THAT(At("south").projects, SizeIs(1));
}

TEST_F(DesiredStateTest, ASiteIsToldHowItChargesAndItsClusters) {
  EXPECT_THAT(At("north").clusters, ElementsAre("n1", "n2"));
  EXPECT_EQ(At("north").charges, mesocentre.ledger().catalogue().sites.at("north").Charges());
  EXPECT_FALSE(At("east").charges.gpu_jobs_pay_cpu);
}

TEST_F(DesiredStateTest, AProjectHasTheSharesAndTheQosOfItsProgrammeAndInstitution) {
  Give("alpha", year, {{"north", Amount(5)}});
  EXPECT_EQ(At("north").projects.back().shares, 10'000);
  EXPECT_FALSE(At("north").projects.back().eco);
  Catalogue catalogue = TestCatalogue();
  const Project& alpha = mesocentre.ledger().FindProject("alpha")->project;
  catalogue.programmes.at("targeted-call").weight = PartsPerMillion(4'000'000);
  catalogue.programmes.at(alpha.programme).eco = true;
  const int64_t before = At("north").generation;
  mesocentre.Must(AdoptCatalogue{catalogue, "", "new"});
  EXPECT_GT(At("north").generation, before);
  ASSERT_THAT(At("north").projects, SizeIs(1));
  EXPECT_EQ(At("north").projects.back().shares, 2'500);
  EXPECT_TRUE(At("north").projects.back().eco);
}

TEST_F(DesiredStateTest, AChairWithoutAGrantThereIsToldForTheSharesOfThoseBelow) {
  for (const auto& [id, parent, programme] :
       {std::tuple("below", "zeta", "phd-track"), std::tuple("deep", "below", "greenhouse")}) {
    Project child = TestProject(id, "rita");
    child.parent = parent;
    child.programme = programme;
    mesocentre.Create(child);
  }
  Catalogue catalogue = TestCatalogue();
  catalogue.programmes.at("phd-track").weight = PartsPerMillion(500'000);
  catalogue.programmes.at("greenhouse").weight = PartsPerMillion(250'000);
  mesocentre.Must(AdoptCatalogue{catalogue, "", "new"});
  mesocentre.Must(AddMember{"zeta", {"anna", ProjectRole::kResearcher, {{"north", "an"}}}});
  Give("deep", year, {{"north", Amount(5)}});
  const DesiredState north = At("north");
  ASSERT_THAT(north.projects, SizeIs(3));
  EXPECT_EQ(north.projects[0].project, "below");
  EXPECT_EQ(north.projects[0].parent, "zeta");
  EXPECT_EQ(north.projects[0].shares, 5'000);
  EXPECT_EQ(north.projects[1].project, "deep");
  EXPECT_EQ(north.projects[1].shares, 2'500);
  EXPECT_THAT(north.projects[1].grants, SizeIs(1));
  EXPECT_EQ(north.projects[2].project, "zeta");
  EXPECT_EQ(north.projects[2].shares, 10'000);
  for (const size_t chair : {0U, 2U}) {
    EXPECT_THAT(north.projects[chair].grants, IsEmpty());
    EXPECT_THAT(north.projects[chair].logins, IsEmpty());
  }
  // With a claim of its own it is a project as any other.
  Give("zeta", year, {{"north", Amount(7)}});
  ASSERT_THAT(At("north").projects, SizeIs(3));
  EXPECT_THAT(At("north").projects[2].grants, SizeIs(1));
  EXPECT_THAT(At("north").projects[2].logins, ElementsAre("an"));
}

TEST_F(DesiredStateTest, ASiteHoldsItsOwnLoginsAndLinks) {
  Give("alpha", year, {{"north", Amount(5)}, {"south", Amount(7)}});
  mesocentre.Must(AddMember{"alpha", {"rita", ProjectRole::kPi, {{"north", "rita1"}}}});
  mesocentre.Must(
      AddMember{"alpha", {"anna", ProjectRole::kResearcher, {{"north", "an"}, {"south", "as"}}}});
  mesocentre.Must(LinkAccount{"alpha", "n2", "old-a", ""});
  mesocentre.Must(LinkAccount{"alpha", "s1", "older-a", ""});
  const DesiredProject north = At("north").projects[0];
  EXPECT_THAT(north.logins, ElementsAre("an", "rita1"));
  EXPECT_THAT(north.links, ElementsAre(Pair("n2", "old-a")));
  const DesiredProject south = At("south").projects[0];
  EXPECT_THAT(south.logins, ElementsAre("as"));
  EXPECT_THAT(south.links, ElementsAre(Pair("s1", "older-a")));
}

}  // namespace
}  // namespace mesolys
