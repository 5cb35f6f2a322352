#ifndef MESOLYS_PROTO_SQLITE_SQLITE_H_
#define MESOLYS_PROTO_SQLITE_SQLITE_H_

// RAII over sqlite3. Results are SQLite's own extended codes, because what they mean is decided by
// the caller. A connection and its statements belong to one thread at a time, and the statements
// are destroyed first. A parameter that does not exist and lack of memory abort.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace mesolys::sqlite {

class Connection {
 public:
  // `flags` are SQLITE_OPEN_*. On an error ErrorText() says why.
  int Open(const std::string& path, int flags);

  // SQL without parameters; its rows are dropped.
  int Execute(const std::string& sql);

  // The integer of the first row's first column, 0 when there is no row.
  int QueryInteger(const std::string& sql, int64_t& value);

  // Of the last call that failed, in SQLite's words with its code.
  std::string ErrorText() const;

  // errno of the last input or output that failed.
  int SystemError() const { return sqlite3_system_errno(get()); }

  // Rows that the last statement changed.
  int64_t changed_count() const { return sqlite3_changes64(get()); }

  bool IsInTransaction() const { return sqlite3_get_autocommit(get()) == 0; }

  sqlite3* get() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };

  std::unique_ptr<sqlite3, Closer> handle_;
};

// How a parameter is stored; both accept any bytes.
struct Text {
  absl::string_view bytes;
};
struct Blob {
  absl::string_view bytes;
};

class Statement {
 public:
  // `flags` are SQLITE_PREPARE_*: PERSISTENT for a statement that is kept for long.
  int Prepare(const Connection& connection, absl::string_view sql, unsigned int flags = 0);

  // Sets all parameters in order. The bytes of texts and blobs must live until Reset.
  template <typename... Values>
  void Bind(Values... values) {
    int index = 0;
    (BindOne(++index, values), ...);
  }

  // SQLITE_ROW, SQLITE_DONE or an error.
  int Step() { return sqlite3_step(handle_.get()); }

  // Ends the execution: until then a query keeps its view of the database open.
  void Reset() { sqlite3_reset(handle_.get()); }

  // For a statement without rows: Step and Reset; SQLITE_OK or an error.
  int Run();

  // Of the current row; columns from 0.
  int64_t Integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  std::string Bytes(int column) const { return std::string(View(column)); }
  // As Bytes: NULL reads as empty; valid until the next Step or Reset.
  absl::string_view View(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };

  void BindOne(int index, int64_t value);
  void BindOne(int index, Text value);
  void BindOne(int index, Blob value);

  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
};

// Resets a statement when the scope is left.
class ScopedReset {
 public:
  explicit ScopedReset(Statement& statement) : statement_(statement) {}
  ~ScopedReset() { statement_.Reset(); }
  ScopedReset(const ScopedReset&) = delete;
  ScopedReset& operator=(const ScopedReset&) = delete;

 private:
  Statement& statement_;
};

}  // namespace mesolys::sqlite

#endif  // MESOLYS_PROTO_SQLITE_SQLITE_H_
