#include "agent/state/database.h"

#include <sqlite3.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace mesolys::agent {
namespace {

absl::Status Trouble(sqlite3* connection) {
  const int code = sqlite3_errcode(connection) & 0xFF;
  const char* path = sqlite3_db_filename(connection, "main");
  const std::string text =
      absl::StrCat(path == nullptr ? "spool" : path, ": ", sqlite3_errmsg(connection));
  if (code == SQLITE_FULL) return absl::ResourceExhaustedError(text);
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) return absl::DataLossError(text);
  if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM) {
    return absl::PermissionDeniedError(text);
  }
  return absl::InternalError(text);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Statement& Statement::Bind(int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), ++bound_count_, value) != SQLITE_OK) std::abort();
  return *this;
}

Statement& Statement::Bind(const std::string& blob) {
  if (sqlite3_bind_blob64(statement_.get(), ++bound_count_, blob.data(), blob.size(),
                          SQLITE_TRANSIENT) != SQLITE_OK) {
    std::abort();
  }
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return Trouble(connection_);
}

absl::Status Statement::Run() {
  absl::Status status = Step().status();
  Reset();
  return status;
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  bound_count_ = 0;
}

int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

absl::string_view Statement::Blob(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr) return "";
  return absl::string_view(static_cast<const char*>(data), static_cast<size_t>(size));
}

absl::StatusOr<Database> Database::Open(const std::string& path) {
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &connection,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  if (connection == nullptr) std::abort();  // not even memory for the handle
  Database database(connection);
  if (code != SQLITE_OK) return Trouble(connection);
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, 1000);
  if (absl::Status status = database.Execute(
          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;"
          " PRAGMA cache_size = -512");
      !status.ok()) {
    return status;
  }
  return database;
}

absl::Status Database::Execute(const char* sql) {
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return Trouble(connection_.get());
}

absl::StatusOr<Statement> Database::Prepare(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    return Trouble(connection_.get());
  }
  return Statement(connection_.get(), statement);
}

int64_t Database::changed_count() const { return sqlite3_changes64(connection_.get()); }

}  // namespace mesolys::agent
