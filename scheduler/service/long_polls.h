#ifndef MESOLYS_SCHEDULER_SERVICE_LONG_POLLS_H_
#define MESOLYS_SCHEDULER_SERVICE_LONG_POLLS_H_

// Synchronize calls that wait for their site's desired state, or for what was used there, to
// change. They hold no thread each: one loop answers all of them. Any thread may add.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "mesolys/v1/agent.pb.h"
#include "proto/runtime/mutex.h"
#include "proto/runtime/runtime.h"
#include "scheduler/engine/engine.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/job_questions.h"

namespace mesolys {

class LongPolls {
 public:
  // A poll is answered after `patience` even if nothing changed.
  LongPolls(Runtime& runtime, Engine& engine, Comparisons& comparisons, JobQuestions& jobs,
            absl::Duration patience);
  // Every poll must have been cancelled: shut the server down first.
  ~LongPolls();

  struct Poll {
    std::string site;
    int64_t generation = 0;  // in force there
    int64_t comparison = 0;  // that it knows of
    // That it knows of; nothing from an agent that is told of corrections with the next answer.
    std::optional<int64_t> correction;
    bool wants_answer = false;  // at once
    v1::SynchronizeResponse* out = nullptr;
    std::function<void(const absl::Status&)> done;
  };

  // Answers into `out`, and calls `done` once, when the site's generation differs from that of the
  // poll, what was used there is corrected, or a comparison other than its own is wanted of it; at
  // once if it wants an answer. Returns the number of the poll.
  int64_t Add(Poll poll);
  // The caller gave up: `done` is told so, unless the answer was first.
  void Cancel(int64_t number);

  // How many are not answered yet.
  size_t waiting_count() const;

 private:
  struct Waiting {
    Poll poll;
    absl::Duration deadline;  // as the runtime counts
  };

  // Answers those whose time or change has come; how long the others may still wait.
  absl::Duration AnswerReady();
  std::vector<Poll> TakeReady();
  // What a poll is compared with, by site.
  struct News {
    int64_t generation = 0;
    int64_t correction = 0;
    int64_t comparison = 0;  // that is wanted; 0 for none
    bool asks_of_jobs = false;

    bool IsFor(const Poll& poll) const;
  };
  std::map<std::string, News> NewsBySite();
  void Answer(const Poll& poll);

  Runtime& runtime_;
  Engine& engine_;
  Comparisons& comparisons_;
  JobQuestions& jobs_;
  const absl::Duration patience_;
  mutable Mutex mutex_;
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  // Whoever takes a poll out of them finishes it.
  std::map<int64_t, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Loop> loop_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_LONG_POLLS_H_
