#include "scheduler/engine/work_queue.h"

#include <numeric>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "proto/runtime/thread_runtime.h"
#include "tests/fakes/virtual_runtime.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WorkQueueTest, DoesItsWorkInTheOrderInWhichItWasAdded) {
  VirtualRuntime runtime(/*seed=*/1, absl::UnixEpoch());
  std::vector<int> done;
  WorkQueue queue(runtime);
  for (int number : {1, 2, 3}) queue.Add([&done, number] { done.push_back(number); });
  EXPECT_THAT(done, IsEmpty());
  EXPECT_TRUE(runtime.WaitUntil([&] { return done.size() == 3; }, absl::Seconds(1)));
  EXPECT_THAT(done, ElementsAre(1, 2, 3));
}

TEST(WorkQueueTest, WhatIsLeftAtItsEndIsDoneEvenWhatWorkAdds) {
  VirtualRuntime runtime(/*seed=*/1, absl::UnixEpoch());
  std::vector<int> done;
  {
    WorkQueue queue(runtime);
    queue.Add([&] {
      done.push_back(1);
      queue.Add([&] { done.push_back(3); });
    });
    queue.Add([&] { done.push_back(2); });
    EXPECT_THAT(done, IsEmpty());
  }
  EXPECT_THAT(done, ElementsAre(1, 2, 3));
}

TEST(WorkQueueTest, DoesTheWorkOfEveryThreadOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  ThreadRuntime runtime;
  std::vector<int> counts(kThreads);  // only the queue's own loop counts
  {
    WorkQueue queue(runtime);
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int& count : counts) {
      threads.emplace_back([&queue, &count] {
        for (int i = 0; i < kEach; ++i) queue.Add([&count] { ++count; });
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0), kThreads * kEach);
}

}  // namespace
}  // namespace mesolys
