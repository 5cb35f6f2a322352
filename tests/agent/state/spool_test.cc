#include "agent/state/spool.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);
constexpr int64_t kMany = 1000000;

std::unique_ptr<Spool> OpenSpool(const std::string& directory, int64_t records_max = kMany) {
  absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory, records_max);
  EXPECT_TRUE(spool.ok()) << spool.status();
  return spool.ok() ? *std::move(spool) : nullptr;
}

std::vector<v1::UsageRecord> Jobs(int64_t first, int64_t last) {
  std::vector<v1::UsageRecord> jobs;
  for (int64_t id = first; id <= last; ++id) jobs.push_back(FakeCollector::Job(id));
  return jobs;
}

SpoolBatch HeadOf(Spool& spool, int64_t records_max = kMany, int64_t bytes_max = kMany) {
  absl::StatusOr<SpoolBatch> batch = spool.Head(records_max, bytes_max);
  EXPECT_TRUE(batch.ok()) << batch.status();
  return batch.ok() ? *std::move(batch) : SpoolBatch();
}

TEST(SpoolTest, KeepsRecordsUntilTheSchedulerHasAcknowledgedThem) {
  TemporaryDirectory directory;
  auto spool = OpenSpool(directory.path());
  ASSERT_TRUE(spool->Add(Jobs(1, 3), "c", {}, kNow).ok());
  EXPECT_THAT(HeadOf(*spool).records, SizeIs(3));
  EXPECT_THAT(HeadOf(*spool).records, SizeIs(3));
  ASSERT_TRUE(spool->Acknowledge(2, {}).ok());
  const SpoolBatch rest = HeadOf(*spool);
  ASSERT_THAT(rest.records, SizeIs(1));
  EXPECT_EQ(rest.records[0].job_id(), 3);
  ASSERT_TRUE(spool->Acknowledge(rest.last, {}).ok());
  EXPECT_THAT(HeadOf(*spool).records, IsEmpty());
}

TEST(SpoolTest, HoldsEverythingWhenItIsOpenedAgain) {
  TemporaryDirectory directory;
  std::string id;
  {
    auto spool = OpenSpool(directory.path());
    id = spool->id();
    ASSERT_TRUE(spool->Add(Jobs(1, 2), "place 7", {3, 400}, kNow).ok());
    v1::DesiredState state;
    state.set_generation(9);
    ASSERT_TRUE(spool->KeepDesiredState(state).ok());
    ASSERT_TRUE(spool->KeepGenerationInForce(8).ok());
    v1::LedgerHead head;
    head.set_revision(5);
    head.set_hash("h");
    ASSERT_TRUE(spool->KeepWitness(head).ok());
  }
  auto spool = OpenSpool(directory.path());
  EXPECT_EQ(spool->id(), id);
  EXPECT_THAT(HeadOf(*spool).records, SizeIs(2));
  EXPECT_EQ(HeadOf(*spool).records[1].SerializeAsString(),
            FakeCollector::Job(2).SerializeAsString());
  EXPECT_EQ(*spool->Cursor(), "place 7");
  EXPECT_EQ(*spool->Mark(), (QuarantineMark{3, 400}));
  EXPECT_EQ((*spool->DesiredState())->generation(), 9);
  EXPECT_EQ(*spool->GenerationInForce(), 8);
  EXPECT_EQ((*spool->Witness())->hash(), "h");
  EXPECT_EQ(spool->Room(), kMany - 2);
}

TEST(SpoolTest, IsEmptyAtFirstAndHasAnIdOfItsOwn) {
  TemporaryDirectory one;
  TemporaryDirectory other;
  auto spool = OpenSpool(one.path());
  EXPECT_EQ(*spool->Cursor(), "");
  EXPECT_FALSE(spool->DesiredState()->has_value());
  EXPECT_FALSE(spool->Witness()->has_value());
  EXPECT_EQ(*spool->GenerationInForce(), 0);
  EXPECT_EQ(spool->Level()->record_count, 0);
  EXPECT_FALSE(spool->Level()->oldest_add_time.has_value());
  EXPECT_THAT(spool->id(), SizeIs(24));
  EXPECT_NE(spool->id(), OpenSpool(other.path())->id());
}

