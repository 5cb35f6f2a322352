#include "tests/fakes/virtual_runtime.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace mesolys {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'800'000'000);

bool Never() { return false; }

TEST(VirtualRuntimeTest, AWeekPassesWhileEverybodyWaits) {
  VirtualRuntime runtime(1, kBegin);
  int count = 0;
  const auto loop = runtime.Start(absl::Hours(1), [&] {
    ++count;
    EXPECT_EQ(runtime.Now(), kBegin + absl::Hours(count));
    return absl::Hours(1);
  });
  EXPECT_FALSE(runtime.WaitUntil(Never, absl::Hours(24 * 7) + absl::Minutes(1)));
  EXPECT_EQ(count, 24 * 7);
  EXPECT_EQ(runtime.Now(), kBegin + absl::Hours(24 * 7) + absl::Minutes(1));
}

TEST(VirtualRuntimeTest, NoTimePassesWhileSomebodyIsStirred) {
  VirtualRuntime runtime(1, kBegin);
  int count = 0;
  const auto second = runtime.Start(absl::InfiniteDuration(), [&] {
    ++count;
    return absl::InfiniteDuration();
  });
  const auto first = runtime.Start(absl::ZeroDuration(), [&] {
    second->Stir();
    return absl::InfiniteDuration();
  });
  EXPECT_TRUE(runtime.WaitUntil([&] { return count == 1; }, absl::Hours(1)));
  EXPECT_EQ(runtime.Elapsed(), absl::ZeroDuration());
}

TEST(VirtualRuntimeTest, ATurnThatWaitsLetsTheOthersGoOn) {
  VirtualRuntime runtime(1, kBegin);
  int count = 0;
  absl::Duration waited;
  bool is_over = false;
  const auto waiting = runtime.Start(absl::ZeroDuration(), [&] {
    EXPECT_TRUE(runtime.WaitUntil([&] { return count == 3; }, absl::Hours(1)));
    waited = runtime.Elapsed();
    EXPECT_FALSE(runtime.WaitUntil(Never, absl::Hours(1)));
    is_over = true;
    return absl::InfiniteDuration();
  });
  const auto counting = runtime.Start(absl::Seconds(1), [&] {
    ++count;
    return absl::Seconds(1);
  });
  EXPECT_TRUE(runtime.WaitUntil([&] { return is_over; }, absl::Hours(2)));
  EXPECT_EQ(waited, absl::Seconds(3));
  EXPECT_EQ(runtime.Elapsed(), absl::Seconds(3) + absl::Hours(1));
}

TEST(VirtualRuntimeTest, ALoopEndsWhenTheTurnUnderWayHas) {
  VirtualRuntime runtime(1, kBegin);
  bool is_inside = false;
  int count = 0;
  auto loop = runtime.Start(absl::ZeroDuration(), [&] {
    is_inside = true;
    runtime.WaitUntil(Never, absl::Minutes(1));
    ++count;
    return absl::ZeroDuration();
  });
  EXPECT_TRUE(runtime.WaitUntil([&] { return is_inside; }, absl::Hours(1)));
  loop.reset();
  EXPECT_EQ(count, 1);
  EXPECT_EQ(runtime.Elapsed(), absl::Minutes(1));
}

struct Order {
  std::string text;
  uint64_t trace = 0;
};

// Three loops that are ready at the same times.
Order OrderOf(uint64_t seed) {
  Order order;
  VirtualRuntime runtime(seed, kBegin);
  std::vector<std::unique_ptr<Loop>> loops;
  for (const char name : {'a', 'b', 'c'}) {
    loops.push_back(runtime.Start(absl::Seconds(1), [&order, name] {
      order.text += name;
      return absl::Seconds(1);
    }));
  }
  runtime.WaitUntil(Never, absl::Seconds(10));
  order.trace = runtime.TraceHash();
  return order;
}

TEST(VirtualRuntimeTest, TheSameSeedGivesTheSameOrderAndOthersGiveOthers) {
  std::set<std::string> orders;
  std::set<uint64_t> traces;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Order order = OrderOf(seed);
    const Order again = OrderOf(seed);
    EXPECT_EQ(again.text, order.text);
    EXPECT_EQ(again.trace, order.trace);
    orders.insert(order.text);
    traces.insert(order.trace);
  }
  EXPECT_EQ(orders.size(), 20U);
  EXPECT_EQ(traces.size(), 20U);
}

}  // namespace
}  // namespace mesolys
