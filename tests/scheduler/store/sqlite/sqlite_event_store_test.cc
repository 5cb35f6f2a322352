#include "scheduler/store/sqlite/sqlite_event_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/store/memory_event_store.h"
#include "tests/scheduler/store/event_store_contract.h"
#include "tests/scheduler/store/store_rows.h"

namespace mesolys {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Mode = SqliteEventStore::Mode;
using StoreOr = absl::StatusOr<std::unique_ptr<SqliteEventStore>>;

class SqliteHome : public StoreHome {
 public:
  explicit SqliteHome(bool restarts) : restarts_(restarts) { Open(); }

  EventStore& store() override { return *store_; }

  void Settle() override {
    if (!restarts_) return;
    store_.reset();
    Open();
  }

 private:
  void Open() {
    StoreOr store = SqliteEventStore::Open(directory_.Path("events.db"), Mode::kReadWrite);
    if (!store.ok()) ADD_FAILURE() << store.status();
    store_ = *std::move(store);
  }

  const bool restarts_;
  const TemporaryDirectory directory_;
  std::unique_ptr<SqliteEventStore> store_;
};

INSTANTIATE_TEST_SUITE_P(
    Sqlite, EventStoreContract,
    testing::Values(StoreKind{"Sqlite", [] { return std::make_unique<SqliteHome>(false); }},
                    StoreKind{"SqliteRestarted",
                              [] { return std::make_unique<SqliteHome>(true); }}),
    NameOfKind);

void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Does to a database what a scheduler never does.
void Tamper(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
}

struct BadPath {
  std::string name;
  std::string path;
  absl::StatusCode code;
  std::string text;
};

TEST(SqliteEventStoreTest, SaysWhatIsWrongWithAPathAndWhatWouldBeRight) {
  const TemporaryDirectory directory;
  const auto at = [&](const char* name) { return directory.Path(name); };
  const std::string prose(2000, 'x');
  WriteFile(at("prose"), prose);
  fs::create_directory(at("folder"));
  Tamper(at("foreign"), "CREATE TABLE photo(id INTEGER); PRAGMA user_version=1");
  ASSERT_TRUE(SqliteEventStore::Open(at("newer"), Mode::kReadWrite).ok());
  Tamper(at("newer"), "PRAGMA user_version=2");
  const std::string foreign = ReadFile(at("foreign"));

  const absl::StatusCode kPrecondition = absl::StatusCode::kFailedPrecondition;
  const BadPath table[] = {
      {"nothing", "", absl::StatusCode::kInvalidArgument, "path is empty: name a file"},
      {"no directory", at("none/x.db"), absl::StatusCode::kNotFound,
       "none does not exist: create the directory that is to hold x.db"},
      {"below a file", at("prose/x.db"), kPrecondition, "prose is not a directory"},
      {"a directory", at("folder"), kPrecondition, "folder is not a regular file"},
      {"prose", at("prose"), kPrecondition, "prose is not a SQLite database: name another file"},
      {"foreign", at("foreign"), kPrecondition, "foreign is a database of another program"},
      {"newer", at("newer"), kPrecondition,
       "newer was written by a newer mesolys-scheduler (schema 2; this one knows 1): upgrade it"},
  };
  for (const BadPath& bad : table) {
    for (const Mode mode : {Mode::kReadWrite, Mode::kReadOnly}) {
      const absl::Status status = SqliteEventStore::Open(bad.path, mode).status();
      EXPECT_EQ(status.code(), bad.code) << bad.name << ": " << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr(bad.text)) << bad.name;
    }
  }
  EXPECT_EQ(ReadFile(at("prose")), prose);
  EXPECT_EQ(ReadFile(at("foreign")), foreign);
}

TEST(SqliteEventStoreTest, SaysThatItCannotWriteWhereNobodyCan) {
  // Not even root creates a file there.
  const absl::Status status = SqliteEventStore::Open("/proc/events.db", Mode::kReadWrite).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(HasSubstr("/proc/events.db.lock cannot be created"),
                             HasSubstr("must be able to write beside its database")));
}

