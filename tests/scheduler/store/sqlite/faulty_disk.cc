#include "tests/scheduler/store/sqlite/faulty_disk.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>

namespace mesolys {
namespace {

// What one kind of file does. SQLite calls through tables of C functions, so this cannot be a
// member.
struct Faults {
  sqlite3_io_methods methods;                // the real ones with ours in between
  const sqlite3_io_methods* real = nullptr;  // as SQLite set them for this kind of file
  std::atomic<int> write_code = SQLITE_OK;
  std::atomic<int> write_error = 0;
  std::atomic<int> sync_code = SQLITE_OK;
  std::atomic<int> syncs = 0;
};

Faults database;
Faults log;
sqlite3_vfs faulty;
sqlite3_vfs* behind = nullptr;

template <Faults& faults>
int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  if (faults.write_code != SQLITE_OK) {
    errno = faults.write_error;
    return faults.write_code;
  }
  return faults.real->xWrite(file, bytes, size, offset);
}

template <Faults& faults>
int Sync(sqlite3_file* file, int flags) {
  ++faults.syncs;
  if (faults.sync_code != SQLITE_OK) {
    errno = EIO;
    return faults.sync_code;
  }
  return faults.real->xSync(file, flags);
}

template <Faults& faults>
void Intercept(sqlite3_file* file) {
  if (faults.real == nullptr) {
    faults.real = file->pMethods;
    faults.methods = *file->pMethods;
    faults.methods.xWrite = Write<faults>;
    faults.methods.xSync = Sync<faults>;
  }
  if (file->pMethods != faults.real) std::abort();
  file->pMethods = &faults.methods;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const int code = behind->xOpen(behind, name, file, flags, flags_out);
  if (code != SQLITE_OK) return code;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) Intercept<database>(file);
  if ((flags & SQLITE_OPEN_WAL) != 0) Intercept<log>(file);
  return SQLITE_OK;
}

Faults& Of(FaultyDisk::File file) { return file == FaultyDisk::File::kDatabase ? database : log; }

}  // namespace

FaultyDisk::FaultyDisk() : real_(sqlite3_vfs_find(nullptr)) {
  if (behind != nullptr) std::abort();
  behind = real_;
  faulty = *real_;
  faulty.zName = "faulty";
  faulty.pNext = nullptr;
  faulty.xOpen = Open;
  if (sqlite3_vfs_register(&faulty, /*makeDflt=*/1) != SQLITE_OK) std::abort();
}

FaultyDisk::~FaultyDisk() {
  Heal();
  sqlite3_vfs_unregister(&faulty);
  sqlite3_vfs_register(real_, /*makeDflt=*/1);
  behind = nullptr;
}

void FaultyDisk::FailWrites(File file, int code, int error) {
  Of(file).write_error = error;
  Of(file).write_code = code;
}

void FaultyDisk::FailSyncs(File file) { Of(file).sync_code = SQLITE_IOERR_FSYNC; }

void FaultyDisk::Heal() {
  for (Faults* faults : {&database, &log}) faults->write_code = faults->sync_code = SQLITE_OK;
}

int FaultyDisk::log_syncs() const { return log.syncs; }

}  // namespace mesolys
