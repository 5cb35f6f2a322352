#ifndef MESOLYS_PROTO_RUNTIME_MUTEX_H_
#define MESOLYS_PROTO_RUNTIME_MUTEX_H_

// std::mutex with the annotations that clang's -Wthread-safety reads. Not absl::Mutex: it lives in
// an uninstrumented library, so ThreadSanitizer would report every correct use of it.

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace mesolys {

class ABSL_LOCKABLE Mutex {
 public:
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_MUTEX_H_
