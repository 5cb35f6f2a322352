#include "scheduler/engine/work_queue.h"

#include <utility>

namespace mesolys {

WorkQueue::WorkQueue() : thread_(&WorkQueue::Run, this) {}

WorkQueue::~WorkQueue() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void WorkQueue::Add(std::function<void()> work) {
  {
    MutexLock lock(mutex_);
    work_.push_back(std::move(work));
  }
  arrived_.notify_one();
}

void WorkQueue::Run() {
  for (;;) {
    std::function<void()> work;
    {
      MutexLock lock(mutex_);
      while (work_.empty() && !stopping_) arrived_.wait(mutex_);
      if (work_.empty()) return;
      work = std::move(work_.front());
      work_.pop_front();
    }
    work();
  }
}

}  // namespace mesolys
