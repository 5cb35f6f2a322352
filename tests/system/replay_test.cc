// The main job from end to end: real job records, through the agent's library and mutual TLS into a
// scheduler, are settled exactly, in whatever order, how often and in what pieces they arrive.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/engine/verify.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/system/halfway.h"
#include "tests/system/lossy_link.h"
#include "tests/system/recording.h"
#include "tests/system/replay_world.h"

namespace mesolys::agent {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const std::vector<std::string>& Accounts() {
  static const auto& accounts = *new std::vector<std::string>{"chaff", "taifl", "aytinis"};
  return accounts;
}

// What was settled, and every job with what it was charged.
struct Books {
  Settled settled;
  std::vector<Job> jobs;
};

// Core-seconds and GPU-seconds by (account, resource), of the file's text alone.
using Sums = std::map<std::pair<std::string, std::string>, int64_t>;

class ReplayTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ca_ = new TestCa(); }
  static void TearDownTestSuite() {
    delete ca_;
    ca_ = nullptr;
  }

  void SetUp() override {
    recording_ = ReadRecording();
    if (recording_.empty()) {
      GTEST_SKIP() << "shared/data/xdmod_sacct_phillips.log is not beside this checkout";
    }
    ASSERT_THAT(recording_, SizeIs(4285));
    for (const RecordedJob& job : recording_) {
      expected_[{job.account, "cpu"}] += job.cores * job.elapsed;
      if (job.gpus > 0) expected_[{job.account, "gpu-p100"}] += job.gpus * job.elapsed;
    }
  }

  // The sums over grants and sites; projects bear the names of accounts, or those that `name`
  // gives.
  static Sums Added(const Settled& settled, const std::map<std::string, std::string>& names = {}) {
    Sums sums;
    for (const auto& [key, amount] : settled) {
      const std::string& project = std::get<0>(key);
      const auto name = names.find(project);
      sums[{name == names.end() ? project : name->second, std::get<2>(key)}] += amount;
    }
    return sums;
  }

  static void ExpectVerified(ReplayWorld& world) {
    const absl::StatusOr<VerifyReport> report = Verify(world.scheduler().store());
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->job_count, 4285);
  }

  static Books BooksOf(ReplayWorld& world) {
    ExpectVerified(world);
    EXPECT_THAT(world.Unassigned(), IsEmpty());
    return {world.Balances(Accounts()), world.Jobs()};
  }

  // The file once, as it is.
  Books Once() {
    ReplayWorld world(*ca_);
    world.CreateProjectsOfAccounts();
    EXPECT_EQ(world.ReportFile(RecordingPath()).changed_count, 4285);
    return BooksOf(world);
  }

  static void ExpectSame(const Books& books, const Books& expected) {
    EXPECT_EQ(books.settled, expected.settled);
    ASSERT_EQ(books.jobs.size(), expected.jobs.size());
    for (size_t i = 0; i < books.jobs.size(); ++i) {
      ASSERT_TRUE(books.jobs[i] == expected.jobs[i])
          << "job " << expected.jobs[i].record.key.job_id;
    }
  }

  // The lines [from, to) of `jobs` in a file of its own.
  std::string WriteLines(const std::vector<RecordedJob>& jobs, size_t from, size_t to) {
    std::string text;
    for (size_t i = from; i < to; ++i) absl::StrAppend(&text, jobs[i].line, "\n");
    return directory_.Write(absl::StrCat("part", ++file_count_, ".txt"), text);
  }

  static TestCa* ca_;
  std::vector<RecordedJob> recording_;
  Sums expected_;
  TemporaryDirectory directory_;
  int file_count_ = 0;
};

TestCa* ReplayTest::ca_ = nullptr;

TEST_F(ReplayTest, SettlesExactlyTheCoreAndGpuSecondsOfTheFile) {
  ReplayWorld world(*ca_, directory_.File("ledger.db"));
  world.CreateProjectsOfAccounts();
  const ReportTick report = world.ReportFile(RecordingPath());
  EXPECT_EQ(report.status, absl::OkStatus());
  EXPECT_EQ(report.changed_count, 4285);
  EXPECT_EQ(report.sent_count, 4285);
  EXPECT_EQ(report.rejected_count + report.quarantined_count + report.skipped_count, 0);
  const Sums settled = Added(world.Balances(Accounts()));
  EXPECT_EQ(settled, expected_);
  std::map<std::string, int64_t> total;
  std::map<std::string, int64_t> expected_total;
  for (const auto& [key, amount] : settled) total[key.second] += amount;
  for (const RecordedJob& job : recording_) {
    expected_total["cpu"] += job.cores * job.elapsed;
    expected_total["gpu-p100"] += job.gpus * job.elapsed;
  }
  EXPECT_EQ(total, expected_total);
  EXPECT_GT(total["cpu"], 0);
  EXPECT_GT(total["gpu-p100"], 0);
  EXPECT_THAT(world.Unassigned(), IsEmpty());
  ExpectVerified(world);
}

