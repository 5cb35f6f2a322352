#ifndef MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_FILE_H_
#define MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_FILE_H_

// The event store's database file: who may write to it, what is in it, and how connections to it
// are set up. Private to this folder. Errors say which path is meant and what would be right.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/sqlite/sqlite.h"

namespace mesolys::sqlite {

// "MLyS", in the header of the file.
inline constexpr int64_t kApplicationId = 0x4D4C7953;
inline constexpr int64_t kSchemaVersion = 1;

// Held by the one process that writes to the database; the kernel releases it when that process
// ends.
class WriterLock {
 public:
  // FAILED_PRECONDITION names the process that holds it. `path` is the database's; the lock lies
  // beside it.
  static absl::StatusOr<WriterLock> Take(const std::string& path);

  WriterLock() = default;
  ~WriterLock();
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;

 private:
  explicit WriterLock(int file) : file_(file) {}

  int file_ = -1;
};

// The absolute path without symbolic links, so that one file has one lock. NOT_FOUND or
// FAILED_PRECONDITION when no database can be there.
absl::StatusOr<std::string> ResolvePath(absl::string_view path);

// The connection that does every commit and every checkpoint. Creates what is missing: the file,
// the schema. The caller holds the writer's lock.
absl::StatusOr<Connection> OpenForWriting(const std::string& path);

// A connection that neither creates nor changes anything. NOT_FOUND when there is no file.
absl::StatusOr<Connection> OpenForReading(const std::string& path);

// What `code`, the result of the connection's last call, means to whoever asked for it.
absl::Status ToStatus(const std::string& path, const Connection& connection, int code);

}  // namespace mesolys::sqlite

#endif  // MESOLYS_SCHEDULER_STORE_SQLITE_SQLITE_FILE_H_