TEST(SpoolTest, NeverUsesASequenceNumberTwice) {
  TemporaryDirectory directory;
  auto spool = OpenSpool(directory.path());
  ASSERT_TRUE(spool->Add(Jobs(1, 5), "c", {}, kNow).ok());
  ASSERT_TRUE(spool->Acknowledge(5, {}).ok());
  spool.reset();
  spool = OpenSpool(directory.path());
  ASSERT_TRUE(spool->Add(Jobs(6, 6), "c", {}, kNow).ok());
  EXPECT_EQ(HeadOf(*spool).first, 6);
}

TEST(SpoolTest, TellsHowLongTheOldestRecordHasWaited) {
  TemporaryDirectory directory;
  auto spool = OpenSpool(directory.path());
  ASSERT_TRUE(spool->Add(Jobs(1, 1), "c", {}, kNow).ok());
  ASSERT_TRUE(spool->Add(Jobs(2, 3), "c", {}, kNow + absl::Seconds(60)).ok());
  EXPECT_EQ(spool->Level()->record_count, 3);
  EXPECT_EQ(spool->Level()->oldest_add_time, kNow);
  ASSERT_TRUE(spool->Acknowledge(1, {}).ok());
  EXPECT_EQ(spool->Level()->oldest_add_time, kNow + absl::Seconds(60));
}

TEST(SpoolTest, HeadRespectsBothLimitsAndNeverStarves) {
  TemporaryDirectory directory;
  auto spool = OpenSpool(directory.path());
  ASSERT_TRUE(spool->Add(Jobs(1, 100), "c", {}, kNow).ok());
  EXPECT_THAT(HeadOf(*spool, 7).records, SizeIs(7));
  const auto size = static_cast<int64_t>(FakeCollector::Job(1).ByteSizeLong()) + 5;
  EXPECT_THAT(HeadOf(*spool, 100, 3 * size).records, SizeIs(3));
  EXPECT_THAT(HeadOf(*spool, 100, 1).records, SizeIs(1));
  v1::ReportUsageRequest request;
  for (const v1::UsageRecord& record : HeadOf(*spool, 100, 1000).records) {
    *request.add_records() = record;
  }
  EXPECT_LE(request.ByteSizeLong(), 1000U);
}

TEST(SpoolTest, RefusesWhatDoesNotFitAndKeepsTheCursor) {
  TemporaryDirectory directory;
  auto spool = OpenSpool(directory.path(), 5);
  ASSERT_TRUE(spool->Add(Jobs(1, 4), "four", {}, kNow).ok());
  const absl::Status full = spool->Add(Jobs(5, 6), "six", {}, kNow);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.message()), HasSubstr("4 of 5"));
  EXPECT_EQ(*spool->Cursor(), "four");
  EXPECT_EQ(spool->Room(), 1);
  EXPECT_TRUE(spool->Add(Jobs(5, 5), "five", {}, kNow).ok());
  ASSERT_TRUE(spool->Acknowledge(3, {}).ok());
  EXPECT_EQ(spool->Room(), 3);
}

TEST(SpoolTest, IsHeldByOneAgent) {
  TemporaryDirectory directory;
  auto spool = OpenSpool(directory.path());
  const auto second = Spool::Open(directory.path(), kMany);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another agent holds"));
  spool.reset();
  EXPECT_TRUE(Spool::Open(directory.path(), kMany).ok());
}

TEST(SpoolTest, RefusesTheFileOfANewerVersion) {
  TemporaryDirectory directory;
  {
    absl::StatusOr<Database> database = Database::Open(directory.File("spool.db"));
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database->Execute("PRAGMA user_version = 7").ok());
  }
  const auto spool = Spool::Open(directory.path(), kMany);
  EXPECT_EQ(spool.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(spool.status().message()), HasSubstr("version 7"));
}