TEST(SqliteEventStoreTest, TakesAnEmptyFileForANewDatabase) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  WriteFile(path, "");
  const StoreOr store = SqliteEventStore::Open(path, Mode::kReadWrite);
  ASSERT_TRUE(store.ok()) << store.status();
  MustAppend(**store, CommitsOf(1, 1));
}

TEST(SqliteEventStoreTest, SaysThatADamagedDatabaseNeedsItsBackup) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  {
    const StoreOr store = SqliteEventStore::Open(path, Mode::kReadWrite);
    ASSERT_TRUE(store.ok()) << store.status();
    MustAppend(**store, CommitsOf(1, 2000));
  }
  // All but the schema's pages.
  std::string content = ReadFile(path);
  ASSERT_GT(content.size(), 100'000u);
  std::fill(content.begin() + 50'000, content.end(), '\xff');
  WriteFile(path, content);
  const StoreOr store = SqliteEventStore::Open(path, Mode::kReadWrite);
  ASSERT_TRUE(store.ok()) << store.status();
  const absl::Status read = (*store)->Read(1, [](const LogRow&) { return absl::OkStatus(); });
  EXPECT_EQ(read.code(), absl::StatusCode::kDataLoss) << read;
  EXPECT_THAT(std::string(read.message()), HasSubstr("restore it from a backup"));
}

TEST(SqliteEventStoreTest, RefusesASecondWriterAndNamesTheFirst) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  const std::string alias = directory.Path("alias.db");
  StoreOr first = SqliteEventStore::Open(path, Mode::kReadWrite);
  ASSERT_TRUE(first.ok()) << first.status();
  fs::create_symlink(path, alias);
  for (const std::string& name : {path, alias}) {
    const absl::Status second = SqliteEventStore::Open(name, Mode::kReadWrite).status();
    EXPECT_EQ(second, absl::FailedPreconditionError(
                          absl::StrCat("another scheduler (pid ", getpid(), ") uses ",
                                       fs::canonical(path).string(), ": stop it first")));
  }
  MustAppend(**first, CommitsOf(1, 1));
  first->reset();
  EXPECT_TRUE(SqliteEventStore::Open(alias, Mode::kReadWrite).ok());
}

TEST(SqliteEventStoreTest, ReadsBesideAWriterAsOfTheMomentOfOpening) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  const StoreOr writer = SqliteEventStore::Open(path, Mode::kReadWrite);
  ASSERT_TRUE(writer.ok()) << writer.status();
  MustAppend(**writer, {CommitOf(1, {Job(1, "physics", 1)})});
  const StoreOr reader = SqliteEventStore::Open(path, Mode::kReadOnly);
  ASSERT_TRUE(reader.ok()) << reader.status();
  MustAppend(**writer, {CommitOf(2, {Job(1, "physics", 2), Job(2, "physics", 2)})});

  EXPECT_THAT(ReadAll(**reader), ElementsAre(Row(1)));
  EXPECT_THAT(ReadAllJobs(**reader), ElementsAre(Job(1, "physics", 1)));
  EXPECT_EQ(*(*reader)->FindKey(Row(2).actor, Row(2).request_id), std::nullopt);
  EXPECT_THAT(*(*reader)->FindJobs({Job(2, "", 0).key}), IsEmpty());
  EXPECT_THAT(*(*reader)->FindJobs("lyon-a", "physics", {std::nullopt, 9}),
              ElementsAre(Job(1, "physics", 1)));
  const AppendResult refused = (*reader)->Append(CommitsOf(2, 2));
  EXPECT_EQ(refused.outcome, AppendResult::Outcome::kUnavailable);
  EXPECT_THAT(refused.text, HasSubstr("for reading only"));
}

TEST(SqliteEventStoreTest, ReadingDoesNotKeepAWriterAway) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  ASSERT_TRUE(SqliteEventStore::Open(path, Mode::kReadWrite).ok());
  const StoreOr reader = SqliteEventStore::Open(path, Mode::kReadOnly);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const StoreOr writer = SqliteEventStore::Open(path, Mode::kReadWrite);
  ASSERT_TRUE(writer.ok()) << writer.status();
  MustAppend(**writer, CommitsOf(1, 3));
}

