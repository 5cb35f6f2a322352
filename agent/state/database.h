#ifndef MESOLYS_AGENT_STATE_DATABASE_H_
#define MESOLYS_AGENT_STATE_DATABASE_H_

// The spool's file: how it is opened, and what SQLite's errors mean to an agent: RESOURCE_EXHAUSTED
// for a full disk, DATA_LOSS for a file that is no database, PERMISSION_DENIED for one that cannot
// be opened or written, INTERNAL for the rest; each with SQLite's words and the path. One thread at
// a time.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/sqlite/sqlite.h"

namespace mesolys::agent {

class Database {
 public:
  // Creates the file; WAL, synchronous FULL, 512 KiB of cached pages.
  static absl::StatusOr<Database> Open(const std::string& path);

  absl::Status Execute(const std::string& sql);
  absl::StatusOr<sqlite::Statement> Prepare(absl::string_view sql);

  // Whether there is a row.
  absl::StatusOr<bool> Step(sqlite::Statement& statement);

  // For a statement without rows.
  template <typename... Values>
  absl::Status Run(sqlite::Statement& statement, const Values&... values) {
    statement.Bind(values...);
    return ToStatus(statement.Run());
  }
  // The same, for once.
  template <typename... Values>
  absl::Status Run(absl::string_view sql, const Values&... values) {
    absl::StatusOr<sqlite::Statement> statement = Prepare(sql);
    if (!statement.ok()) return statement.status();
    return Run(*statement, values...);
  }

  // Rows changed by the last statement.
  int64_t changed_count() const { return connection_.changed_count(); }

 private:
  explicit Database(sqlite::Connection connection) : connection_(std::move(connection)) {}

  // Of the connection's last call.
  absl::Status ToStatus(int code) const;

  sqlite::Connection connection_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_DATABASE_H_
