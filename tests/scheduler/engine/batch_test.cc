#include "scheduler/engine/batch.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/store/event_codec.h"
#include "scheduler/store/job_codec.h"
#include "scheduler/store/memory_event_store.h"
#include "scheduler/store/row_hash.h"
#include "tests/fakes/ledger_text.h"
#include "tests/fakes/test_catalogue.h"
#include "tests/scheduler/engine/engine_fixture.h"

namespace mesolys {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

struct BatchTest : testing::Test {
  BatchTest() {
    for (const Command& command :
         {Command(AdoptTestCatalogue()), Command(CreateProject{TestProject("alpha")})}) {
      Batch batch(tentative, hash, TestTime());
      EXPECT_TRUE(Decide(batch, command).ok());
      Keep(batch);
    }
  }

  absl::StatusOr<Batch::Decided> Decide(Batch& batch, const Command& command,
                                        bool validate_only = false) {
    if (absl::Status status = batch.Load(store, command); !status.ok()) return status;
    const std::string key = "k" + std::to_string(++keys);
    return batch.Decide(kOlga, key, "digest of " + key, command, validate_only);
  }
  void Keep(const Batch& batch) {
    EXPECT_EQ(store.Append(batch.commits()).outcome, AppendResult::Outcome::kAppended);
    hash = batch.commits().back().row.hash;
  }

  MemoryEventStore store;
  Ledger tentative;
  std::string hash;
  int keys = 0;
};

TEST_F(BatchTest, EachCommandIsTheNextRevisionInOneChain) {
  Batch batch(tentative, hash, TestTime());
  ASSERT_EQ(Decide(batch, CreateProject{TestProject("beta")})->revision, 3);
  ASSERT_EQ(Decide(batch, CreateProject{TestProject("gamma")})->revision, 4);
  ASSERT_THAT(batch.commits(), SizeIs(2));
  std::string before = hash;
  for (const Commit& commit : batch.commits()) {
    EXPECT_EQ(commit.row.hash, ChainHash(before, commit.row));
    EXPECT_EQ(commit.row.actor, kOlga);
    EXPECT_EQ(commit.row.digest, "digest of " + commit.row.request_id);
    EXPECT_EQ(commit.row.time_us, absl::ToUnixMicros(TestTime()));
    EXPECT_THAT(commit.rows.jobs, IsEmpty());
    before = commit.row.hash;
  }
  EXPECT_EQ(DecodeEvents(batch.commits()[0].row.body)->front(),
            Event(ProjectCreated{TestProject("beta")}));
}

TEST_F(BatchTest, LaterCommandsSeeTheEarlier) {
  Batch batch(tentative, hash, TestTime());
  ASSERT_TRUE(Decide(batch, CreateProject{TestProject("beta")}).ok());
  EXPECT_EQ(Why(Decide(batch, CreateProject{TestProject("beta")}).status()), "PROJECT_EXISTS");
  EXPECT_TRUE(Decide(batch, CpuRequest("beta", 60)).ok());
  EXPECT_THAT(batch.commits(), SizeIs(2));
}

TEST_F(BatchTest, LaterRecordsSeeTheRowsOfTheEarlier) {
  Batch batch(tentative, hash, TestTime());
  ASSERT_TRUE(Decide(batch, ReportOf("alpha", 1, 2)).ok());
  ReportUsage amended = ReportOf("alpha", 1, 1);
  amended.records[0].core_count = 4;
  amended.records[0].observe_time += absl::Seconds(1);
  const absl::StatusOr<Batch::Decided> decided = Decide(batch, amended);
  ASSERT_TRUE(decided.ok()) << decided.status();
  const UsageReported& reported = std::get<UsageReported>(decided->events[0]);
  ASSERT_THAT(reported.postings, SizeIs(1));
  EXPECT_EQ(reported.postings[0].amount, Amount(-600));
}

TEST_F(BatchTest, RecordsSeeTheRowsOfTheStore) {
  Batch first(tentative, hash, TestTime());
  ASSERT_TRUE(Decide(first, ReportOf("alpha", 1, 2)).ok());
  Keep(first);
  Batch second(tentative, hash, TestTime());
  EXPECT_EQ(Decide(second, ReportOf("alpha", 1, 2))->revision, 0);
  EXPECT_THAT(second.commits(), IsEmpty());
}

TEST_F(BatchTest, RowsAreWrittenWithTheCommandThatChangedThemAndDigestedInItsEvent) {
  Batch batch(tentative, hash, TestTime());
  const absl::StatusOr<Batch::Decided> decided = Decide(batch, ReportOf("alpha", 1, 3));
  ASSERT_TRUE(decided.ok()) << decided.status();
  const Commit& commit = batch.commits()[0];
  ASSERT_THAT(commit.rows.jobs, SizeIs(3));
  for (const JobRow& row : commit.rows.jobs) EXPECT_EQ(row.revision, decided->revision);
  EXPECT_EQ(std::get<UsageReported>(decided->events[0]).rows_digest, RowsDigest(commit.rows));
  EXPECT_EQ(DecodeEvents(commit.row.body).value(), decided->events);
}

TEST_F(BatchTest, ValidateOnlyLeavesNothing) {
  const std::string before = TextOf(tentative);
  Batch batch(tentative, hash, TestTime());
  for (const Command& command :
       {Command(ReportOf("alpha", 1, 3)), Command(CpuRequest("alpha", 60))}) {
    const absl::StatusOr<Batch::Decided> decided = Decide(batch, command, /*validate_only=*/true);
    ASSERT_TRUE(decided.ok()) << decided.status();
    EXPECT_EQ(decided->revision, 0);
    EXPECT_FALSE(decided->events.empty());
  }
  EXPECT_EQ(TextOf(tentative), before);
  EXPECT_THAT(batch.commits(), IsEmpty());
  // Neither do the rows stay: the same report is new.
  EXPECT_EQ(Decide(batch, ReportOf("alpha", 1, 3))->revision, 3);
}

TEST_F(BatchTest, ARowThatAnotherWriterChangedSinceTheFoldIsNotUsed) {
  Ledger elsewhere = tentative;
  Batch theirs(elsewhere, hash, TestTime());
  ASSERT_TRUE(Decide(theirs, ReportOf("alpha", 1, 2)).ok());
  ASSERT_EQ(store.Append(theirs.commits()).outcome, AppendResult::Outcome::kAppended);
  Batch ours(tentative, hash, TestTime());
  // A command before it has the revision of theirs.
  ASSERT_EQ(Decide(ours, CreateProject{TestProject("beta")})->revision, 3);
  EXPECT_EQ(Decide(ours, ReportOf("alpha", 2, 2)).status().code(), absl::StatusCode::kAborted);
}

TEST_F(BatchTest, ARowThatCannotBeReadIsTold) {
  JobRow row = EncodeJob({ReportOf("alpha", 1, 1).records[0], "north", "alpha", {}}, 2);
  row.charges = "\xff";
  Batch theirs(tentative, hash, TestTime());
  ASSERT_TRUE(Decide(theirs, CreateProject{TestProject("beta")}).ok());
  Commit commit = theirs.commits()[0];
  commit.rows.jobs = {row};
  ASSERT_EQ(store.Append({commit}).outcome, AppendResult::Outcome::kAppended);
  Batch ours(tentative, commit.row.hash, TestTime());
  EXPECT_EQ(Decide(ours, ReportOf("alpha", 1, 1)).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace mesolys
