#ifndef MESOLYS_TESTS_FAKES_FAULTY_EVENT_STORE_H_
#define MESOLYS_TESTS_FAKES_FAULTY_EVENT_STORE_H_

// A memory store to which things happen: what a disk, a lost connection or another writer can do to
// an append or a query. It counts and remembers what reached it. Any thread.

#include <condition_variable>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "proto/runtime/mutex.h"
#include "scheduler/store/event_store.h"
#include "scheduler/store/memory_event_store.h"

namespace mesolys {

class FaultyEventStore : public EventStore {
 public:
  enum class Fault {
    kNone,
    kUnavailable,     // nothing written, says so
    kFull,            // nothing written, says so
    kUnknownApplied,  // everything written, the answer is lost
    kUnknownLost,     // nothing written, the answer is lost
  };

  // Of the next appends, in this order; later ones succeed.
  void Next(std::vector<Fault> faults);
  // Every append from now on; false: none any more.
  void Fill(bool full);
  // Before the next append, `write` gets the store: another writer is first.
  void BeforeNextAppend(std::function<void(MemoryEventStore&)> write);
  // While true, every query fails with UNAVAILABLE.
  void RefuseQueries(bool refuse);
  // What a writer of the store itself reads and alters, the faults left aside.
  MemoryEventStore& inner() { return inner_; }

  // The sizes of the appends that were asked for, in commands.
  std::vector<size_t> appends() const;
  // Waits until so many were asked for.
  void AwaitAppends(size_t count) const;
  // While false, Append() waits: commands pile up behind it.
  void Open(bool open);

  AppendResult Append(const std::vector<Commit>& commits) override;
  absl::Status Read(int64_t from_revision,
                    const std::function<absl::Status(const LogRow&)>& visit) const override;
  absl::StatusOr<std::optional<LogRow>> FindKey(absl::string_view actor,
                                                absl::string_view request_id) const override;
  absl::StatusOr<std::vector<JobRow>> FindJobs(const std::vector<JobRowKey>& keys) const override;
  absl::StatusOr<std::vector<JobRow>> FindJobs(absl::string_view cluster, absl::string_view account,
                                               const JobPage& page) const override;
  absl::StatusOr<std::vector<JobRow>> FindJobsById(absl::string_view cluster,
                                                   int64_t job_id) const override;
  absl::Status ReadJobs(const std::function<absl::Status(const JobRow&)>& visit) const override;

 private:
  absl::Status Answers() const;

  MemoryEventStore inner_;
  mutable Mutex mutex_;
  std::condition_variable_any opened_;
  mutable std::condition_variable_any asked_;
  std::deque<Fault> faults_ ABSL_GUARDED_BY(mutex_);
  std::function<void(MemoryEventStore&)> other_writer_ ABSL_GUARDED_BY(mutex_);
  std::vector<size_t> appends_ ABSL_GUARDED_BY(mutex_);
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
  bool refuse_queries_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_FAULTY_EVENT_STORE_H_
