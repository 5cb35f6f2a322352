#ifndef MESOLYS_AGENT_STATE_DATABASE_H_
#define MESOLYS_AGENT_STATE_DATABASE_H_

// SQLite, as thinly as the spool needs it. Errors: RESOURCE_EXHAUSTED for a full disk, DATA_LOSS
// for a file that is no database, PERMISSION_DENIED for one that cannot be opened or written,
// INTERNAL for the rest; each with SQLite's words and the path. One thread at a time.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mesolys::agent {

// A prepared statement. Bind in the order of its parameters, Step until there is no row, Reset.
class Statement {
 public:
  Statement& Bind(int64_t value);
  Statement& Bind(const std::string& blob);
  // Whether there is a row.
  absl::StatusOr<bool> Step();
  // For a statement without rows: steps once and resets.
  absl::Status Run();
  void Reset();

  int64_t Integer(int column) const;
  // A null is an empty one. Valid until the next Step.
  absl::string_view Blob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  sqlite3* connection_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_count_ = 0;
};

class Database {
 public:
  // Creates the file; WAL, synchronous FULL, 512 KiB of cached pages.
  static absl::StatusOr<Database> Open(const std::string& path);

  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(absl::string_view sql);
  // Rows changed by the last statement.
  int64_t changed_count() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_DATABASE_H_