TEST(SpoolTest, TakesOverTheFileOfAnOlderAgentWithWhatWaitsInIt) {
  TemporaryDirectory directory;
  {
    absl::StatusOr<Database> database = Database::Open(directory.File("spool.db"));
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_TRUE(database
                    ->Execute("CREATE TABLE record (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                              " add_time INTEGER NOT NULL, body BLOB NOT NULL) STRICT;"
                              "CREATE TABLE meta (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
                              " STRICT, WITHOUT ROWID;"
                              "INSERT INTO meta VALUES (x'73706f6f6c5f6964', x'6f6c64');"
                              "PRAGMA user_version = 1")
                    .ok());
    for (const v1::UsageRecord& job : Jobs(1, 3)) {
      const std::string body = job.SerializeAsString();
      ASSERT_TRUE(
          database->Run("INSERT INTO record (add_time, body) VALUES (1, ?)", sqlite::Blob{body})
              .ok());
    }
  }
  for (int opened = 0; opened < 2; ++opened) {
    auto spool = OpenSpool(directory.path());
    ASSERT_NE(spool, nullptr);
    EXPECT_EQ(spool->id(), "old");
    EXPECT_THAT(HeadOf(*spool).records, SizeIs(3));
    EXPECT_THAT(*spool->Jobs({}, 10), SizeIs(3));
    EXPECT_THAT(*spool->Imports(), IsEmpty());
  }
}

TEST(SpoolTest, SendsTheRecordsOfAnImportApartAndCountsWhatWasAnswered) {
  TemporaryDirectory directory;
  ImportPlace place;
  place.number = 4;
  place.next = kNow;
  place.result.set_job_count(2);
  {
    auto spool = OpenSpool(directory.path());
    ASSERT_TRUE(spool->Add(Jobs(1, 2), "c", {}, kNow).ok());
    ASSERT_TRUE(spool->AddImported(Jobs(3, 4), place, {}, kNow).ok());
    ASSERT_TRUE(spool->Add(Jobs(5, 5), "d", {}, kNow).ok());
  }
  auto spool = OpenSpool(directory.path());
  std::vector<std::pair<int64_t, size_t>> batches;  // (import, records)
  for (SpoolBatch batch = HeadOf(*spool); !batch.records.empty(); batch = HeadOf(*spool)) {
    batches.emplace_back(batch.import, batch.records.size());
    EXPECT_EQ(spool->Imports()->front().is_waiting, batches.size() < 3);
    ASSERT_TRUE(spool->Acknowledge(batch.last, {}, {batch.import, 1, 1}).ok());
  }
  const std::vector<std::pair<int64_t, size_t>> expected = {{0, 2}, {4, 2}, {0, 1}};
  EXPECT_EQ(batches, expected);
  // Its place may move on without what was counted being lost.
  place.is_read = true;
  ASSERT_TRUE(spool->AddImported({}, place, {}, kNow).ok());
  const std::vector<ImportPlace> places = *spool->Imports();
  ASSERT_THAT(places, SizeIs(1));
  EXPECT_EQ(places[0].next, kNow);
  EXPECT_TRUE(places[0].is_read);
  EXPECT_EQ(places[0].result.job_count(), 2);
  EXPECT_EQ(places[0].result.changed_count(), 1);
  EXPECT_EQ(places[0].result.rejected_count(), 1);
  EXPECT_EQ(*spool->Cursor(), "d");
  ASSERT_TRUE(spool->ForgetImport(4).ok());
  EXPECT_THAT(*spool->Imports(), IsEmpty());
}

