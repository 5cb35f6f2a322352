#ifndef MESOLYS_SCHEDULER_ENGINE_ENGINE_H_
#define MESOLYS_SCHEDULER_ENGINE_ENGINE_H_

// The one write path: commands are queued, decided against a tentative fold, made durable together,
// and only then answered. Any thread may submit and read; a loop of its own commits, another one
// answers, so that the next commit waits for nobody's network.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/mutex.h"
#include "proto/runtime/runtime.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/core/rules/command.h"
#include "scheduler/core/rules/policy.h"
#include "scheduler/engine/listener.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/store/event_store.h"

namespace mesolys {

class Batch;

// What came of a command.
struct Answer {
  int64_t revision = 0;  // 0 when nothing was recorded
  absl::Time time;       // of the command
  std::vector<Event> events;
  bool replayed = false;  // from an earlier command with the same key
};

struct Submission {
  std::string actor;       // identity
  std::string request_id;  // the caller's key, 1 to 128 bytes
  Command command;
  bool validate_only = false;
  // Called once, from the answering loop (or from Submit's, for a bad key). Errors: a refusal;
  // ALREADY_EXISTS for a known key with another command; RESOURCE_EXHAUSTED when nothing was
  // written; UNAVAILABLE when nothing was, or when that cannot be known: its text says which.
  std::function<void(absl::StatusOr<Answer>)> done;
};

// The newest row of the log.
struct LogHead {
  int64_t revision = 0;
  std::string hash;
};

class Engine {
 public:
  // Folds the log and starts the committer. DATA_LOSS when the chain of the log is broken.
  static absl::StatusOr<std::unique_ptr<Engine>> Start(EventStore& store, const Clock& clock,
                                                       Runtime& runtime);

  // Finishes what is queued.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void Submit(Submission submission);

  // Runs `look` on the durable fold. It must be short and must not call the engine.
  template <typename Look>
  auto Read(Look look) const {
    MutexLock lock(mutex_);
    return look(static_cast<const Ledger&>(durable_));
  }
  LogHead head() const;
  absl::Time Now() const { return clock_.Now(); }

  // Called from the committing loop after each change, until another one, or none, is set. It
  // must be short and must not call the engine.
  void OnChange(std::function<void()> changed);

  // Called from the committing loop after each append to the store that was made durable, with
  // how long it took and how many commands it held. The same holds for it.
  void OnCommit(std::function<void(absl::Duration, int64_t command_count)> committed);

  // Queries of the job table; they read the store, so never call them from a gRPC callback.
  const EventStore& store() const { return store_; }

 private:
  // One command on its way through the committer.
  struct Pending {
    Submission submission;
    std::string digest;
    std::optional<absl::StatusOr<Answer>> answer = std::nullopt;
    int64_t known_revision = 0;  // of the row that it was answered from; 0: decided here
  };

  Engine(EventStore& store, const Clock& clock, Runtime& runtime)
      : store_(store), clock_(clock), answers_(runtime) {}

  absl::Status CatchUp();
  void ApplyDurably(const std::vector<Event>& events, absl::Time time, const LogRow& row);

  // A turn of the committer: makes durable what is queued, or as much of it as one commit holds,
  // and charges one page of jobs anew where an account is to be. Answers when it is to take the
  // next one.
  absl::Duration Step();
  bool IsQueued() const;
  std::vector<Pending> Take();
  // Gives each of `pending` its answer; those of a repeated key go back into the queue.
  void CommitAll(std::vector<Pending>& pending);
  void AnswerAll(std::vector<Pending> pending);
  void SetAsideRepeatedKeys(std::vector<Pending>& pending);
  absl::Status DecideAll(Batch& batch, std::vector<Pending>& pending);
  AppendResult Append(const Batch& batch);
  void ApplyAll(const Batch& batch, const std::vector<Pending>& pending);
  void Abandon(std::vector<Pending>& pending, const absl::Status& status);
  void ResettleOnePage();

  EventStore& store_;
  const Clock& clock_;
  Listener<> changed_;
  Listener<absl::Duration, int64_t> committed_;

  mutable Mutex mutex_;
  std::deque<Pending> queue_ ABSL_GUARDED_BY(mutex_);
  Ledger durable_ ABSL_GUARDED_BY(mutex_);
  LogHead head_ ABSL_GUARDED_BY(mutex_);

  // The committer's own: durable_ plus what the batch in hand caused.
  Ledger tentative_;
  bool resettlement_stalled_ = false;
  WorkQueue answers_;
  std::unique_ptr<Loop> committer_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_ENGINE_ENGINE_H_
