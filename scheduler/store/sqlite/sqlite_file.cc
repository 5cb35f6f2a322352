#include "scheduler/store/sqlite/sqlite_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mesolys::sqlite {
namespace {

namespace fs = std::filesystem;

// How long a connection waits for a stranger (a shell, a backup) before the store is called
// unavailable.
constexpr int kBusyWaitMs = 500;

// The job table has no rowid: its rows lie in the order of their key, which is nearly the order of
// arrival, and the key is stored once. Its rate is that of a table with one; the file is 6 %
// smaller (measured).
constexpr char kSchema[] = R"sql(
  CREATE TABLE event(
    revision INTEGER PRIMARY KEY,
    actor TEXT NOT NULL,
    request_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    time_us INTEGER NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE(actor, request_id)
  ) STRICT;
  CREATE TABLE job(
    cluster TEXT NOT NULL,
    job_id INTEGER NOT NULL,
    submit_time INTEGER NOT NULL,
    account TEXT NOT NULL,
    revision INTEGER NOT NULL,
    record BLOB NOT NULL,
    charges BLOB NOT NULL,
    PRIMARY KEY(cluster, job_id, submit_time)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX job_by_account ON job(cluster, account, job_id, submit_time);
)sql";

std::string ErrnoText(int error) { return std::generic_category().message(error); }

absl::Status SystemStatus(int error, const std::string& text) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(text);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::FailedPreconditionError(text);
  }
}

// " (pid 1234)" when the lock's file names its holder.
std::string HolderOf(int lock_file) {
  char text[32];
  const ssize_t size = pread(lock_file, text, sizeof text, 0);
  int64_t pid = 0;
  if (size <= 0 || !absl::SimpleAtoi(absl::string_view(text, static_cast<size_t>(size)), &pid)) {
    return "";
  }
  return absl::StrCat(" (pid ", pid, ")");
}

enum class Content { kNothing, kEvents };

// Refuses files that are not ours before anything is written to them.
absl::StatusOr<Content> Identify(const std::string& path, Connection& connection) {
  int64_t application = 0;
  int64_t version = 0;
  int64_t tables = 0;
  int code = connection.QueryInteger("PRAGMA application_id", application);
  if (code == SQLITE_OK) code = connection.QueryInteger("PRAGMA user_version", version);
  if (code == SQLITE_OK) {
    code = connection.QueryInteger("SELECT count(*) FROM sqlite_schema", tables);
  }
  if (code != SQLITE_OK) return ToStatus(path, connection, code);
  if (application == 0 && version == 0 && tables == 0) return Content::kNothing;
  if (application != kApplicationId || version < 1) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is a database of another program (application id ", application,
                     ", not ", kApplicationId, "): name another file"));
  }
  if (version > kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " was written by a newer mesolys-scheduler (schema ", version,
                     "; this one knows ", kSchemaVersion, "): upgrade it"));
  }
  return Content::kEvents;
}

absl::Status CreateSchema(const std::string& path, Connection& connection) {
  // One transaction: a crash in the middle leaves a file that still counts as empty.
  const int code = connection.Execute(
      absl::StrCat("BEGIN IMMEDIATE;", kSchema, "PRAGMA application_id=", kApplicationId,
                   ";PRAGMA user_version=", kSchemaVersion, ";COMMIT"));
  return code == SQLITE_OK ? absl::OkStatus() : ToStatus(path, connection, code);
}

absl::Status UseWriteAheadLog(const std::string& path, Connection& connection) {
  Statement statement;
  int code = statement.Prepare(connection, "PRAGMA journal_mode=WAL");
  if (code == SQLITE_OK) code = statement.Step();
  if (code != SQLITE_ROW) return ToStatus(path, connection, code);
  const std::string journal_mode = statement.Bytes(0);
  if (journal_mode == "wal") return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is on a file system without shared memory, so its journal mode is ",
                   journal_mode, ", not wal: use a local disk"));
}

}  // namespace

absl::StatusOr<WriterLock> WriterLock::Take(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int file = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    const int error = errno;
    return SystemStatus(error, absl::StrCat(lock_path, " cannot be created: ", ErrnoText(error),
                                            "; the scheduler must be able to write beside its "
                                            "database"));
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string holder = HolderOf(file);
    close(file);
    if (error == EWOULDBLOCK) {
      return absl::FailedPreconditionError(
          absl::StrCat("another scheduler", holder, " uses ", path, ": stop it first"));
    }
    return SystemStatus(error, absl::StrCat(lock_path, " cannot be locked: ", ErrnoText(error),
                                            "; use a local disk"));
  }
  // The number is for the message above only, so a full disk may leave it out.
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(file, 0) != 0 || pwrite(file, pid.data(), pid.size(), 0) < 0) errno = 0;
  return WriterLock(file);
}

