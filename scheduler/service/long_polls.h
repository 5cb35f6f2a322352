#ifndef MESOLYS_SCHEDULER_SERVICE_LONG_POLLS_H_
#define MESOLYS_SCHEDULER_SERVICE_LONG_POLLS_H_

// Synchronize calls that wait for their site's desired state to change. They hold no thread each:
// one thread answers all of them. Any thread may add.

#include <chrono>
#include <condition_variable>
#include <set>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "grpcpp/support/server_callback.h"
#include "mesolys/v1/agent.pb.h"
#include "proto/runtime/mutex.h"
#include "scheduler/engine/engine.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/job_questions.h"

namespace mesolys {

class LongPolls {
 public:
  // A poll is answered after `patience` even if nothing changed.
  LongPolls(Engine& engine, Comparisons& comparisons, JobQuestions& jobs,
            std::chrono::milliseconds patience);
  // Every poll must have been cancelled: shut the server down first.
  ~LongPolls();

  // Answers into `out` once the site's generation differs from `generation`, or a comparison other
  // than `comparison` is wanted of it.
  grpc::ServerUnaryReactor* Add(const std::string& site, int64_t generation, int64_t comparison,
                                v1::SynchronizeResponse* out);

  // How many are not answered yet.
  size_t waiting_count() const;

 private:
  class Poll;

  void Run();
  // The polls whose time or change has come, taken out of the waiting ones.
  std::set<Poll*> TakeReady();

  void Stir();

  Engine& engine_;
  Comparisons& comparisons_;
  JobQuestions& jobs_;
  const std::chrono::milliseconds patience_;
  mutable Mutex mutex_;
  std::condition_variable_any stirred_;
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<Poll*> waiting_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_LONG_POLLS_H_
