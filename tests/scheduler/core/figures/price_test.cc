#include "scheduler/core/figures/price.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/figures/settlement.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;

const absl::Time kRan = Day(2026, 6, 10);

struct PriceTest : testing::Test {
  PriceTest() { mesocentre.Create(TestProject("alpha")); }

  void Give(const Period& period) {
    mesocentre.Issue(
        GrantByHand(mesocentre.ledger(), "alpha", "cpu", period, {{"north", Amount(1'000'000)}}));
  }
  // From `from` on one core-second counts so many millionths.
  void NewRate(absl::Time from, int64_t ppm) {
    AdoptCatalogue command{mesocentre.ledger().catalogue(), "changed",
                           absl::StrCat(mesocentre.ledger().revision())};
    auto& rates = command.catalogue.rates;
    const auto last = std::find_if(rates.rbegin(), rates.rend(), [](const auto& rate) {
                        return rate.resource == "cpu";
                      }).base();
    rates.insert(last, {"cpu", from, PartsPerMillion(ppm)});
    mesocentre.Must(command);
  }
  // "g1 settled 400 at 20000", in the order of Priced.
  std::vector<std::string> PiecesOf(const UsageRecord& record) const {
    std::vector<std::string> pieces;
    for (const PricedCharge& priced :
         Priced(mesocentre.ledger(), Charged(mesocentre.ledger(), record))) {
      const Charge& charge = priced.charge;
      pieces.push_back(absl::StrCat("g", charge.grant, " ", static_cast<int>(charge.kind), " ",
                                    charge.amount.count(), " at ", priced.rate.count()));
    }
    return pieces;
  }

  Mesocentre mesocentre;
};

TEST_F(PriceTest, AnEntryAtOneRateIsOnePiece) {
  Give({Day(2026, 6), Day(2026, 7)});
  NewRate(kRan + absl::Seconds(100), 40'000);
  EXPECT_THAT(PiecesOf(FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))),
              ElementsAre("g1 1 1000 at 20000"));
}

TEST_F(PriceTest, AnEntryAcrossTheDatesOfTwoRatesIsThreePiecesThatAddUp) {
  Give({Day(2026, 6), Day(2026, 7)});
  NewRate(kRan + absl::Seconds(10), 40'000);
  NewRate(kRan + absl::Seconds(70), 0);
  EXPECT_THAT(PiecesOf(FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))),
              ElementsAre("g1 1 100 at 20000", "g1 1 600 at 40000", "g1 1 300 at 0"));
}

TEST_F(PriceTest, EachGrantIsSplitByTheSecondsThatItPays) {
  Give({Day(2026, 6), kRan + absl::Seconds(30)});
  Give({kRan + absl::Seconds(30), Day(2026, 7)});
  NewRate(kRan + absl::Seconds(20), 40'000);
  EXPECT_THAT(PiecesOf(FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))),
              ElementsAre("g1 1 200 at 20000", "g1 1 100 at 40000", "g2 1 700 at 40000"));
}

TEST_F(PriceTest, UncoveredSecondsAreSplitToo) {
  NewRate(kRan + absl::Seconds(20), 40'000);
  EXPECT_THAT(PiecesOf(FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100))),
              ElementsAre("g0 1 200 at 20000", "g0 1 800 at 40000"));
}

TEST_F(PriceTest, WhatARunningJobMayStillTakeIsSplitAtTheDatesToCome) {
  Give({Day(2026, 6), Day(2026, 7)});
  NewRate(kRan + absl::Seconds(150), 40'000);
  EXPECT_THAT(PiecesOf(RunningJob(1, "n1", "alpha", kRan, absl::Seconds(100), absl::Seconds(180))),
              ElementsAre("g1 2 1000 at 20000", "g1 3 500 at 20000", "g1 3 300 at 40000"));
}

TEST_F(PriceTest, OfASuspendedJobEachRateHasItsShareAndNothingIsLost) {
  Give({Day(2026, 6), Day(2026, 7)});
  NewRate(kRan + absl::Seconds(40), 40'000);
  UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100));
  record.suspended_seconds = 33;
  record.core_count = 1;
  // 67 seconds: 40 % of them rounded down, and the rest.
  EXPECT_THAT(PiecesOf(record), ElementsAre("g1 1 26 at 20000", "g1 1 41 at 40000"));
}

TEST_F(PriceTest, ARefundIsSplitLikeWhatItGivesBack) {
  Give({Day(2026, 6), Day(2026, 7)});
  NewRate(kRan + absl::Seconds(40), 40'000);
  UsageRecord record = FinishedJob(1, "n1", "alpha", kRan, absl::Seconds(100));
  record.state = JobState::kNodeFail;
  EXPECT_THAT(PiecesOf(record), ElementsAre("g1 1 400 at 20000", "g1 1 600 at 40000",
                                            "g1 4 400 at 20000", "g1 4 600 at 40000"));
}

}  // namespace
}  // namespace mesolys
