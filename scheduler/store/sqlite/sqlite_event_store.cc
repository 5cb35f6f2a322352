#include "scheduler/store/sqlite/sqlite_event_store.h"

#include <limits>
#include <string>
#include <utility>

#include "scheduler/store/sqlite/sqlite_file.h"
#include "scheduler/store/sqlite/sqlite_queries.h"
#include "scheduler/store/sqlite/sqlite_writer.h"

namespace mesolys {

absl::StatusOr<std::unique_ptr<SqliteEventStore>> SqliteEventStore::Open(absl::string_view path,
                                                                         Mode mode) {
  absl::StatusOr<std::string> file = sqlite::ResolvePath(path);
  if (!file.ok()) return file.status();

  std::unique_ptr<sqlite::WriterLock> lock;
  std::unique_ptr<sqlite::Writer> writer;
  if (mode == Mode::kReadWrite) {
    absl::StatusOr<sqlite::WriterLock> taken = sqlite::WriterLock::Take(*file);
    if (!taken.ok()) return taken.status();
    lock = std::make_unique<sqlite::WriterLock>(*std::move(taken));
    absl::StatusOr<sqlite::Connection> connection = sqlite::OpenForWriting(*file);
    if (!connection.ok()) return connection.status();
    auto made = sqlite::Writer::Make(*file, *std::move(connection));
    if (!made.ok()) return made.status();
    writer = *std::move(made);
  }

  absl::StatusOr<sqlite::Connection> connection = sqlite::OpenForReading(*file);
  if (!connection.ok()) return connection.status();
  auto reader = sqlite::Queries::Make(*file, *std::move(connection));
  if (!reader.ok()) return reader.status();
  if (mode == Mode::kReadOnly) {
    // So that the log and the job table of a scheduler at work can be compared with each other.
    if (absl::Status frozen = (*reader)->FreezeView(); !frozen.ok()) return frozen;
  }
  return std::unique_ptr<SqliteEventStore>(
      new SqliteEventStore(std::move(lock), std::move(writer), *std::move(reader)));
}

SqliteEventStore::SqliteEventStore(std::unique_ptr<sqlite::WriterLock> lock,
                                   std::unique_ptr<sqlite::Writer> writer,
                                   std::unique_ptr<sqlite::Queries> reader)
    : lock_(std::move(lock)), writer_(std::move(writer)), reader_(std::move(reader)) {}

SqliteEventStore::~SqliteEventStore() = default;

AppendResult SqliteEventStore::Append(const std::vector<Commit>& commits) {
  if (writer_ == nullptr) {
    return {AppendResult::Outcome::kUnavailable, 0, "the database is open for reading only"};
  }
  return writer_->Append(commits);
}

absl::Status SqliteEventStore::Read(int64_t from_revision,
                                    const std::function<absl::Status(const LogRow&)>& visit) const {
  while (true) {
    absl::StatusOr<std::vector<LogRow>> rows = reader_->LogFrom(from_revision);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return absl::OkStatus();
    for (const LogRow& row : *rows) {
      if (absl::Status visited = visit(row); !visited.ok()) return visited;
    }
    from_revision = rows->back().revision + 1;
  }
}

absl::StatusOr<std::optional<LogRow>> SqliteEventStore::FindKey(
    absl::string_view actor, absl::string_view request_id) const {
  return hot().FindKey(actor, request_id);
}

absl::StatusOr<std::vector<JobRow>> SqliteEventStore::FindJobs(
    const std::vector<JobRowKey>& keys) const {
  return hot().FindJobs(keys);
}

absl::StatusOr<std::vector<JobRow>> SqliteEventStore::FindJobs(absl::string_view cluster,
                                                               absl::string_view account,
                                                               const JobPage& page) const {
  return reader_->FindJobs(cluster, account, page);
}

absl::StatusOr<std::vector<JobRow>> SqliteEventStore::FindJobsById(absl::string_view cluster,
                                                                   int64_t job_id) const {
  return reader_->FindJobsById(cluster, job_id);
}

absl::Status SqliteEventStore::ReadJobs(
    const std::function<absl::Status(const JobRow&)>& visit) const {
  constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::min();
  JobRowKey last = {"", kBeforeAll, kBeforeAll};
  while (true) {
    absl::StatusOr<std::vector<JobRow>> rows = reader_->JobsAfter(last);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return absl::OkStatus();
    for (const JobRow& row : *rows) {
      if (absl::Status visited = visit(row); !visited.ok()) return visited;
    }
    last = rows->back().key;
  }
}

sqlite::Queries& SqliteEventStore::hot() const { return writer_ != nullptr ? *writer_ : *reader_; }

}  // namespace mesolys
