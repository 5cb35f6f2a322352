#include "proto/runtime/thread_runtime.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace mesolys {
namespace {

TEST(ThreadRuntimeTest, TakesTurnsUntilOneAsksForNoOther) {
  ThreadRuntime runtime;
  std::promise<void> third;
  int count = 0;
  auto loop = runtime.Start(absl::ZeroDuration(), [&] {
    if (++count < 3) return absl::ZeroDuration();
    third.set_value();
    return absl::InfiniteDuration();
  });
  third.get_future().wait();
  loop.reset();
  EXPECT_EQ(count, 3);
}

TEST(ThreadRuntimeTest, WaitsAsLongAsItIsToldBeforeATurn) {
  ThreadRuntime runtime;
  std::promise<absl::Duration> second;
  const absl::Duration begin = runtime.Elapsed();
  int count = 0;
  const auto loop = runtime.Start(absl::Milliseconds(5), [&] {
    if (++count == 2) second.set_value(runtime.Elapsed());
    return count < 2 ? absl::Milliseconds(5) : absl::InfiniteDuration();
  });
  EXPECT_GE(second.get_future().get() - begin, absl::Milliseconds(10));
}

TEST(ThreadRuntimeTest, AStirEndsAWait) {
  ThreadRuntime runtime;
  std::promise<void> begun;
  const auto loop = runtime.Start(absl::InfiniteDuration(), [&] {
    begun.set_value();
    return absl::InfiniteDuration();
  });
  loop->Stir();
  begun.get_future().wait();
}

TEST(ThreadRuntimeTest, AStirDuringATurnBringsAnother) {
  ThreadRuntime runtime;
  std::promise<void> entered;
  std::promise<void> stirred;
  std::promise<void> second;
  int count = 0;
  const auto loop = runtime.Start(absl::ZeroDuration(), [&] {
    if (++count == 1) {
      entered.set_value();
      stirred.get_future().wait();
    } else {
      second.set_value();
    }
    return absl::InfiniteDuration();
  });
  entered.get_future().wait();
  loop->Stir();
  stirred.set_value();
  second.get_future().wait();
}

TEST(ThreadRuntimeTest, LosesNoNewsOfManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kNews = 1000;
  ThreadRuntime runtime;
  std::atomic<int> told = 0;
  std::promise<void> all;
  bool is_done = false;
  const auto loop = runtime.Start(absl::InfiniteDuration(), [&] {
    if (told == kThreads * kNews && !is_done) {
      is_done = true;
      all.set_value();
    }
    return absl::InfiniteDuration();
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int news = 0; news < kNews; ++news) {
        ++told;
        loop->Stir();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  all.get_future().wait();
}

TEST(ThreadRuntimeTest, EndsAfterTheTurnUnderWayAndBeforeAnyOther) {
  constexpr int kYields = 1000;  // whoever does not wait for the turn has gone on by then
  ThreadRuntime runtime;
  std::promise<void> entered;
  std::promise<void> ending;
  std::atomic<int> ended_count = 0;
  auto loop = runtime.Start(absl::ZeroDuration(), [&] {
    if (ended_count == 0) {
      entered.set_value();
      ending.get_future().wait();
    }
    for (int i = 0; i < kYields; ++i) std::this_thread::yield();
    ++ended_count;
    return absl::ZeroDuration();
  });
  entered.get_future().wait();
  ending.set_value();
  loop.reset();
  EXPECT_GE(ended_count, 1);
  const int count = ended_count;
  for (int i = 0; i < kYields; ++i) std::this_thread::yield();
  EXPECT_EQ(ended_count, count);
}

}  // namespace
}  // namespace mesolys
