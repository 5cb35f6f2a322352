#include "agent/state/database.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace mesolys::agent {

absl::StatusOr<Database> Database::Open(const std::string& path) {
  sqlite::Connection connection;
  const int code =
      connection.Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX);
  Database database(std::move(connection));
  if (code != SQLITE_OK) return database.ToStatus(code);
  sqlite3_busy_timeout(database.connection_.get(), 1000);
  if (absl::Status status = database.Execute(
          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;"
          " PRAGMA cache_size = -512");
      !status.ok()) {
    return status;
  }
  return database;
}

absl::Status Database::Execute(const std::string& sql) {
  return ToStatus(connection_.Execute(sql));
}

absl::StatusOr<sqlite::Statement> Database::Prepare(absl::string_view sql) {
  sqlite::Statement statement;
  if (absl::Status status = ToStatus(statement.Prepare(connection_, sql)); !status.ok()) {
    return status;
  }
  return statement;
}

absl::StatusOr<bool> Database::Step(sqlite::Statement& statement) {
  const int code = statement.Step();
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return ToStatus(code);
}

absl::Status Database::ToStatus(int code) const {
  if (code == SQLITE_OK) return absl::OkStatus();
  sqlite3* const connection = connection_.get();
  const char* path = sqlite3_db_filename(connection, "main");
  const std::string text =
      absl::StrCat(path == nullptr ? "spool" : path, ": ", sqlite3_errmsg(connection));
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(text);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::PermissionDeniedError(text);
    default:
      return absl::InternalError(text);
  }
}

}  // namespace mesolys::agent
