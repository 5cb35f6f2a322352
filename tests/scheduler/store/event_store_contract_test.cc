#include "tests/scheduler/store/event_store_contract.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/scheduler/store/store_rows.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Outcome = AppendResult::Outcome;

TEST_P(EventStoreContract, BeginsEmpty) {
  EXPECT_THAT(ReadAll(store()), IsEmpty());
  EXPECT_THAT(ReadAllJobs(store()), IsEmpty());
  EXPECT_EQ(*store().FindKey("spiffe://mesolys/site/lyon", "request-1"), std::nullopt);
  EXPECT_THAT(*store().FindJobs("lyon-a", "physics", {std::nullopt, 10}), IsEmpty());
}

TEST_P(EventStoreContract, AppendsNothingForNoCommits) {
  EXPECT_EQ(store().Append({}).outcome, Outcome::kAppended);
  Settle();
  EXPECT_THAT(ReadAll(store()), IsEmpty());
}

TEST_P(EventStoreContract, ReadsTheLogInOrderFromAnyRevision) {
  MustAppend(store(), CommitsOf(1, 3));
  MustAppend(store(), CommitsOf(4, 5));
  Settle();
  const std::vector<LogRow> all = {Row(1), Row(2), Row(3), Row(4), Row(5)};
  for (const int64_t from : {-7, 0, 1, 2, 5, 6, 100}) {
    const auto skipped = std::clamp<int64_t>(from - 1, 0, 5);
    EXPECT_EQ(ReadAll(store(), from), std::vector<LogRow>(all.begin() + skipped, all.end()))
        << "from " << from;
  }
}

TEST_P(EventStoreContract, KeepsEveryByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  const std::string zero(1, '\0');
  const LogRow row = {1, bytes, zero + "id", "", std::numeric_limits<int64_t>::min(), bytes, zero};
  const JobRow full = {{bytes, std::numeric_limits<int64_t>::max(), -1}, zero, 1, bytes, ""};
  const JobRow empty = {{"", 0, 0}, "", 1, "", bytes};
  MustAppend(store(), {{row, {{full, empty}}}});
  Settle();
  EXPECT_THAT(ReadAll(store()), ElementsAre(row));
  EXPECT_EQ(*store().FindKey(bytes, zero + "id"), row);
  EXPECT_EQ(*store().FindKey(bytes, zero), std::nullopt);
  EXPECT_THAT(ReadAllJobs(store()), ElementsAre(empty, full));
  EXPECT_THAT(*store().FindJobs(bytes, zero, {std::nullopt, 10}), ElementsAre(full));
  EXPECT_THAT(*store().FindJobs("", "", {std::nullopt, 10}), ElementsAre(empty));
}

TEST_P(EventStoreContract, TakesTheNextRevisionOnly) {
  MustAppend(store(), CommitsOf(1, 3));
  for (const int64_t first : {-1, 0, 1, 3, 5, 1000}) {
    const AppendResult result = store().Append({CommitOf(first, {Job(1, "physics", first)})});
    EXPECT_EQ(result.outcome, Outcome::kRevisionTaken) << first;
    EXPECT_FALSE(result.text.empty());
  }
  Settle();
  EXPECT_THAT(ReadAll(store()), SizeIs(3));
  EXPECT_THAT(ReadAllJobs(store()), IsEmpty());
  MustAppend(store(), CommitsOf(4, 4));
}

TEST_P(EventStoreContract, RefusesAGapInsideABatchAndWritesNothing) {
  const AppendResult result = store().Append({CommitOf(1), CommitOf(2), CommitOf(4)});
  EXPECT_EQ(result.outcome, Outcome::kRevisionTaken);
  EXPECT_EQ(result.index, 2u);
  Settle();
  EXPECT_THAT(ReadAll(store()), IsEmpty());
  MustAppend(store(), CommitsOf(1, 4));
}