TEST_F(ReplayTest, OfTheSameFileThreeTimesSettlesItOnce) {
  ReplayWorld world(*ca_);
  world.CreateProjectsOfAccounts();
  EXPECT_EQ(world.ReportFile(RecordingPath()).changed_count, 4285);
  const int64_t revision = world.scheduler().engine().head().revision;
  for (int again = 0; again < 2; ++again) {
    const ReportTick report = world.ReportFile(RecordingPath());
    EXPECT_EQ(report.sent_count, 4285);
    EXPECT_EQ(report.changed_count, 0);
  }
  EXPECT_EQ(world.scheduler().engine().head().revision, revision);
  ExpectSame(BooksOf(world), Once());
}

TEST_F(ReplayTest, OfTheLinesInAnyOrderSettlesTheSame) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::printf("seed %u\n", seed);
  std::vector<RecordedJob> shuffled = recording_;
  std::mt19937 random(seed);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  ReplayWorld world(*ca_);
  world.CreateProjectsOfAccounts();
  EXPECT_EQ(world.ReportFile(WriteLines(shuffled, 0, shuffled.size())).changed_count, 4285);
  ExpectSame(BooksOf(world), Once());
}

TEST_F(ReplayTest, OfTwoOverlappingHalvesSettlesTheSame) {
  const size_t third = recording_.size() / 3;
  ReplayWorld world(*ca_);
  world.CreateProjectsOfAccounts();
  const std::string later = WriteLines(recording_, third, recording_.size());
  const std::string earlier = WriteLines(recording_, 0, 2 * third);
  EXPECT_EQ(world.ReportFile(later).changed_count, static_cast<int64_t>(recording_.size() - third));
  EXPECT_EQ(world.ReportFile(earlier).changed_count, static_cast<int64_t>(third));
  ExpectSame(BooksOf(world), Once());
}

TEST_F(ReplayTest, OfEveryRecordFirstAsRunningWithSmallerValuesSettlesTheSame) {
  ReplayWorld world(*ca_);
  world.CreateProjectsOfAccounts();
  const std::unique_ptr<Replay> first = OpenReplay(RecordingPath());
  Halfway halfway(*first);
  EXPECT_EQ(world.Report(halfway).changed_count, 4285);
  int64_t in_flight = 0;
  int64_t committed = 0;
  for (const std::string& account : Accounts()) {
    const v1::Balance balance = world.Balance(account);
    for (const v1::BalanceLine& line : balance.lines()) {
      EXPECT_EQ(line.settled_base_units(), 0);
      in_flight += line.in_flight_base_units();
      committed += line.committed_base_units();
    }
  }
  EXPECT_GT(in_flight, 0);
  EXPECT_GT(committed, 0);
  ExpectVerified(world);
  EXPECT_EQ(world.ReportFile(RecordingPath()).changed_count, 4285);
  // And once more too late.
  const std::unique_ptr<Replay> second = OpenReplay(RecordingPath());
  Halfway late(*second);
  EXPECT_EQ(world.Report(late).changed_count, 0);
  ExpectSame(BooksOf(world), Once());
}

TEST_F(ReplayTest, OverALinkThatLosesEveryThirdAnswerSettlesTheSame) {
  ReplayWorld world(*ca_);
  world.CreateProjectsOfAccounts();
  const std::unique_ptr<GrpcSchedulerLink> straight = world.Connect();
  LossyLink lossy(*straight);
  const std::unique_ptr<Replay> replay = OpenReplay(RecordingPath());
  // A small spool makes many reports.
  const ReportTick report = world.Report(*replay, &lossy, /*spool_records_max=*/100);
  EXPECT_EQ(report.status, absl::OkStatus());
  EXPECT_EQ(report.sent_count, 4285);
  // A replayed answer tells what the lost one told.
  EXPECT_EQ(report.changed_count, 4285);
  EXPECT_GE(lossy.lost_count, 20);
  ExpectSame(BooksOf(world), Once());
}

// Grants of one project that overlap; a second is paid by the one that ends soonest.
struct StackedGrant {
  int64_t start = 0;  // of recorded time
  int64_t end = 0;
  GrantNumbers numbers;
};

