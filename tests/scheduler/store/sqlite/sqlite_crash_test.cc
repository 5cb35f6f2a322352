// A scheduler that is killed in the middle of its work loses nothing that it acknowledged.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/store/sqlite/sqlite_event_store.h"
#include "tests/scheduler/store/store_rows.h"

namespace mesolys {
namespace {

using Mode = SqliteEventStore::Mode;

// The commit of a revision, so that both processes know what belongs in it: some are long, and each
// writes a job of its own and a new record of an old one.
Commit CommitAt(int64_t revision) {
  Commit commit = CommitOf(revision, {Job(1000 + revision, "physics", revision),
                                      Job(revision % 50, "biology", revision)});
  commit.row.body.assign(static_cast<size_t>(revision * 7919 % 20'000), 'b');
  return commit;
}

// The life of the process that will be killed: appends from where the log ends and writes each
// revision that it was told is durable to `acknowledgements`. Returns only when something is wrong.
void AppendUntilKilled(const std::string& path, int acknowledgements) {
  const absl::StatusOr<std::unique_ptr<SqliteEventStore>> store =
      SqliteEventStore::Open(path, Mode::kReadWrite);
  if (!store.ok()) return;
  auto newest = static_cast<int64_t>(ReadAll(**store).size());
  while (true) {
    std::vector<Commit> commits;
    for (int64_t size = 1 + newest % 4; size > 0; --size) commits.push_back(CommitAt(++newest));
    if ((*store)->Append(commits).outcome != AppendResult::Outcome::kAppended) return;
    if (write(acknowledgements, &newest, sizeof newest) != sizeof newest) return;
  }
}

// Lets a child append, kills it after so many acknowledgements, and returns the last one it gave.
int64_t LastAcknowledgedByAKilledChild(const std::string& path, int acknowledgements) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    AppendUntilKilled(path, ends[1]);
    _exit(1);
  }
  close(ends[1]);
  int64_t last = 0;
  int64_t revision = 0;
  for (int count = 0; read(ends[0], &revision, sizeof revision) == sizeof revision; ++count) {
    last = revision;
    if (count == acknowledgements) kill(child, SIGKILL);
  }
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself";
  return last;
}

TEST(SqliteCrashTest, KeepsWhatWasAcknowledgedWhenTheProcessIsKilled) {
  const uint32_t seed = TestSeed();
  SCOPED_TRACE(absl::StrCat("MESOLYS_TEST_SEED=", seed));
  std::mt19937 random(seed);
  const TemporaryDirectory directory;
  const std::string path = directory.Path("events.db");
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const int64_t acknowledged =
        LastAcknowledgedByAKilledChild(path, static_cast<int>(random() % 100));
    ASSERT_GT(acknowledged, 0);

    const absl::StatusOr<std::unique_ptr<SqliteEventStore>> store =
        SqliteEventStore::Open(path, round % 2 == 0 ? Mode::kReadWrite : Mode::kReadOnly);
    ASSERT_TRUE(store.ok()) << store.status();
    const std::vector<LogRow> rows = ReadAll(**store);
    const auto newest = static_cast<int64_t>(rows.size());
    // The batch that was under way is there as a whole or not at all.
    ASSERT_TRUE(newest == acknowledged || newest == acknowledged + 1 + acknowledged % 4)
        << newest << " rows, " << acknowledged << " acknowledged";
    std::map<JobRowKey, JobRow> jobs;
    for (int64_t revision = 1; revision <= newest; ++revision) {
      const Commit expected = CommitAt(revision);
      ASSERT_EQ(rows[static_cast<size_t>(revision - 1)], expected.row);
      for (const JobRow& job : expected.rows.jobs) jobs[job.key] = job;
    }
    std::vector<JobRow> expected_jobs;
    expected_jobs.reserve(jobs.size());
    for (const auto& [key, job] : jobs) expected_jobs.push_back(job);
    ASSERT_EQ(ReadAllJobs(**store), expected_jobs);
  }
}

}  // namespace
}  // namespace mesolys
