#include "scheduler/core/facts/usage_curve.h"

#include <algorithm>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/core/facts/catalogue.h"
#include "tests/fakes/test_catalogue.h"
#include "tests/fakes/test_seed.h"

namespace mesolys {
namespace {

const Period kHundredDays{Day(2026, 1), Day(2026, 1) + absl::Hours(24 * 100)};
const Amount kWhole(1'000'000);

absl::Time After(int64_t days) { return kHundredDays.start + absl::Hours(24) * days; }

// Nothing until the 50th day, 80 % by the 60th, then slowly the rest.
const UsageCurve kSummer = {{After(50), PartsPerMillion(0)}, {After(60), PartsPerMillion(800'000)}};

TEST(UsageCurveTest, WithoutPointsItIsAStraightLine) {
  for (int64_t day = 0; day <= 100; ++day) {
    EXPECT_EQ(ExpectedBy({}, kHundredDays, kWhole, After(day)), Amount(10'000 * day));
    EXPECT_EQ(ReachedWith({}, kHundredDays, kWhole, Amount(10'000 * day)), After(day));
  }
}

TEST(UsageCurveTest, GoesThroughItsPoints) {
  struct Case {
    int64_t day;
    int64_t expected;
  };
  for (const Case& c : std::vector<Case>{
           {0, 0}, {50, 0}, {55, 400'000}, {60, 800'000}, {80, 900'000}, {100, 1'000'000}}) {
    EXPECT_EQ(ExpectedBy(kSummer, kHundredDays, kWhole, After(c.day)), Amount(c.expected)) << c.day;
  }
}

TEST(UsageCurveTest, NothingIsExpectedBeforeTheStartAndEverythingAfterTheEnd) {
  EXPECT_EQ(ExpectedBy(kSummer, kHundredDays, kWhole, After(-1)), Amount());
  EXPECT_EQ(ExpectedBy(kSummer, kHundredDays, kWhole, After(101)), kWhole);
}

TEST(UsageCurveTest, NobodyIsLateWhileNothingMoreIsExpected) {
  EXPECT_EQ(ReachedWith(kSummer, kHundredDays, kWhole, Amount()), After(50));
  EXPECT_EQ(ReachedWith(kSummer, kHundredDays, kWhole, Amount(400'000)), After(55));
  EXPECT_EQ(ReachedWith(kSummer, kHundredDays, kWhole, kWhole), After(100));
}

TEST(UsageCurveTest, PointsThatAnEarlierEndLeftBehindCountForNothing) {
  const Period shorter{kHundredDays.start, After(40)};
  EXPECT_EQ(ExpectedBy(kSummer, shorter, kWhole, After(20)), Amount(500'000));
}

TEST(UsageCurveTest, WhatIsExpectedWhenItWasReachedIsAtMostWhatWasUsed) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, " round ", round));
    std::vector<int64_t> seconds;
    std::vector<int64_t> shares;
    for (int64_t i = Pick(random, 5); i > 0; --i) {
      seconds.push_back(Pick(random, kHundredDays.Seconds()));
      shares.push_back(Pick(random, 1'000'000));
    }
    std::sort(seconds.begin(), seconds.end());
    std::sort(shares.begin(), shares.end());
    UsageCurve curve;
    for (size_t i = 0; i < seconds.size(); ++i) {
      curve.push_back({kHundredDays.start + absl::Seconds(seconds[i]), PartsPerMillion(shares[i])});
    }
    const Amount amount(1 + Pick(random, kAmountMax.count() - 1));
    const Amount used(Pick(random, amount.count()));
    const absl::Time reached = ReachedWith(curve, kHundredDays, amount, used);
    EXPECT_LE(ExpectedBy(curve, kHundredDays, amount, reached), used);
    // And a moment later it is more, unless all is used.
    if (used < amount) {
      EXPECT_GE(ExpectedBy(curve, kHundredDays, amount, reached + absl::Seconds(2)), used);
    }
  }
}

}  // namespace
}  // namespace mesolys