TEST(SqliteEventStoreTest, ReadingChangesNoByteOfTheDatabase) {
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  {
    const StoreOr writer = SqliteEventStore::Open(path, Mode::kReadWrite);
    ASSERT_TRUE(writer.ok()) << writer.status();
    MustAppend(**writer, CommitsOf(1, 3));
  }
  const std::string before = ReadFile(path);
  {
    const StoreOr reader = SqliteEventStore::Open(path, Mode::kReadOnly);
    ASSERT_TRUE(reader.ok()) << reader.status();
    EXPECT_THAT(ReadAll(**reader), ElementsAre(Row(1), Row(2), Row(3)));
  }
  EXPECT_EQ(ReadFile(path), before);
}

TEST(SqliteEventStoreTest, ReadingCreatesNothing) {
  const TemporaryDirectory directory;
  const std::string missing = directory.Path("missing.db");
  EXPECT_EQ(SqliteEventStore::Open(missing, Mode::kReadOnly).status().code(),
            absl::StatusCode::kNotFound);
  const std::string empty = directory.Path("empty.db");
  WriteFile(empty, "");
  const absl::Status status = SqliteEventStore::Open(empty, Mode::kReadOnly).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("start a scheduler with it first"));
  EXPECT_EQ(fs::file_size(empty), 0u);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.Path("")), {}), 1);
}

TEST(SqliteEventStoreTest, LeavesOnlyTheDatabaseAndItsLockBehind) {
  const TemporaryDirectory directory;
  {
    const StoreOr store = SqliteEventStore::Open(directory.Path("events.db"), Mode::kReadWrite);
    ASSERT_TRUE(store.ok()) << store.status();
    MustAppend(**store, CommitsOf(1, 3));
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory.Path(""))) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("events.db", "events.db.lock"));
}

// A batch as a confused committer may make it: mostly right, sometimes with a gap or a known key.
std::vector<Commit> RandomCommits(std::mt19937& random, int64_t next) {
  std::vector<Commit> commits;
  for (auto size = 1 + random() % 4; size > 0; --size) {
    Commit commit = CommitOf(next++);
    if (random() % 10 == 0) ++next;
    if (random() % 10 == 0) commit.row.request_id = absl::StrCat("request-", random() % 50);
    std::map<JobRowKey, JobRow> jobs;
    for (auto count = random() % 6; count > 0; --count) {
      const JobRow job =
          Job(static_cast<int64_t>(random() % 30), absl::StrCat("account", random() % 3), next);
      jobs[job.key] = job;
    }
    for (const auto& [key, job] : jobs) commit.rows.jobs.push_back(job);
    commits.push_back(std::move(commit));
  }
  return commits;
}

TEST(SqliteEventStoreTest, AgreesWithTheMemoryStoreWhateverIsAppended) {
  const uint32_t seed = TestSeed();
  SCOPED_TRACE(absl::StrCat("MESOLYS_TEST_SEED=", seed));
  std::mt19937 random(seed);
  MemoryEventStore memory;
  SqliteHome sqlite(/*restarts=*/true);
  int refused = 0;
  for (int step = 0; step < 300; ++step) {
    SCOPED_TRACE(absl::StrCat("step ", step));
    const auto next = static_cast<int64_t>(ReadAll(memory).size()) + 1;
    const std::vector<Commit> commits = RandomCommits(random, next);
    const AppendResult expected = memory.Append(commits);
    const AppendResult result = sqlite.store().Append(commits);
    ASSERT_EQ(result.outcome, expected.outcome) << result.text;
    ASSERT_EQ(result.index, expected.index);
    ASSERT_EQ(result.text, expected.text);
    if (result.outcome != AppendResult::Outcome::kAppended) ++refused;
    if (random() % 20 == 0) sqlite.Settle();
    const JobPage page = {Job(static_cast<int64_t>(random() % 30), "", 0).key, random() % 9};
    ASSERT_EQ(*sqlite.store().FindJobs("lyon-a", "account1", page),
              *memory.FindJobs("lyon-a", "account1", page));
  }
  EXPECT_GT(refused, 10);
  EXPECT_EQ(ReadAll(sqlite.store()), ReadAll(memory));
  EXPECT_EQ(ReadAllJobs(sqlite.store()), ReadAllJobs(memory));
}

}  // namespace
}  // namespace mesolys