TEST_P(EventStoreContract, WritesNothingWhenOneKeyOfABatchIsKnown) {
  MustAppend(store(), {CommitOf(1, {Job(7, "physics", 1)})});
  std::vector<Commit> commits;
  for (int64_t revision = 2; revision <= 5; ++revision) {
    commits.push_back(CommitOf(revision, {Job(7, "biology", revision), Job(8, "biology", 2)}));
  }
  commits[2].row.request_id = "request-1";
  const AppendResult result = store().Append(commits);
  EXPECT_EQ(result.outcome, Outcome::kDuplicateKey);
  EXPECT_EQ(result.index, 2u);
  EXPECT_THAT(result.text, testing::HasSubstr("request-1"));
  Settle();
  EXPECT_THAT(ReadAll(store()), ElementsAre(Row(1)));
  EXPECT_THAT(ReadAllJobs(store()), ElementsAre(Job(7, "physics", 1)));
  EXPECT_EQ(*store().FindKey(Row(2).actor, "request-2"), std::nullopt);
  commits[2].row.request_id = "request-4";
  MustAppend(store(), commits);
}

TEST_P(EventStoreContract, RefusesAKeyThatABatchRepeats) {
  std::vector<Commit> commits = CommitsOf(1, 3);
  commits[1].row.request_id = commits[0].row.request_id;
  const AppendResult result = store().Append(commits);
  EXPECT_EQ(result.outcome, Outcome::kDuplicateKey);
  EXPECT_EQ(result.index, 1u);
  Settle();
  EXPECT_THAT(ReadAll(store()), IsEmpty());
}

TEST_P(EventStoreContract, TakesTheSameRequestIdFromAnotherActor) {
  Commit other = CommitOf(2);
  other.row.actor = "spiffe://mesolys/site/grenoble";
  other.row.request_id = Row(1).request_id;
  MustAppend(store(), {CommitOf(1), other});
  Settle();
  EXPECT_EQ(*store().FindKey(Row(1).actor, Row(1).request_id), Row(1));
  EXPECT_EQ(*store().FindKey(other.row.actor, other.row.request_id), other.row);
  EXPECT_EQ(*store().FindKey("spiffe://mesolys/site/paris", Row(1).request_id), std::nullopt);
}

TEST_P(EventStoreContract, KeepsOneRowPerJobAndTheNewestWins) {
  const JobRow other_submission = {{"lyon-a", 1, 5}, "physics", 1, "r", "c"};
  const JobRow other_cluster = {{"lyon-b", 1, Job(1, "", 1).key.submit_time}, "physics", 1, "", ""};
  MustAppend(store(), {CommitOf(1, {Job(1, "physics", 1), other_submission, other_cluster})});
  MustAppend(store(), {CommitOf(2, {Job(1, "physics", 2)}), CommitOf(3, {Job(1, "physics", 3)})});
  Settle();
  EXPECT_THAT(ReadAllJobs(store()),
              ElementsAre(other_submission, Job(1, "physics", 3), other_cluster));
}

TEST_P(EventStoreContract, MovesAJobWhoseAccountChanges) {
  MustAppend(store(), {CommitOf(1, {Job(1, "physics", 1), Job(2, "physics", 1)})});
  MustAppend(store(), {CommitOf(2, {Job(1, "biology", 2)})});
  Settle();
  const JobPage page = {std::nullopt, 10};
  EXPECT_THAT(*store().FindJobs("lyon-a", "physics", page), ElementsAre(Job(2, "physics", 1)));
  EXPECT_THAT(*store().FindJobs("lyon-a", "biology", page), ElementsAre(Job(1, "biology", 2)));
  EXPECT_THAT(*store().FindJobs({Job(1, "", 0).key}), ElementsAre(Job(1, "biology", 2)));
}

TEST_P(EventStoreContract, FindsTheJobsThatExistAmongTheKeys) {
  MustAppend(store(), {CommitOf(1, {Job(1, "physics", 1), Job(2, "physics", 1)}),
                       CommitOf(2, {Job(3, "biology", 2)})});
  Settle();
  const JobRowKey unknown = {"lyon-a", 1, 0};
  EXPECT_THAT(*store().FindJobs({Job(3, "", 0).key, unknown, Job(1, "", 0).key}),
              UnorderedElementsAre(Job(1, "physics", 1), Job(3, "biology", 2)));
  EXPECT_THAT(*store().FindJobs({unknown}), IsEmpty());
  EXPECT_THAT(*store().FindJobs(std::vector<JobRowKey>{}), IsEmpty());
}