// 0 where none is valid.
int64_t PayerOf(const std::vector<StackedGrant>& grants, int64_t second,
                const std::string& resource) {
  const StackedGrant* payer = nullptr;
  for (const StackedGrant& grant : grants) {
    if (second < grant.start || grant.end <= second) continue;
    if (payer == nullptr || grant.end < payer->end) payer = &grant;
  }
  return payer == nullptr ? 0 : payer->numbers.at(resource);
}

TEST_F(ReplayTest, OfJobsAcrossTheEndsOfStackedGrantsChargesEachSecondToItsGrant) {
  ReplayWorld world(*ca_, "", ReplayTime() - absl::Hours(24 * 28));  // before they begin
  std::map<std::string, std::vector<StackedGrant>> grants;
  for (const std::string& account : Accounts()) {
    world.CreateProject(account);
    const std::pair<const char*, const char*> periods[] = {
        {"2016-12-23T00:00:00", "2016-12-31T06:00:00"},   // after the first job began
        {"2016-12-28T00:00:00", "2017-02-20T00:00:00"},   // beyond them all
        {"2016-12-31T07:00:00", "2017-01-01T20:30:00"}};  // within
    for (const auto& [start, end] : periods) {
      grants[account].push_back({RecordedSecond(start), RecordedSecond(end),
                                 world.Grant(account, {Shifted(start), Shifted(end)})});
    }
  }
  world.clock().Set(ReplayTime());
  EXPECT_EQ(world.ReportFile(RecordingPath()).changed_count, 4285);

  Settled expected;
  int split_jobs = 0;
  for (const RecordedJob& job : recording_) {
    std::map<int64_t, int64_t> core_seconds;
    for (int64_t second = job.start; second < job.start + job.elapsed; ++second) {
      const int64_t payer = PayerOf(grants[job.account], second, "cpu");
      core_seconds[payer] += job.cores;
      expected[{job.account, payer, "cpu", "psmn"}] += job.cores;
      if (job.gpus == 0) continue;
      const int64_t gpu_payer = PayerOf(grants[job.account], second, "gpu-p100");
      expected[{job.account, gpu_payer, "gpu-p100", "psmn"}] += job.gpus;
    }
    split_jobs += core_seconds.size() > 1 ? 1 : 0;
  }
  EXPECT_GE(split_jobs, 5);
  const Settled settled = world.Balances(Accounts());
  EXPECT_EQ(settled, expected);
  EXPECT_EQ(Added(settled), expected_);
  EXPECT_GT((settled.at({"chaff", 0, "gpu-p100", "psmn"})), 0);
  ExpectVerified(world);
}

TEST_F(ReplayTest, BeforeItsProjectsExistIsKeptAndSettledWhenTheyAreCreated) {
  ReplayWorld world(*ca_);
  EXPECT_EQ(world.ReportFile(RecordingPath()).changed_count, 4285);
  Sums unassigned;
  for (const v1::UnassignedUse& use : world.Unassigned()) {
    unassigned[{use.account().account(), use.resource()}] += use.settled_base_units();
  }
  EXPECT_EQ(unassigned, expected_);
  ExpectVerified(world);
  world.CreateProjectsOfAccounts();
  ASSERT_TRUE(world.scheduler().WaitUntilSettled());
  ExpectSame(BooksOf(world), Once());
}

TEST_F(ReplayTest, OfAccountsLinkedLaterSettlesToTheProjectsThatClaimThem) {
  const std::map<std::string, std::string> accounts = {
      {"wheat", "chaff"}, {"tower", "taifl"}, {"meadow", "aytinis"}};
  ReplayWorld world(*ca_);
  EXPECT_EQ(world.ReportFile(RecordingPath()).changed_count, 4285);
  std::vector<std::string> projects;
  for (const auto& [project, account] : accounts) {
    world.CreateProject(project);
    world.Grant(project, {Shifted("2016-12-01T00:00:00"), Shifted("2017-02-20T00:00:00")});
    EXPECT_THAT(world.Balances({project}), IsEmpty());
    world.Link(project, account);
    projects.push_back(project);
  }
  ASSERT_TRUE(world.scheduler().WaitUntilSettled());
  const Settled settled = world.Balances(projects);
  EXPECT_EQ(Added(settled, accounts), expected_);
  for (const auto& [key, amount] : settled) EXPECT_NE(std::get<1>(key), 0) << "uncovered";
  EXPECT_THAT(world.Unassigned(), IsEmpty());
  // What comes later goes the same way.
  EXPECT_EQ(world.ReportFile(RecordingPath()).changed_count, 0);
  EXPECT_EQ(world.Balances(projects), settled);
  ExpectVerified(world);
}

}  // namespace
}  // namespace mesolys::agent
