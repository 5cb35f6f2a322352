#include "agent/state/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kSchemaVersion = 4;

constexpr char kSchema[] =
    "CREATE TABLE record (seq INTEGER PRIMARY KEY AUTOINCREMENT, add_time INTEGER NOT NULL,"
    " body BLOB NOT NULL) STRICT";
// Imports came with version 3.
constexpr char kAddImports[] =
    "ALTER TABLE record ADD COLUMN import INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX record_import ON record (import) WHERE import != 0";
constexpr char kSetVersion[] = "PRAGMA user_version = 4";

// A record inside a request costs its bytes, a tag and a length of at most four bytes.
constexpr int64_t kRecordOverhead = 5;

std::string RandomId() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8),
                      absl::Hex(random(), absl::kZeroPad8));
}

// Held by this process until the file is closed, also when it is killed.
absl::StatusOr<int> LockDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::PermissionDeniedError(
        absl::StrCat("state_dir: cannot create ", directory, ": ", error.message()));
  }
  const std::string path = directory + "/spool.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (file < 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("state_dir: cannot write in ", directory, ": ", std::strerror(errno)));
  }
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return absl::FailedPreconditionError(absl::StrCat("another agent holds ", path,
                                                      ": stop it first; an agent of another site "
                                                      "needs a state_dir of its own"));
  }
  return file;
}

}  // namespace

Spool::Spool(int lock_file, Database database, int64_t records_max)
    : lock_file_(lock_file), records_max_(records_max), database_(std::move(database)) {}

Spool::~Spool() { ::close(lock_file_); }

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(const std::string& directory,
                                                   int64_t records_max) {
  const absl::StatusOr<int> lock_file = LockDirectory(directory);
  if (!lock_file.ok()) return lock_file.status();
  absl::StatusOr<Database> database = Database::Open(directory + "/spool.db");
  if (!database.ok()) {
    ::close(*lock_file);
    return database.status();
  }
  std::unique_ptr<Spool> spool(new Spool(*lock_file, *std::move(database), records_max));
  if (absl::Status status = spool->Prepare(); !status.ok()) return status;
  return spool;
}

absl::Status Spool::Prepare() {
  MutexLock lock(mutex_);
  absl::StatusOr<sqlite::Statement> version = database_.Prepare("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (absl::StatusOr<bool> row = database_.Step(*version); !row.ok()) return row.status();
  const int64_t found = version->Integer(0);
  version->Reset();
  if (found > kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("spool.db is of version ", found, ", this agent knows ", kSchemaVersion,
                     ": run the newer agent, or give this one another state_dir"));
  }
  if (found < kSchemaVersion) {
    absl::Status migrated = Commit(
        [this, found]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return MigrateFrom(found); });
    if (!migrated.ok()) return migrated;
  }
  absl::StatusOr<std::string> id = kept_.SpoolId();
  if (!id.ok()) return id.status();
  id_ = *std::move(id);
  absl::StatusOr<sqlite::Statement> count = database_.Prepare("SELECT count(*) FROM record");
  if (!count.ok()) return count.status();
  if (absl::StatusOr<bool> row = database_.Step(*count); !row.ok()) return row.status();
  record_count_ = count->Integer(0);
  return absl::OkStatus();
}

