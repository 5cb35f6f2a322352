#include "scheduler/engine/work_queue.h"

#include <utility>

namespace mesolys {

WorkQueue::WorkQueue(Runtime& runtime)
    : loop_(runtime.Start(absl::InfiniteDuration(), [this] {
        return DoOne() ? absl::ZeroDuration() : absl::InfiniteDuration();
      })) {}

WorkQueue::~WorkQueue() {
  loop_.reset();
  while (DoOne()) {
  }
}

void WorkQueue::Add(std::function<void()> work) {
  {
    MutexLock lock(mutex_);
    work_.push_back(std::move(work));
  }
  if (loop_ != nullptr) loop_->Stir();  // at the end, what is left is done without it
}

bool WorkQueue::DoOne() {
  std::function<void()> work;
  {
    MutexLock lock(mutex_);
    if (work_.empty()) return false;
    work = std::move(work_.front());
    work_.pop_front();
  }
  work();
  return true;
}

}  // namespace mesolys
