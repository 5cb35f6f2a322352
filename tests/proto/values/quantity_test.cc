#include "proto/values/quantity.h"

#include <cstdint>
#include <type_traits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys {
namespace {

using testing::Eq;
using testing::Optional;

template <typename A, typename B>
concept Addable = requires(A a, B b) {
  a + b;
};

template <typename A, typename B>
concept Comparable = requires(A a, B b) {
  a < b;
};

TEST(QuantityTest, DoesNotMixWithAnotherQuantityOrABareNumber) {
  EXPECT_TRUE((Addable<Amount, Amount>));
  EXPECT_FALSE((Addable<Amount, NormalisedSeconds>));
  EXPECT_FALSE((Addable<Amount, int64_t>));
  EXPECT_FALSE((Comparable<Amount, PartsPerMillion>));
  EXPECT_FALSE((std::is_convertible_v<int64_t, Amount>));
}

TEST(QuantityTest, IsNothingUntilItIsGivenACount) { EXPECT_EQ(Amount().count(), 0); }

TEST(QuantityTest, AddsSubtractsNegatesAndCompares) {
  Amount amount(7);
  amount += Amount(5);
  EXPECT_EQ(amount, Amount(12));
  amount -= Amount(20);
  EXPECT_EQ(amount, Amount(-8));
  EXPECT_EQ(-amount, Amount(8));
  EXPECT_EQ(Amount(3) - Amount(5), Amount(-2));
  EXPECT_LT(Amount(-1), Amount(0));
  EXPECT_GT(Amount(2), Amount(1));
}

TEST(QuantityTest, CheckedAddSaysNothingWhereTheSumDoesNotFit) {
  EXPECT_THAT(CheckedAdd(Amount(INT64_MAX), Amount(0)), Optional(Eq(Amount(INT64_MAX))));
  EXPECT_EQ(CheckedAdd(Amount(INT64_MAX), Amount(1)), std::nullopt);
  EXPECT_EQ(CheckedAdd(Amount(INT64_MIN), Amount(-1)), std::nullopt);
}

TEST(QuantityTest, AThousandOfTheLargestAmountsAddUp) {
  Amount sum;
  for (int i = 0; i < 1000; ++i) sum += kAmountMax;
  EXPECT_EQ(sum.count(), 1000 * kAmountMax.count());
}

TEST(QuantityDeathTest, AbortsOnOverflow) {
  EXPECT_DEATH((void)(Amount(INT64_MAX) + Amount(1)), "");
  EXPECT_DEATH((void)(Amount(INT64_MIN) - Amount(1)), "");
  EXPECT_DEATH((void)(-Amount(INT64_MIN)), "");
}

TEST(MulDivTest, RoundsDownAndDoesNotOverflowInBetween) {
  EXPECT_EQ(MulDiv(7, 3, 2), 10);
  EXPECT_EQ(MulDiv(0, 5, 3), 0);
  EXPECT_EQ(MulDiv(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
  EXPECT_EQ(MulDiv(kAmountMax.count(), 999'999, 1'000'000), 9'007'190'247'541'737);
}

TEST(MulDivDeathTest, AbortsWhereTheResultDoesNotFit) {
  EXPECT_DEATH((void)MulDiv(INT64_MAX, 2, 1), "");
}

}  // namespace
}  // namespace mesolys
