#include "proto/values/apportion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "proto/values/quantity.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ApportionTest, GivesEachItsShareAndTheFirstWhatRoundingLeaves) {
  EXPECT_THAT(Apportion(10, {1, 1}), ElementsAre(5, 5));
  EXPECT_THAT(Apportion(11, {1, 1, 1}), ElementsAre(4, 4, 3));
  EXPECT_THAT(Apportion(7, {0, 3, 0, 5}), ElementsAre(0, 3, 0, 4));
  // To the first, also where its own share was whole.
  EXPECT_THAT(Apportion(4, {4, 1, 1, 2}), ElementsAre(3, 0, 0, 1));
}

TEST(ApportionTest, OfNothingGivesNothing) {
  EXPECT_THAT(Apportion(0, {}), IsEmpty());
  EXPECT_THAT(Apportion(0, {0, 0}), ElementsAre(0, 0));
  EXPECT_THAT(Apportion(0, {3, 5}), ElementsAre(0, 0));
}

TEST(ApportionTest, TakesAnyNumbers) {
  EXPECT_THAT(Apportion(INT64_MAX, {INT64_MAX, INT64_MAX}),
              ElementsAre((INT64_MAX >> 1) + 1, INT64_MAX >> 1));
}

TEST(ApportionDeathTest, NobodyToGiveToIsABug) {
  EXPECT_DEATH(Apportion(1, {0}), "");
  EXPECT_DEATH(Apportion(1, {2, -1}), "");
  EXPECT_DEATH(Apportion(-1, {2}), "");
}

RC_GTEST_PROP(ApportionTest, SumsUpAndIsWithinAUnitOfEveryShare, ()) {
  auto weights = *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 1'000'000));
  weights.push_back(*rc::gen::inRange<int64_t>(1, 10));
  const auto amount = *rc::gen::inRange<int64_t>(0, int64_t{1} << 53);
  const std::vector<int64_t> parts = Apportion(amount, weights);

  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  RC_ASSERT(parts.size() == weights.size());
  RC_ASSERT(std::accumulate(parts.begin(), parts.end(), int64_t{0}) == amount);
  for (size_t i = 0; i < parts.size(); ++i) {
    const Wide off = parts[i] * sum - static_cast<Wide>(amount) * weights[i];
    RC_ASSERT(off > -sum && off <= sum);
    RC_ASSERT(weights[i] > 0 || parts[i] == 0);
  }
}

RC_GTEST_PROP(ApportionTest, TakesNoMoreThanTheWeightsThemselves, ()) {
  const auto weights =
      *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 1000));
  const int64_t sum = std::accumulate(weights.begin(), weights.end(), int64_t{0});
  const std::vector<int64_t> parts = Apportion(*rc::gen::inRange<int64_t>(0, sum + 1), weights);
  for (size_t i = 0; i < parts.size(); ++i) RC_ASSERT(parts[i] <= weights[i]);
  RC_ASSERT(Apportion(sum, weights) == weights);
}

}  // namespace
}  // namespace mesolys
