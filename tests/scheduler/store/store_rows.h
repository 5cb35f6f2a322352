#ifndef MESOLYS_TESTS_SCHEDULER_STORE_STORE_ROWS_H_
#define MESOLYS_TESTS_SCHEDULER_STORE_STORE_ROWS_H_

// Rows for the tests of event stores, and what the tests ask all the time. A row is a function of
// its arguments, so a test can say what it expects without having kept it.

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/store/event_store.h"

namespace mesolys {

// The row of this revision: request "request-<revision>" of the agent of Lyon.
LogRow Row(int64_t revision);

// A job of the cluster lyon-a; its record and charges name the revision.
JobRow Job(int64_t job_id, const std::string& account, int64_t revision);

Commit CommitOf(int64_t revision, std::vector<JobRow> jobs = {});

// The commits of these revisions, without jobs.
std::vector<Commit> CommitsOf(int64_t first, int64_t last);

// Everything that Read and ReadJobs visit; a failure of theirs fails the test.
std::vector<LogRow> ReadAll(const EventStore& store, int64_t from_revision = 1);
std::vector<JobRow> ReadAllJobs(const EventStore& store);

// Appends and expects success.
void MustAppend(EventStore& store, const std::vector<Commit>& commits);

// A new one on every call, or MESOLYS_TEST_SEED to repeat a run; trace it in every random test.
uint32_t TestSeed();

// A directory of its own for a test, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_STORE_STORE_ROWS_H_
