#ifndef MESOLYS_SCHEDULER_ENGINE_WORK_QUEUE_H_
#define MESOLYS_SCHEDULER_ENGINE_WORK_QUEUE_H_

// One thread for work that another must not wait for, done in the order in which it was added. Any
// thread may add work.

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "proto/runtime/mutex.h"

namespace mesolys {

class WorkQueue {
 public:
  WorkQueue();
  // Finishes what was added.
  ~WorkQueue();

  void Add(std::function<void()> work);

 private:
  void Run();

  Mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_WORK_QUEUE_H_
