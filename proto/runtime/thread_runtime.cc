#include "proto/runtime/thread_runtime.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "proto/runtime/mutex.h"

namespace mesolys {
namespace {

// Turns find out by themselves whether there is something to do.
constexpr absl::Duration kWaitMax = absl::Hours(24 * 365);

class ThreadLoop final : public Loop {
 public:
  ThreadLoop(absl::Duration delay, Runtime::Turn turn)
      : turn_(std::move(turn)), thread_([this, delay] {
          for (absl::Duration wait = delay; Wait(wait);) wait = turn_();
        }) {}

  ~ThreadLoop() override {
    {
      MutexLock lock(mutex_);
      is_ending_ = true;
    }
    stirred_.notify_one();
    thread_.join();
  }

  void Stir() override {
    {
      MutexLock lock(mutex_);
      if (is_stirred_) return;
      is_stirred_ = true;
    }
    stirred_.notify_one();
  }

 private:
  // False when the loop shall end.
  bool Wait(absl::Duration duration) {
    const auto until =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(std::min(duration, kWaitMax));
    MutexLock lock(mutex_);
    while (duration > absl::ZeroDuration() && !is_stirred_ && !is_ending_) {
      if (stirred_.wait_until(mutex_, until) == std::cv_status::timeout) break;
    }
    is_stirred_ = false;
    return !is_ending_;
  }

  const Runtime::Turn turn_;
  Mutex mutex_;
  std::condition_variable_any stirred_;
  bool is_stirred_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Loop> ThreadRuntime::Start(absl::Duration delay, Turn turn) {
  return std::make_unique<ThreadLoop>(delay, std::move(turn));
}

absl::Duration ThreadRuntime::Elapsed() const {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

void Pause(absl::Duration duration) {
  std::this_thread::sleep_for(absl::ToChronoNanoseconds(duration));
}

}  // namespace mesolys