TEST_P(EventStoreContract, VisitsMoreJobsThanAPageInOrderOfTheirKeys) {
  const uint32_t seed = TestSeed();
  SCOPED_TRACE(absl::StrCat("MESOLYS_TEST_SEED=", seed));
  std::mt19937 random(seed);
  std::map<JobRowKey, JobRow> model;
  for (int64_t revision = 1; revision <= 30; ++revision) {
    std::map<JobRowKey, JobRow> jobs;
    for (int i = 0; i < 100; ++i) {
      // Names whose order is by byte, not by language, and where one begins with another.
      static const char* const kClusters[] = {"Lyon", "lyon", "lyon-a", "lyon-a\x01", "\xc3\xa9"};
      const JobRowKey key = {kClusters[random() % 5], static_cast<int64_t>(random() % 300) - 9,
                             static_cast<int64_t>(random() % 3)};
      jobs[key] = {key, absl::StrCat("account", random() % 4), revision, "record", "charges"};
    }
    Commit commit = CommitOf(revision);
    for (const auto& [key, job] : jobs) {
      model[key] = job;
      commit.rows.jobs.push_back(job);
    }
    std::shuffle(commit.rows.jobs.begin(), commit.rows.jobs.end(), random);
    MustAppend(store(), {commit});
  }
  Settle();
  std::vector<JobRow> expected;
  expected.reserve(model.size());
  for (const auto& [key, job] : model) expected.push_back(job);
  ASSERT_GT(expected.size(), 1000u);
  EXPECT_EQ(ReadAllJobs(store()), expected);
}

TEST_P(EventStoreContract, PagesThroughTheJobsOfOneAccount) {
  // Jobs of three accounts take turns, in three clusters with the same numbers.
  const std::vector<std::string> accounts = {"biology", "physics", "physics2"};
  std::vector<JobRow> expected;
  Commit commit = CommitOf(1);
  for (int64_t job_id = 0; job_id < 120; ++job_id) {
    const std::string& account = accounts[static_cast<size_t>(job_id % 3)];
    for (const int64_t submit_time : {10, 20}) {
      for (const char* cluster : {"lyon", "lyon-a", "lyon-b"}) {
        const JobRow job = {{cluster, job_id, submit_time}, account, 1, "record", "charges"};
        commit.rows.jobs.push_back(job);
        if (job.key.cluster == "lyon-a" && account == "physics") expected.push_back(job);
      }
    }
  }
  ASSERT_THAT(expected, SizeIs(80));
  MustAppend(store(), {commit});
  Settle();
  for (const size_t size :
       {size_t{1}, size_t{7}, expected.size(), size_t{1000}, std::numeric_limits<size_t>::max()}) {
    std::vector<JobRow> paged;
    JobPage page = {std::nullopt, size};
    while (true) {
      const absl::StatusOr<std::vector<JobRow>> rows = store().FindJobs("lyon-a", "physics", page);
      ASSERT_TRUE(rows.ok()) << rows.status();
      ASSERT_LE(rows->size(), size);
      if (rows->empty()) break;
      paged.insert(paged.end(), rows->begin(), rows->end());
      page.after = rows->back().key;
    }
    EXPECT_EQ(paged, expected) << "pages of " << size;
  }
}

TEST_P(EventStoreContract, BeginsAPageAfterAnyKey) {
  MustAppend(store(), {CommitOf(1, {Job(1, "physics", 1), Job(3, "physics", 1)})});
  Settle();
  const auto after = [&](JobRowKey key, size_t size) {
    return *store().FindJobs("lyon-a", "physics", {std::move(key), size});
  };
  EXPECT_THAT(after({"lyon-a", 2, 0}, 9), ElementsAre(Job(3, "physics", 1)));
  EXPECT_THAT(after(Job(3, "", 0).key, 9), IsEmpty());
  EXPECT_THAT(after({"lyon-a", 0, 0}, 0), IsEmpty());
  EXPECT_THAT(after({"lyon", 9, 9}, 9), SizeIs(2));
  EXPECT_THAT(after({"lyon-b", 0, 0}, 9), IsEmpty());
}

