// What a measured call must not outlive.

#include "tests/bench/measure.h"

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace mesolys::bench {
namespace {

// Counts those that are.
struct CountedCall {
  CountedCall() { ++count; }
  ~CountedCall() { --count; }
  static std::atomic<int> count;
};
std::atomic<int> CountedCall::count{0};

TEST(MeasureTest, NothingOfACallIsLeftThoughItsCallbackHasNotReturnedYet) {
  std::promise<void> looked;
  const std::shared_future<void> until_looked = looked.get_future().share();
  std::mutex mutex;
  std::vector<std::thread> callbacks;
  // A callback that is slow to return after it has said that the call is answered.
  const double rate = CallsPerSecond<CountedCall>(
      1, std::chrono::milliseconds(1), [&](CountedCall&, std::function<void()> done) {
        const std::lock_guard<std::mutex> lock(mutex);
        callbacks.emplace_back([done = std::move(done), until_looked] {
          done();
          until_looked.wait();
        });
      });
  EXPECT_GT(rate, 0);
  EXPECT_EQ(CountedCall::count, 0);
  looked.set_value();
  const std::lock_guard<std::mutex> lock(mutex);
  for (std::thread& callback : callbacks) callback.join();
}

}  // namespace
}  // namespace mesolys::bench
