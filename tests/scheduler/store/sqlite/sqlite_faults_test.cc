// What the SQLite store does when the disk or a stranger is in its way: it says so, writes nothing,
// and goes on without being opened again; only an fsync that fails ends the process.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

#include "scheduler/store/sqlite/sqlite_event_store.h"
#include "tests/scheduler/store/sqlite/faulty_disk.h"
#include "tests/scheduler/store/store_rows.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using Outcome = AppendResult::Outcome;

std::unique_ptr<SqliteEventStore> MustOpen(
    const std::string& path, SqliteEventStore::Mode mode = SqliteEventStore::Mode::kReadWrite) {
  absl::StatusOr<std::unique_ptr<SqliteEventStore>> store = SqliteEventStore::Open(path, mode);
  if (store.ok()) return *std::move(store);
  ADD_FAILURE() << store.status();
  std::abort();
}

struct WriteFault {
  std::string name;
  int code;
  int error;
  Outcome outcome;
};

void PrintTo(const WriteFault& fault, std::ostream* out) { *out << fault.name; }

class SqliteWriteFaultTest : public testing::TestWithParam<WriteFault> {};

TEST_P(SqliteWriteFaultTest, RefusesWritesServesReadsAndRecovers) {
  const TemporaryDirectory directory;
  FaultyDisk disk;
  const auto store = MustOpen(directory.Path("events.db"));
  MustAppend(*store, {CommitOf(1, {Job(1, "physics", 1)})});

  disk.FailWrites(FaultyDisk::File::kLog, GetParam().code, GetParam().error);
  for (int i = 0; i < 3; ++i) {
    const AppendResult result = store->Append({CommitOf(2, {Job(1, "biology", 2)}), CommitOf(3)});
    EXPECT_EQ(result.outcome, GetParam().outcome) << result.text;
    EXPECT_THAT(result.text, testing::HasSubstr("events.db"));
    EXPECT_THAT(ReadAll(*store), ElementsAre(Row(1)));
    EXPECT_THAT(ReadAllJobs(*store), ElementsAre(Job(1, "physics", 1)));
    EXPECT_EQ(*store->FindKey(Row(2).actor, Row(2).request_id), std::nullopt);
  }

  disk.Heal();
  MustAppend(*store, {CommitOf(2, {Job(1, "biology", 2)})});
  EXPECT_THAT(ReadAll(*store), ElementsAre(Row(1), Row(2)));
  EXPECT_THAT(ReadAllJobs(*store), ElementsAre(Job(1, "biology", 2)));
}

INSTANTIATE_TEST_SUITE_P(
    All, SqliteWriteFaultTest,
    testing::Values(WriteFault{"FullDisk", SQLITE_FULL, ENOSPC, Outcome::kFull},
                    WriteFault{"Quota", SQLITE_IOERR_WRITE, EDQUOT, Outcome::kFull},
                    WriteFault{"FileTooBig", SQLITE_IOERR_WRITE, EFBIG, Outcome::kFull},
                    WriteFault{"BrokenDisk", SQLITE_IOERR_WRITE, EIO, Outcome::kUnavailable}),
    [](const auto& fault) { return fault.param.name; });

TEST(SqliteFaultsTest, GoesOnWhenTheCheckpointFindsNoSpace) {
  const TemporaryDirectory directory;
  FaultyDisk disk;
  auto store = MustOpen(directory.Path("events.db"));
  disk.FailWrites(FaultyDisk::File::kDatabase, SQLITE_FULL, ENOSPC);
  // Three times what a checkpoint waits for.
  for (int64_t revision = 1; revision <= 50; ++revision) {
    Commit commit = CommitOf(revision);
    commit.row.body.assign(1'000'000, 'b');
    MustAppend(*store, {commit});
  }
  disk.Heal();
  store.reset();
  EXPECT_THAT(ReadAll(*MustOpen(directory.Path("events.db"))), SizeIs(50));
}

TEST(SqliteFaultsTest, SyncsBeforeItSaysAppended) {
  const TemporaryDirectory directory;
  FaultyDisk disk;
  const auto store = MustOpen(directory.Path("events.db"));
  for (int64_t revision = 1; revision <= 5; ++revision) {
    const int before = disk.log_syncs();
    MustAppend(*store, {CommitOf(revision)});
    EXPECT_GT(disk.log_syncs(), before);
  }
}

TEST(SqliteFaultsTest, EndsTheProcessWhenTheLogsFsyncFails) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  const auto append = [&] {
    FaultyDisk disk;
    const auto store = MustOpen(path);
    MustAppend(*store, {CommitOf(1)});
    disk.FailSyncs(FaultyDisk::File::kLog);
    store->Append({CommitOf(2)});
    std::_Exit(0);
  };
  EXPECT_EXIT(append(), testing::ExitedWithCode(1), "events.db: fsync failed \\(.*error\\)");
  const std::vector<LogRow> rows = ReadAll(*MustOpen(path));
  ASSERT_GE(rows.size(), 1u);
  EXPECT_EQ(rows[0], Row(1));
}

TEST(SqliteFaultsTest, EndsTheProcessWhenACheckpointsFsyncFails) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  const auto append = [&] {
    FaultyDisk disk;
    const auto store = MustOpen(path);
    disk.FailSyncs(FaultyDisk::File::kDatabase);
    for (int64_t revision = 1; revision <= 50; ++revision) {
      Commit commit = CommitOf(revision);
      commit.row.body.assign(1'000'000, 'b');
      MustAppend(*store, {commit});
    }
    std::_Exit(0);
  };
  EXPECT_EXIT(append(), testing::ExitedWithCode(1), "fsync failed");
  EXPECT_GE(ReadAll(*MustOpen(path)).size(), 10u);
}

TEST(SqliteFaultsTest, IsUnavailableWhileAStrangerHoldsTheFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  const auto store = MustOpen(path);
  sqlite3* stranger = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &stranger), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(stranger, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(store->Append({CommitOf(1)}).outcome, Outcome::kUnavailable);
  ASSERT_EQ(sqlite3_exec(stranger, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  MustAppend(*store, {CommitOf(1)});
  ASSERT_EQ(sqlite3_close(stranger), SQLITE_OK);
}

TEST(SqliteFaultsTest, KeepsTheWriteAheadLogShort) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  const auto store = MustOpen(path);
  for (int64_t revision = 1; revision <= 100; ++revision) {
    Commit commit = CommitOf(revision);
    commit.row.body.assign(1'000'000, 'b');
    MustAppend(*store, {commit});
  }
  EXPECT_LT(std::filesystem::file_size(path + "-wal"), 20'000'000u);
}

}  // namespace
}  // namespace mesolys
