#ifndef MESOLYS_TESTS_SCHEDULER_STORE_SQLITE_FAULTY_DISK_H_
#define MESOLYS_TESTS_SCHEDULER_STORE_SQLITE_FAULTY_DISK_H_

// SQLite's default file system while this lives: the real one, until it is told to fail. One at a
// time, and only stores opened meanwhile see it. Any thread.

#include <atomic>

struct sqlite3_vfs;

namespace mesolys {

class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  enum class File { kDatabase, kLog };  // the log is SQLite's write-ahead log

  // Writes to this file give SQLite's `code` with this errno until Heal.
  void FailWrites(File file, int code, int error);

  // The same for fsync, with EIO.
  void FailSyncs(File file);

  void Heal();

  // fsyncs of the log so far.
  int log_syncs() const;

 private:
  sqlite3_vfs* const real_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_STORE_SQLITE_FAULTY_DISK_H_