TEST(SpoolTest, AddsARecordAndItsJobTogetherOrNeither) {
  TemporaryDirectory directory;
  auto spool = OpenSpool(directory.path(), 2);
  const int64_t before = spool->JobRevision();
  EXPECT_FALSE(spool->Add(Jobs(1, 3), "c", {}, kNow).ok());
  EXPECT_THAT(*spool->Jobs({}, 10), IsEmpty());
  EXPECT_EQ(spool->JobRevision(), before);
  ASSERT_TRUE(spool->Add(Jobs(1, 1), "c", {}, kNow).ok());
  EXPECT_NE(spool->JobRevision(), before);
  const int64_t after = spool->JobRevision();
  ASSERT_TRUE(spool->Add(Jobs(1, 1), "c", {}, kNow).ok());
  EXPECT_EQ(spool->JobRevision(), after);  // it said nothing new
  EXPECT_THAT(*spool->Jobs({}, 10), SizeIs(1));
}

TEST(SpoolTest, RefusesAFileThatIsNoDatabase) {
  TemporaryDirectory directory;
  directory.Write("spool.db", std::string(5000, 'x'));
  EXPECT_EQ(Spool::Open(directory.path(), kMany).status().code(), absl::StatusCode::kDataLoss);
}

TEST(SpoolTest, SaysWhichDirectoryCannotBeWritten) {
  const auto spool = Spool::Open("/proc/mesolys", kMany);
  EXPECT_EQ(spool.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(spool.status().message()), HasSubstr("/proc/mesolys"));
}

// The program that is killed: adds groups of records, the cursor being the number of the last one,
// and says on its standard output which group is durable.
constexpr char kChildDirectory[] = "MESOLYS_SPOOL_TEST_DIRECTORY";

[[noreturn]] void AddUntilKilled(const std::string& directory) {
  absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory, kMany);
  if (!spool.ok()) std::exit(1);
  int64_t last = 0;
  if (!absl::SimpleAtoi(*(*spool)->Cursor(), &last)) last = 0;
  while (true) {
    if (!(*spool)->Add(Jobs(last + 1, last + 10), absl::StrCat(last + 10), {}, kNow).ok()) {
      std::exit(1);
    }
    last += 10;
    if (::write(STDOUT_FILENO, "+", 1) != 1) std::exit(1);
  }
}

// Starts that program and kills it once it has said `group_count` times that a group is durable, in
// the middle of whatever it does then.
void KillAfter(const std::string& directory, int64_t group_count) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::string program = "/proc/self/exe";
  std::string filter = "--gtest_filter=SpoolCrashTest.*";
  std::string environment = absl::StrCat(kChildDirectory, "=", directory);
  char* arguments[] = {program.data(), filter.data(), nullptr};
  char* variables[] = {environment.data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, variables), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  char said = 0;
  for (int64_t groups = 0; groups < group_count && ::read(ends[0], &said, 1) == 1;) {
    if (said == '+') ++groups;  // GoogleTest writes as well
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
}

TEST(SpoolCrashTest, HoldsExactlyTheRecordsBehindItsCursorWheneverItIsKilled) {
  if (const char* directory = std::getenv(kChildDirectory)) AddUntilKilled(directory);
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  TemporaryDirectory directory;
  int64_t durable_count = 0;
  for (int round = 0; round < 10; ++round) {
    const int64_t groups = std::uniform_int_distribution<int64_t>(1, 40)(random);
    KillAfter(directory.path(), groups);
    durable_count += groups * 10;
    auto spool = OpenSpool(directory.path());
    ASSERT_NE(spool, nullptr);
    int64_t cursor = 0;
    ASSERT_TRUE(absl::SimpleAtoi(*spool->Cursor(), &cursor));
    EXPECT_GE(cursor, durable_count);
    durable_count = cursor;
    const SpoolBatch batch = HeadOf(*spool, kMany, int64_t{1} << 30);
    ASSERT_EQ(static_cast<int64_t>(batch.records.size()), cursor);
    for (int64_t at = 0; at < cursor; ++at) {
      ASSERT_EQ(batch.records[static_cast<size_t>(at)].job_id(), at + 1);
    }
  }
}

}  // namespace
}  // namespace mesolys::agent
