#ifndef MESOLYS_SCHEDULER_ENGINE_LISTENER_H_
#define MESOLYS_SCHEDULER_ENGINE_LISTENER_H_

// Who is told of something, if anybody. Any thread; what is called must be short, and must not set
// the listener that it is.

#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "proto/runtime/mutex.h"

namespace mesolys {

template <typename... News>
class Listener {
 public:
  // From now on this one is called, or nobody where it is null; a call of the one before is over.
  void Set(std::function<void(News...)> call) {
    MutexLock lock(mutex_);
    call_ = std::move(call);
  }

  void Call(News... news) {
    MutexLock lock(mutex_);
    if (call_) call_(news...);
  }

 private:
  Mutex mutex_;  // held during a call: a listener that took itself away is not called again
  std::function<void(News...)> call_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_LISTENER_H_
