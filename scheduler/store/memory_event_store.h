#ifndef MESOLYS_SCHEDULER_STORE_MEMORY_EVENT_STORE_H_
#define MESOLYS_SCHEDULER_STORE_MEMORY_EVENT_STORE_H_

// An event store that lives as long as its object: for tests, simulation and what-if. It keeps the
// port's whole contract except durability, never fails, and may be called from any thread. A
// visitor may call the store it is visiting: no lock is held meanwhile.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/runtime/mutex.h"
#include "scheduler/store/event_store.h"

namespace mesolys {

class MemoryEventStore : public EventStore {
 public:
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
  using RequestKey = std::pair<std::string, std::string>;  // actor, request_id

  void Put(const JobRow& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The row of this revision, or the job after this key (the first for nothing); nothing at the
  // end.
  std::optional<LogRow> RowAt(int64_t revision) const;
  std::optional<JobRow> JobAfter(const std::optional<JobRowKey>& key) const;

  mutable Mutex mutex_;
  std::vector<LogRow> log_ ABSL_GUARDED_BY(mutex_);  // revision r is at r - 1
  std::map<RequestKey, int64_t> revision_of_ ABSL_GUARDED_BY(mutex_);
  std::map<JobRowKey, JobRow> jobs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_MEMORY_EVENT_STORE_H_
