#ifndef MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_WRITER_H_
#define MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_WRITER_H_

// The one read-write connection: every commit and every checkpoint is its own, and the look-ups
// that a committer makes between them find its cache warm. Private to this folder; any thread may
// call it.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "proto/sqlite/sqlite.h"
#include "scheduler/store/event_store.h"
#include "scheduler/store/sqlite/sqlite_queries.h"

namespace mesolys::sqlite {

class Writer : public Queries {
 public:
  // The caller holds the writer's lock until this is destroyed.
  static absl::StatusOr<std::unique_ptr<Writer>> Make(const std::string& path,
                                                      Connection connection);

  // As the port's. Ends the process when the disk does not say whether it kept what was written.
  AppendResult Append(const std::vector<Commit>& commits);

 private:
  Writer(const std::string& path, Connection connection) : Queries(path, std::move(connection)) {}

  int PrepareAppend() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  AppendResult Write(const std::vector<Commit>& commits) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int InsertEvent(const LogRow& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Upsert(const JobRow& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int NewestRevision(int64_t& revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  AppendResult Refusal(int code, size_t index) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndProcessIfSyncFailed(int code) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CheckpointIfDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Statement begin_ ABSL_GUARDED_BY(mutex_);
  Statement commit_ ABSL_GUARDED_BY(mutex_);
  Statement newest_ ABSL_GUARDED_BY(mutex_);
  Statement insert_event_ ABSL_GUARDED_BY(mutex_);
  Statement upsert_job_ ABSL_GUARDED_BY(mutex_);
  Statement replace_job_ ABSL_GUARDED_BY(mutex_);
  int log_pages_ ABSL_GUARDED_BY(mutex_) = 0;  // in the write-ahead log after the last commit
  int checkpointed_pages_ ABSL_GUARDED_BY(mutex_) = 0;  // of them, when last asked
};

}  // namespace mesolys::sqlite

#endif  // MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_WRITER_H_
