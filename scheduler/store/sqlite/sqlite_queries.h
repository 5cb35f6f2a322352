#ifndef MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_QUERIES_H_
#define MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_QUERIES_H_

// One connection with the prepared questions that the event store is asked; private to this folder.
// Any thread may call it, one at a time gets through. Answers are pages: nothing stays open between
// two calls, so a slow reader never holds up a checkpoint.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/runtime/mutex.h"
#include "proto/sqlite/sqlite.h"
#include "scheduler/store/event_store.h"

namespace mesolys::sqlite {

class Queries {
 public:
  // `path` is for messages.
  static absl::StatusOr<std::unique_ptr<Queries>> Make(const std::string& path,
                                                       Connection connection);

  // Answers everything from now on as of this moment, whatever is committed meanwhile.
  absl::Status FreezeView();

  // Some rows from this revision on, in order; none at the end of the log.
  absl::StatusOr<std::vector<LogRow>> LogFrom(int64_t revision);

  // Some jobs after this key, by key; none at the end.
  absl::StatusOr<std::vector<JobRow>> JobsAfter(const JobRowKey& key);

  // As the port's.
  absl::StatusOr<std::optional<LogRow>> FindKey(absl::string_view actor,
                                                absl::string_view request_id);
  absl::StatusOr<std::vector<JobRow>> FindJobs(const std::vector<JobRowKey>& keys);
  absl::StatusOr<std::vector<JobRow>> FindJobs(absl::string_view cluster, absl::string_view account,
                                               const JobPage& page);

  absl::StatusOr<std::vector<JobRow>> FindJobsById(absl::string_view cluster, int64_t job_id);

 protected:
  Queries(const std::string& path, Connection connection)
      : path_(path), connection_(std::move(connection)) {}

  int Prepare() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status Failure(int code) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  mutable Mutex mutex_;
  Connection connection_ ABSL_GUARDED_BY(mutex_);

 private:
  absl::Status AppendJobs(const std::vector<JobRowKey>& keys, std::vector<JobRow>& rows)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Statement log_from_ ABSL_GUARDED_BY(mutex_);
  Statement jobs_after_ ABSL_GUARDED_BY(mutex_);
  Statement find_key_ ABSL_GUARDED_BY(mutex_);
  Statement find_job_ ABSL_GUARDED_BY(mutex_);
  Statement jobs_by_id_ ABSL_GUARDED_BY(mutex_);
  Statement account_page_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mesolys::sqlite

#endif  // MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_QUERIES_H_