TEST_P(EventStoreContract, ReadsALogOfManyAndOfLongRows) {
  MustAppend(store(), CommitsOf(1, 1300));
  std::vector<Commit> commits = CommitsOf(1301, 1305);
  for (Commit& commit : commits) commit.row.body.assign(900'000, 'b');
  MustAppend(store(), commits);
  Settle();
  const std::vector<LogRow> rows = ReadAll(store());
  ASSERT_THAT(rows, SizeIs(1305));
  for (size_t i = 0; i < 1300; ++i) ASSERT_EQ(rows[i], Row(static_cast<int64_t>(i) + 1));
  for (size_t i = 0; i < 5; ++i) ASSERT_EQ(rows[1300 + i], commits[i].row);
}

TEST_P(EventStoreContract, StopsAtTheVisitorsFirstError) {
  MustAppend(store(), {CommitOf(1, {Job(1, "physics", 1), Job(2, "physics", 1)}), CommitOf(2)});
  Settle();
  int visits = 0;
  const auto refuse = [&](const auto&) {
    ++visits;
    return absl::OutOfRangeError("enough");
  };
  EXPECT_EQ(store().Read(1, refuse), absl::OutOfRangeError("enough"));
  EXPECT_EQ(visits, 1);
  EXPECT_EQ(store().ReadJobs(refuse), absl::OutOfRangeError("enough"));
  EXPECT_EQ(visits, 2);
}

TEST_P(EventStoreContract, LetsAVisitorAskAndAppend) {
  MustAppend(store(), {CommitOf(1, {Job(1, "physics", 1)})});
  Settle();
  EXPECT_TRUE(store()
                  .Read(1,
                        [&](const LogRow& row) {
                          if (row.revision == 1) MustAppend(store(), {CommitOf(2)});
                          return store().FindKey(row.actor, row.request_id).status();
                        })
                  .ok());
  EXPECT_TRUE(store()
                  .ReadJobs([&](const JobRow& job) {
                    EXPECT_THAT(*store().FindJobs({job.key}), ElementsAre(job));
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(ReadAll(store()), ElementsAre(Row(1), Row(2)));
}

// Asks everything once while another thread appends; what was acknowledged before must be there.
void ExpectAtLeast(const EventStore& store, int64_t acknowledged) {
  const std::vector<LogRow> rows = ReadAll(store);
  ASSERT_GE(static_cast<int64_t>(rows.size()), acknowledged);
  for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], Row(static_cast<int64_t>(i) + 1));
  if (acknowledged == 0) return;
  ASSERT_TRUE(store.FindKey(Row(1).actor, Row(acknowledged).request_id)->has_value());
  // Job 1 is written by every commit, so it is never older than what was acknowledged.
  const std::vector<JobRow> found = *store.FindJobs({Job(1, "", 0).key});
  ASSERT_THAT(found, SizeIs(1));
  ASSERT_GE(found[0].revision, acknowledged);
  ASSERT_EQ(found[0], Job(1, "physics", found[0].revision));
  const std::vector<JobRow> page = *store.FindJobs("lyon-a", "physics", {std::nullopt, 5});
  ASSERT_FALSE(page.empty());
  ASSERT_GE(page[0].revision, acknowledged);
  ASSERT_GE(ReadAllJobs(store).size(), static_cast<size_t>(acknowledged));
}

TEST_P(EventStoreContract, AnswersOtherThreadsWhileOneAppends) {
  constexpr int64_t kLast = 200;
  std::atomic<int64_t> acknowledged = 0;
  constexpr size_t kReaders = 3;
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  while (readers.size() < kReaders) {
    readers.emplace_back([&] {
      while (acknowledged < kLast && !testing::Test::HasFatalFailure()) {
        ExpectAtLeast(store(), acknowledged);
      }
    });
  }
  for (int64_t revision = 1; revision <= kLast; ++revision) {
    MustAppend(store(), {CommitOf(revision,
                                  {Job(1, "physics", revision), Job(revision + 1, "biology", 1)})});
    acknowledged = revision;
  }
  for (std::thread& reader : readers) reader.join();
  Settle();
  ExpectAtLeast(store(), kLast);
}

}  // namespace
}  // namespace mesolys
