#include "scheduler/core/figures/placement.h"

#include <algorithm>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kDay = 86'400;

Amount Sum(const std::vector<Placement>& placements) {
  Amount sum;
  for (const Placement& placement : placements) sum += placement.amount;
  return sum;
}

// A ledger in which so much of a resource is placed already.
Ledger Placed(const std::vector<Placement>& placements, const std::string& resource) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  Grant grant =
      GrantByHand(mesocentre.ledger(), "alpha", resource, {Day(2026, 1), Day(2028, 1)}, {});
  grant.placements = placements;
  mesocentre.Issue(std::move(grant));
  return mesocentre.ledger();
}

TEST(PlacementTest, AFlowHasTheRoomOfAllItsMonths) {
  const Mesocentre mesocentre;
  const Room room(mesocentre.ledger(), "north", "cpu", {Day(2026, 7), Day(2026, 9)}, TestTime());
  EXPECT_EQ(room.free(), Amount(100 * 62 * kDay));
}

TEST(PlacementTest, SecondsThatHavePassedAreNotPlaced) {
  const Mesocentre mesocentre;
  const Room room(mesocentre.ledger(), "north", "cpu", {Day(2026, 5), Day(2026, 7)}, TestTime());
  EXPECT_EQ(room.free(), Amount(100 * (15 * kDay + kDay / 2)));  // half of June 15 and the rest
  EXPECT_THAT(room.Place(room.free()),
              ElementsAre(Placement{"north", Month(2026, 6), room.free()}));
}

TEST(PlacementTest, APeriodThatIsOverHasNoRoom) {
  const Mesocentre mesocentre;
  for (const char* resource : {"cpu", "storage-work"}) {
    const Room room(mesocentre.ledger(), "north", resource, {Day(2026, 2), Day(2026, 4)},
                    TestTime());
    EXPECT_EQ(room.free(), Amount()) << resource;
    EXPECT_THAT(room.Place(Amount()), IsEmpty()) << resource;
  }
}

TEST(PlacementTest, NothingIsPlacedBeyondTheCatalogue) {
  const Mesocentre mesocentre;
  const Room room(mesocentre.ledger(), "north", "cpu", {Day(2027, 12), Day(2030, 1)}, TestTime());
  EXPECT_EQ(room.free(), Amount(100 * 31 * kDay));
}

TEST(PlacementTest, WhatIsPlacedAlreadyIsNotPlacedAgain) {
  const Ledger ledger = Placed({{"north", Month(2026, 8), Amount(100 * 30 * kDay)}}, "cpu");
  EXPECT_EQ(Room(ledger, "north", "cpu", {Day(2026, 8), Day(2026, 9)}, TestTime()).free(),
            Amount(100 * kDay));
  EXPECT_EQ(Room(ledger, "south", "cpu", {Day(2026, 8), Day(2026, 9)}, TestTime()).free(),
            Amount(50 * 31 * kDay));
}

TEST(PlacementTest, AMonthThatHoldsMoreThanItHasLeftHasNoRoom) {
  const Ledger ledger = Placed({{"north", Month(2026, 8), Amount(100 * 40 * kDay)}}, "cpu");
  EXPECT_EQ(Room(ledger, "north", "cpu", {Day(2026, 8), Day(2026, 9)}, TestTime()).free(),
            Amount());
}

TEST(PlacementTest, AFlowIsSpreadInProportionToWhatIsFree) {
  const Ledger ledger = Placed({{"north", Month(2026, 8), Amount(100 * 16 * kDay)}}, "cpu");
  const Room room(ledger, "north", "cpu", {Day(2026, 7), Day(2026, 9)}, TestTime());
  EXPECT_THAT(room.Place(Amount(46)), ElementsAre(Placement{"north", Month(2026, 7), Amount(31)},
                                                  Placement{"north", Month(2026, 8), Amount(15)}));
}

TEST(PlacementTest, TheRemainderGoesToTheEarliestMonths) {
  const Mesocentre mesocentre;
  const Room room(mesocentre.ledger(), "north", "cpu", {Day(2026, 7), Day(2026, 10)}, TestTime());
  EXPECT_THAT(room.Place(Amount(2)), ElementsAre(Placement{"north", Month(2026, 7), Amount(1)},
                                                 Placement{"north", Month(2026, 8), Amount(1)}));
}

TEST(PlacementTest, AStockHasTheRoomOfItsFullestMonthAndIsHeldInEveryOne) {
  const Ledger ledger =
      Placed({{"south", Month(2026, 8), Amount(3'999'999'999'900)}}, "storage-work");
  const Room room(ledger, "south", "storage-work", {Day(2026, 7), Day(2026, 10)}, TestTime());
  EXPECT_EQ(room.free(), Amount(100));
  EXPECT_THAT(room.Place(Amount(60)), ElementsAre(Placement{"south", Month(2026, 7), Amount(60)},
                                                  Placement{"south", Month(2026, 8), Amount(60)},
                                                  Placement{"south", Month(2026, 9), Amount(60)}));
}

TEST(PlacementTest, AStockOfAMonthThatHasBegunIsWhole) {
  const Mesocentre mesocentre;
  const Room room(mesocentre.ledger(), "south", "storage-work", {Day(2026, 6), Day(2026, 7)},
                  TestTime());
  EXPECT_EQ(room.free(), Amount(4'000'000'000'000));
}

RC_GTEST_PROP(PlacementPropertyTest, PlacesExactlyTheAmountAndNeverMoreThanIsFree, ()) {
  std::vector<Placement> placed;
  for (int month = 0; month < 24; ++month) {
    placed.push_back({"north", Month(2026, 1).Plus(month),
                      Amount(*rc::gen::inRange<int64_t>(0, 100 * 32 * kDay))});
  }
  const Ledger ledger = Placed(placed, "cpu");
  const absl::Time start = Day(2026, 1) + absl::Seconds(*rc::gen::inRange<int64_t>(0, 700 * kDay));
  const Period period{start, start + absl::Seconds(*rc::gen::inRange<int64_t>(1, 400 * kDay))};
  const absl::Time now = Day(2026, 1) + absl::Seconds(*rc::gen::inRange<int64_t>(0, 700 * kDay));
  const Room room(ledger, "north", "cpu", period, now);
  const Amount amount(*rc::gen::inRange<int64_t>(0, room.free().count() + 1));

  const std::vector<Placement> placements = room.Place(amount);
  RC_ASSERT(Sum(placements) == amount);
  RC_ASSERT(Sum(room.Place(room.free())) == room.free());
  const Catalogue& catalogue = ledger.catalogue();
  const Period ahead = Intersection(period, {now, absl::InfiniteFuture()});
  std::vector<Month> months;
  for (const Placement& placement : placements) {
    const Period whole = catalogue.PeriodOf(placement.month);
    const Amount capacity = catalogue.CapacityOf(catalogue.sites.at("north"), "cpu", whole);
    const Amount held = ledger.Placed("north", "cpu", placement.month);
    RC_ASSERT(placement.amount > Amount());
    RC_ASSERT(placement.amount + held <= capacity);
    RC_ASSERT(placement.amount <= Amount(100 * Intersection(whole, ahead).Seconds()));
    months.push_back(placement.month);
  }
  RC_ASSERT(std::is_sorted(months.begin(), months.end()));
}

}  // namespace
}  // namespace mesolys
