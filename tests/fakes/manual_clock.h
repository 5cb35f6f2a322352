#ifndef MESOLYS_TESTS_FAKES_MANUAL_CLOCK_H_
#define MESOLYS_TESTS_FAKES_MANUAL_CLOCK_H_

// A clock that stands still until a test moves it. Any thread.

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/mutex.h"

namespace mesolys {

class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time now = absl::UnixEpoch()) : now_(now) {}

  absl::Time Now() const override {
    MutexLock lock(mutex_);
    return now_;
  }

  void Set(absl::Time now) {
    MutexLock lock(mutex_);
    now_ = now;
  }

  // Backwards too: clocks do that.
  void Advance(absl::Duration by) {
    MutexLock lock(mutex_);
    now_ += by;
  }

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_MANUAL_CLOCK_H_