WriterLock::~WriterLock() {
  if (file_ < 0) return;
  // No stale number for the moment between the next holder's lock and its own number.
  if (ftruncate(file_, 0) != 0) errno = 0;
  close(file_);
}

WriterLock::WriterLock(WriterLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

absl::StatusOr<std::string> ResolvePath(absl::string_view path) {
  if (path.empty()) {
    return absl::InvalidArgumentError("the database's path is empty: name a file");
  }
  std::error_code error;
  const fs::path file = fs::absolute(fs::path(std::string(path)), error);
  const fs::path directory = file.parent_path();
  if (!fs::exists(directory, error)) {
    return absl::NotFoundError(
        absl::StrCat(directory.string(), " does not exist: create the directory that is to hold ",
                     file.filename().string()));
  }
  if (!fs::is_directory(directory, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory.string(), " is not a directory, so ", path,
                     " cannot be a database: name a file in a directory"));
  }
  if (fs::exists(file, error) && !fs::is_regular_file(file, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is not a regular file: name the database file itself"));
  }
  const fs::path resolved = fs::weakly_canonical(file, error);
  return error ? file.string() : resolved.string();
}

absl::StatusOr<Connection> OpenForWriting(const std::string& path) {
  Connection connection;
  int code =
      connection.Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
  if (code != SQLITE_OK) return ToStatus(path, connection, code);
  // SQLite opens for reading what it may not write.
  if (sqlite3_db_readonly(connection.get(), "main") == 1) {
    return ToStatus(path, connection, SQLITE_READONLY);
  }
  sqlite3_busy_timeout(connection.get(), kBusyWaitMs);
  absl::StatusOr<Content> content = Identify(path, connection);
  if (!content.ok()) return content.status();
  if (absl::Status used = UseWriteAheadLog(path, connection); !used.ok()) return used;
  // Checkpoints are asked for by the store, which has to see their errors.
  code = connection.Execute(
      "PRAGMA synchronous=FULL; PRAGMA mmap_size=0; PRAGMA cache_size=-65536;"
      "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864");
  if (code != SQLITE_OK) return ToStatus(path, connection, code);
  if (*content == Content::kNothing) {
    if (absl::Status created = CreateSchema(path, connection); !created.ok()) return created;
  }
  return connection;
}

absl::StatusOr<Connection> OpenForReading(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return absl::NotFoundError(
        absl::StrCat(path, " does not exist: name the database of a scheduler"));
  }
  Connection connection;
  int code = connection.Open(path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX);
  if (code != SQLITE_OK) return ToStatus(path, connection, code);
  sqlite3_busy_timeout(connection.get(), kBusyWaitMs);
  // The checkpoint that SQLite does when the last connection closes is the writer's.
  sqlite3_db_config(connection.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  code = connection.Execute("PRAGMA query_only=ON; PRAGMA mmap_size=0; PRAGMA cache_size=-16384");
  if (code != SQLITE_OK) return ToStatus(path, connection, code);
  absl::StatusOr<Content> content = Identify(path, connection);
  if (!content.ok()) return content.status();
  if (*content == Content::kNothing) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is empty: start a scheduler with it first"));
  }
  return connection;
}

absl::Status ToStatus(const std::string& path, const Connection& connection, int code) {
  const int primary = code & 0xff;
  switch (primary) {
    case SQLITE_NOTADB:
      return absl::FailedPreconditionError(absl::StrCat(
          path, " is not a SQLite database: name another file, or move this one away"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::PermissionDeniedError(absl::StrCat(
          path, " is read-only: the scheduler must be able to write it and its directory"));
    case SQLITE_CORRUPT:
      return absl::DataLossError(absl::StrCat(path, " is damaged: ", connection.ErrorText(),
                                              "; restore it from a backup"));
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(path, " cannot grow: no space is left; make room on its disk"));
    default:
      break;
  }
  std::string text = absl::StrCat(path, " cannot be used: ", connection.ErrorText());
  if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
    absl::StrAppend(&text, ": ", ErrnoText(connection.SystemError()));
  }
  return primary == SQLITE_CANTOPEN ? SystemStatus(connection.SystemError(), text)
                                    : absl::UnavailableError(text);
}

}  // namespace mesolys::sqlite
