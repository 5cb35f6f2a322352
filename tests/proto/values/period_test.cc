#include "proto/values/period.h"

#include <cstdint>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace mesolys {
namespace {

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }
Period Between(int64_t start, int64_t end) { return {At(start), At(end)}; }

TEST(PeriodTest, ContainsItsStartAndNotItsEnd) {
  const Period period = Between(100, 200);
  EXPECT_FALSE(period.Contains(At(99)));
  EXPECT_TRUE(period.Contains(At(100)));
  EXPECT_TRUE(period.Contains(At(200) - absl::Nanoseconds(1)));
  EXPECT_FALSE(period.Contains(At(200)));
}

TEST(PeriodTest, EmptyAndInvertedPeriodsLastNoTimeAndContainNothing) {
  for (const Period& period : {Between(100, 100), Between(200, 100)}) {
    EXPECT_EQ(period.Seconds(), 0);
    EXPECT_FALSE(period.Contains(At(100)));
    EXPECT_FALSE(period.Contains(At(150)));
  }
}

TEST(PeriodTest, CountsItsSeconds) {
  EXPECT_EQ(Between(100, 200).Seconds(), 100);
  EXPECT_EQ(Between(-50, 50).Seconds(), 100);
}

TEST(PeriodTest, AdjoiningPeriodsShareNoSecondAndLoseNone) {
  const Period first = Between(0, 100);
  const Period second = Between(100, 250);
  EXPECT_EQ(Intersection(first, second).Seconds(), 0);
  EXPECT_EQ(first.Seconds() + second.Seconds(), Between(0, 250).Seconds());
}

TEST(PeriodTest, IntersectionIsWhatBothContain) {
  struct Case {
    Period a;
    Period b;
    Period both;
  };
  for (const Case& c : {Case{Between(0, 100), Between(50, 150), Between(50, 100)},
                        Case{Between(0, 100), Between(20, 30), Between(20, 30)},
                        Case{Between(0, 100), Between(0, 100), Between(0, 100)}}) {
    EXPECT_EQ(Intersection(c.a, c.b), c.both);
    EXPECT_EQ(Intersection(c.b, c.a), c.both);
  }
  EXPECT_EQ(Intersection(Between(0, 10), Between(20, 30)).Seconds(), 0);
}

}  // namespace
}  // namespace mesolys
