#ifndef MESOLYS_SCHEDULER_ENGINE_WORK_QUEUE_H_
#define MESOLYS_SCHEDULER_ENGINE_WORK_QUEUE_H_

// One loop for work that another must not wait for, done in the order in which it was added. Any
// thread may add work.

#include <deque>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "proto/runtime/mutex.h"
#include "proto/runtime/runtime.h"

namespace mesolys {

class WorkQueue {
 public:
  explicit WorkQueue(Runtime& runtime);
  // Does what was added and is left.
  ~WorkQueue();

  void Add(std::function<void()> work);

 private:
  // The oldest; false when there is none.
  bool DoOne();

  Mutex mutex_;
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Loop> loop_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_WORK_QUEUE_H_