absl::Status Spool::MigrateFrom(int64_t version) {
  if (version == 0) {
    for (const char* statement : {kSchema, Kept::kSchema}) {
      if (absl::Status status = database_.Execute(statement); !status.ok()) return status;
    }
    if (absl::Status status = kept_.SetSpoolId(RandomId()); !status.ok()) return status;
  }
  if (version < 2) {
    if (absl::Status status = MergeWaiting(); !status.ok()) return status;
  }
  if (version < 3) {
    for (const char* statement : {kAddImports, ImportTable::kSchema}) {
      if (absl::Status status = database_.Execute(statement); !status.ok()) return status;
    }
  }
  // Rows that were set aside came with version 4.
  for (const char* statement : {SetAsideTable::kSchema, kSetVersion}) {
    if (absl::Status status = database_.Execute(statement); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// The jobs came with version 2; those that an older agent reported are settled, or wait here.
absl::Status Spool::MergeWaiting() {
  if (absl::Status status = database_.Execute(JobTable::kSchema); !status.ok()) return status;
  absl::StatusOr<sqlite::Statement> waiting =
      database_.Prepare("SELECT body FROM record ORDER BY seq");
  if (!waiting.ok()) return waiting.status();
  while (true) {
    const absl::StatusOr<bool> row = database_.Step(*waiting);
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    v1::UsageRecord record;
    const absl::string_view body = waiting->View(0);
    if (!record.ParseFromArray(body.data(), static_cast<int>(body.size()))) continue;
    const absl::StatusOr<int64_t> merged = JobTable(database_).Merge({record});
    if (!merged.ok()) return merged.status();
  }
}

template <typename Change>
absl::Status Spool::Commit(Change change) {
  if (absl::Status status = database_.Execute("BEGIN IMMEDIATE"); !status.ok()) return status;
  absl::Status status = change();
  if (status.ok()) status = database_.Execute("COMMIT");
  // SQLite may have rolled back by itself already: then this finds nothing to do.
  if (!status.ok()) database_.Execute("ROLLBACK").IgnoreError();
  return status;
}

absl::Status Spool::CheckRoom(int64_t added) const {
  if (added <= records_max_ - record_count_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      Say("the spool holds $0 of $1 records; no room for $2 until the scheduler has taken some",
          record_count_, records_max_, added)
          .Render());
}

absl::StatusOr<int64_t> Spool::Insert(const std::vector<v1::UsageRecord>& records, int64_t import,
                                      absl::Time now) {
  absl::StatusOr<sqlite::Statement> insert =
      database_.Prepare("INSERT INTO record (add_time, body, import) VALUES (?, ?, ?)");
  if (!insert.ok()) return insert.status();
  for (const v1::UsageRecord& record : records) {
    absl::Status inserted = database_.Run(*insert, absl::ToUnixMillis(now),
                                          sqlite::Blob{record.SerializeAsString()}, import);
    if (!inserted.ok()) return inserted;
  }
  return JobTable(database_).Merge(records);
}

absl::Status Spool::Add(const std::vector<v1::UsageRecord>& records, const std::string& cursor,
                        const QuarantineMark& mark, absl::Time now, const std::string& collector) {
  MutexLock lock(mutex_);
  return AddWith(records, /*import=*/0, mark, now, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return kept_.SetCursor(collector, cursor);
  });
}

absl::Status Spool::AddImported(const std::vector<v1::UsageRecord>& records,
                                const ImportPlace& place, const QuarantineMark& mark,
                                absl::Time now) {
  MutexLock lock(mutex_);
  return AddWith(records, place.number, mark, now, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ImportTable(database_).Put(place);
  });
}

template <typename KeepPlace>
absl::Status Spool::AddWith(const std::vector<v1::UsageRecord>& records, int64_t import,
                            const QuarantineMark& mark, absl::Time now, KeepPlace keep_place) {
  const auto added = static_cast<int64_t>(records.size());
  if (absl::Status room = CheckRoom(added); !room.ok()) return room;
  int64_t changed = 0;
  absl::Status status = Commit([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
    const absl::StatusOr<int64_t> inserted = Insert(records, import, now);
    if (!inserted.ok()) return inserted.status();
    changed = *inserted;
    if (absl::Status kept = keep_place(); !kept.ok()) return kept;
    const absl::StatusOr<int64_t> read = SetAsideTable(database_).MarkRead(records);
    if (!read.ok()) return read.status();
    changed += *read + static_cast<int64_t>(mark.rows.size());
    return KeepMark(mark);
  });
  if (!status.ok()) return status;
  record_count_ += added;
  if (changed > 0) ++job_revision_;
  return status;
}

absl::StatusOr<std::vector<ImportPlace>> Spool::Imports() {
  MutexLock lock(mutex_);
  return ImportTable(database_).All();
}

absl::Status Spool::ForgetImport(int64_t number) {
  MutexLock lock(mutex_);
  return ImportTable(database_).Remove(number);
}

absl::StatusOr<std::vector<UsageRecord>> Spool::Jobs(const std::optional<JobKey>& after,
                                                     int64_t records_max) {
  MutexLock lock(mutex_);
  return JobTable(database_).Page(after, records_max);
}

absl::StatusOr<std::optional<UsageRecord>> Spool::Job(const JobKey& key) {
  MutexLock lock(mutex_);
  return JobTable(database_).Find(key);
}

absl::Status Spool::ForgetJobs(const std::vector<JobKey>& jobs) {
  if (jobs.empty()) return absl::OkStatus();
  MutexLock lock(mutex_);
  ++job_revision_;
  return Commit(
      [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return JobTable(database_).Remove(jobs); });
}

int64_t Spool::JobRevision() {
  MutexLock lock(mutex_);
  return job_revision_;
}

absl::StatusOr<SpoolBatch> Spool::Head(int64_t records_max, int64_t bytes_max) {
  MutexLock lock(mutex_);
  absl::StatusOr<sqlite::Statement> query =
      database_.Prepare("SELECT seq, body, import FROM record ORDER BY seq LIMIT ?");
  if (!query.ok()) return query.status();
  query->Bind(records_max);
  SpoolBatch batch;
  int64_t bytes = 0;
  while (true) {
    const absl::StatusOr<bool> row = database_.Step(*query);
    if (!row.ok()) return row.status();
    if (!*row) break;
    const absl::string_view body = query->View(1);
    bytes += static_cast<int64_t>(body.size()) + kRecordOverhead;
    const int64_t import = query->Integer(2);
    if ((bytes > bytes_max || import != batch.import) && !batch.records.empty()) break;
    batch.import = import;
    batch.last = query->Integer(0);
    if (batch.records.empty()) batch.first = batch.last;
    if (!batch.records.emplace_back().ParseFromArray(body.data(), static_cast<int>(body.size()))) {
      return CannotReadBack(absl::StrCat("record ", batch.last));
    }
  }
  return batch;
}

absl::Status Spool::Acknowledge(int64_t last, const QuarantineMark& mark,
                                const ImportTally& tally) {
  MutexLock lock(mutex_);
  int64_t deleted = 0;
  absl::Status status = Commit([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
    absl::Status removed = database_.Run("DELETE FROM record WHERE seq <= ?", last);
    if (!removed.ok()) return removed;
    deleted = database_.changed_count();
    if (tally.number != 0) {
      if (absl::Status counted = ImportTable(database_).Count(tally); !counted.ok()) return counted;
    }
    return KeepMark(mark);
  });
  if (!status.ok()) return status;
  record_count_ -= deleted;
  if (!mark.rows.empty()) ++job_revision_;
  return status;
}

absl::Status Spool::KeepMark(const QuarantineMark& mark) {
  if (absl::Status put = SetAsideTable(database_).Put(mark.rows); !put.ok()) return put;
  return kept_.SetMark(mark);
}

absl::StatusOr<std::vector<SetAsideRow>> Spool::SetAside(int64_t after, int64_t rows_max) {
  MutexLock lock(mutex_);
  return SetAsideTable(database_).Page(after, rows_max);
}

absl::Status Spool::ForgetSetAside(const std::vector<int64_t>& numbers) {
  if (numbers.empty()) return absl::OkStatus();
  MutexLock lock(mutex_);
  return Commit([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return SetAsideTable(database_).Remove(numbers);
  });
}

int64_t Spool::Room() {
  MutexLock lock(mutex_);
  return records_max_ - record_count_;
}

absl::StatusOr<SpoolLevel> Spool::Level() {
  MutexLock lock(mutex_);
  absl::StatusOr<sqlite::Statement> oldest =
      database_.Prepare("SELECT add_time FROM record ORDER BY seq LIMIT 1");
  if (!oldest.ok()) return oldest.status();
  const absl::StatusOr<bool> row = database_.Step(*oldest);
  if (!row.ok()) return row.status();
  SpoolLevel level;
  level.record_count = record_count_;
  if (*row) level.oldest_add_time = absl::FromUnixMillis(oldest->Integer(0));
  return level;
}

absl::StatusOr<std::string> Spool::Cursor(const std::string& collector) {
  MutexLock lock(mutex_);
  return kept_.Cursor(collector);
}

absl::StatusOr<QuarantineMark> Spool::Mark() {
  MutexLock lock(mutex_);
  return kept_.Mark();
}

absl::Status Spool::KeepDesiredState(const v1::DesiredState& state) {
  MutexLock lock(mutex_);
  return kept_.SetDesiredState(state);
}

absl::StatusOr<std::optional<v1::DesiredState>> Spool::DesiredState() {
  MutexLock lock(mutex_);
  return kept_.DesiredState();
}

absl::Status Spool::KeepGenerationInForce(int64_t generation) {
  MutexLock lock(mutex_);
  return kept_.SetGenerationInForce(generation);
}

absl::StatusOr<int64_t> Spool::GenerationInForce() {
  MutexLock lock(mutex_);
  return kept_.GenerationInForce();
}

absl::Status Spool::KeepWitness(const v1::LedgerHead& head) {
  MutexLock lock(mutex_);
  return kept_.SetWitness(head);
}

absl::StatusOr<std::optional<v1::LedgerHead>> Spool::Witness() {
  MutexLock lock(mutex_);
  return kept_.Witness();
}

}  // namespace mesolys::agent
