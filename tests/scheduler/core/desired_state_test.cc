#include "scheduler/core/desired_state.h"

#include <string>
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
    Project child = TestProject("alpha", "rita");
    child.parent = "zeta";
    mesocentre.Create(child);
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
  EXPECT_EQ(north.projects[0].parent, "zeta");
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
  Give("alpha", {Day(2026, 1), TestTime() + absl::Seconds(1)}, {{"north", Amount(6)}});
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
