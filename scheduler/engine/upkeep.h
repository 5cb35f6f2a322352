#ifndef MESOLYS_SCHEDULER_ENGINE_UPKEEP_H_
#define MESOLYS_SCHEDULER_ENGINE_UPKEEP_H_

// Gives the engine, from time to time, the commands that the ledger is due by itself. A thread of
// its own.

#include <chrono>
#include <condition_variable>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "proto/runtime/mutex.h"
#include "scheduler/engine/engine.h"

namespace mesolys {

class Upkeep {
 public:
  // The engine outlives it.
  Upkeep(Engine& engine, std::chrono::milliseconds interval);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

 private:
  void Run();

  Engine& engine_;
  const std::chrono::milliseconds interval_;
  Mutex mutex_;
  std::condition_variable_any stirred_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_UPKEEP_H_
