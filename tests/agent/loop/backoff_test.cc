#include "agent/loop/backoff.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

TEST(BackoffTest, NeverWaitsLongerThanTheDoubledBoundNorThanHalfAMinute) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Backoff backoff(seed);
  absl::Duration bound = Backoff::kFirst;
  for (int failure = 0; failure < 100; ++failure) {
    const absl::Duration wait = backoff.Next();
    EXPECT_GE(wait, absl::ZeroDuration());
    EXPECT_LE(wait, std::min(bound, Backoff::kMax));
    bound = std::min(bound * 2, Backoff::kMax);
  }
}

TEST(BackoffTest, UsesTheWholeSpanSoThatSitesSpreadOut) {
  Backoff backoff(7);
  for (int failure = 0; failure < 20; ++failure) backoff.Next();
  absl::Duration least = absl::InfiniteDuration();
  absl::Duration most = absl::ZeroDuration();
  for (int failure = 0; failure < 1000; ++failure) {
    const absl::Duration wait = backoff.Next();
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_LT(least, absl::Seconds(1));
  EXPECT_GT(most, absl::Seconds(29));
}

TEST(BackoffTest, BeginsAnewAfterASuccess) {
  Backoff backoff(7);
  for (int failure = 0; failure < 20; ++failure) backoff.Next();
  for (int success = 0; success < 100; ++success) {
    backoff.Reset();
    EXPECT_LE(backoff.Next(), Backoff::kFirst);
  }
}

}  // namespace
}  // namespace mesolys::agent
