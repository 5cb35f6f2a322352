#ifndef MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_EVENT_STORE_H_
#define MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_EVENT_STORE_H_

// The event store of one scheduler in one SQLite file. Any thread may call it; a visitor may call
// the store it is visiting, because no lock is held meanwhile. FindKey and FindJobs of keys share
// the writer's connection, whose cache is warm, so they wait for an Append under way; the other
// queries do not. A query fails with UNAVAILABLE (the disk, a stranger's lock) or DATA_LOSS (a
// damaged file). Append never answers kUnknown: a failed fsync, after which nobody knows what is on
// the disk, ends the process.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/store/event_store.h"

namespace mesolys {

namespace sqlite {
class Queries;
class Writer;
class WriterLock;
}  // namespace sqlite

class SqliteEventStore : public EventStore {
 public:
  enum class Mode {
    kReadWrite,  // creates the database if need be; one process at a time
    kReadOnly,   // beside a writer or alone; sees the database as it was when opened, Append is
                 // kUnavailable
  };

  // FAILED_PRECONDITION: another writer has it, it is not a database of ours, or a newer version
  // wrote it. NOT_FOUND: no such directory, or for kReadOnly no such file. PERMISSION_DENIED,
  // RESOURCE_EXHAUSTED (no space), DATA_LOSS, UNAVAILABLE: what they say. The text says what would
  // be right.
  static absl::StatusOr<std::unique_ptr<SqliteEventStore>> Open(absl::string_view path, Mode mode);

  ~SqliteEventStore() override;

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
  SqliteEventStore(std::unique_ptr<sqlite::WriterLock> lock, std::unique_ptr<sqlite::Writer> writer,
                   std::unique_ptr<sqlite::Queries> reader);

  // The connection for the look-ups of the committer.
  sqlite::Queries& hot() const;

  // In this order: the reader is closed first, the writer does the last checkpoint, then the lock
  // goes.
  const std::unique_ptr<sqlite::WriterLock> lock_;  // null for kReadOnly
  const std::unique_ptr<sqlite::Writer> writer_;    // null for kReadOnly
  const std::unique_ptr<sqlite::Queries> reader_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_EVENT_STORE_H_
