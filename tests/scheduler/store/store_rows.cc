#include "tests/scheduler/store/store_rows.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mesolys {

LogRow Row(int64_t revision) {
  LogRow row;
  row.revision = revision;
  row.actor = "spiffe://mesolys/site/lyon";
  row.request_id = absl::StrCat("request-", revision);
  row.digest = absl::StrCat("digest-", revision);
  row.time_us = 1'790'000'000'000'000 + revision;
  row.body = absl::StrCat("body-", revision);
  row.hash = absl::StrCat("hash-", revision);
  return row;
}

JobRow Job(int64_t job_id, const std::string& account, int64_t revision) {
  return {{"lyon-a", job_id, 1'780'000'000 + job_id},
          account,
          revision,
          absl::StrCat("record-", revision),
          absl::StrCat("charges-", revision)};
}

Commit CommitOf(int64_t revision, std::vector<JobRow> jobs) {
  return {Row(revision), {std::move(jobs)}};
}

std::vector<Commit> CommitsOf(int64_t first, int64_t last) {
  std::vector<Commit> commits;
  for (int64_t revision = first; revision <= last; ++revision) {
    commits.push_back(CommitOf(revision));
  }
  return commits;
}

std::vector<LogRow> ReadAll(const EventStore& store, int64_t from_revision) {
  std::vector<LogRow> rows;
  const absl::Status read = store.Read(from_revision, [&](const LogRow& row) {
    rows.push_back(row);
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  return rows;
}

std::vector<JobRow> ReadAllJobs(const EventStore& store) {
  std::vector<JobRow> rows;
  const absl::Status read = store.ReadJobs([&](const JobRow& row) {
    rows.push_back(row);
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  return rows;
}

void MustAppend(EventStore& store, const std::vector<Commit>& commits) {
  const AppendResult result = store.Append(commits);
  ASSERT_EQ(result.outcome, AppendResult::Outcome::kAppended) << result.text;
}

uint32_t TestSeed() {
  uint32_t seed = 0;
  const char* given = std::getenv("MESOLYS_TEST_SEED");
  if (given != nullptr && absl::SimpleAtoi(given, &seed)) return seed;
  return std::random_device()();
}

TemporaryDirectory::TemporaryDirectory() : path_(testing::TempDir() + "/store-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace mesolys
