#include "agent/loop/job_totals.h"

#include <algorithm>
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "agent/loop/told_jobs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::agent {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);
constexpr int64_t kHour = 3600;

class JobTotalsTest : public testing::Test {
 protected:
  JobTotalsTest() {
    state_.clusters = {"c1"};
    state_.charges.gpu_model = "a100";
    Restart();
  }

  void Restart() {
    totals_.reset();
    spool_.reset();
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory_.path(), 1'000'000);
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    totals_ = std::make_unique<JobTotals>(*spool_);
  }

  // Hours from now.
  GrantCeiling& Grant(int64_t number, int64_t from, int64_t to,
                      const std::string& resource = "cpu") {
    GrantCeiling& grant = state_.accounts["p"].grants[GrantName("p", number)];
    grant = {resource, Amount(1'000'000), {kNow + absl::Hours(from), kNow + absl::Hours(to)}};
    return grant;
  }

  // Of one core that ran for an hour, `ago` hours before now.
  static UsageRecord Job(int64_t id, int64_t ago = 2) {
    UsageRecord record;
    record.key = {"c1", id, kNow - absl::Hours(ago + 1)};
    record.account = "p";
    record.user = "bob";
    record.state = JobState::kCompleted;
    record.start_time = kNow - absl::Hours(ago);
    record.end_time = record.start_time + absl::Hours(1);
    record.observe_time = record.end_time;
    record.core_count = 1;
    return record;
  }

  static UsageRecord Running(int64_t id, absl::Time seen, int64_t limit_hours) {
    UsageRecord record = Job(id);
    record.state = JobState::kRunning;
    record.end_time = seen;
    record.observe_time = seen;
    record.time_limit_seconds = limit_hours * kHour;
    return record;
  }

  void Keep(const std::vector<UsageRecord>& records) {
    std::vector<v1::UsageRecord> messages;
    for (const UsageRecord& record : records) messages.push_back(ToProto(record));
    ASSERT_TRUE(spool_->Add(messages, "c", {}, kNow).ok());
  }

  SiteUse Use(absl::Time now = kNow) {
    const absl::StatusOr<SiteUse> use = totals_->Use(state_, figures_, now);
    EXPECT_TRUE(use.ok()) << use.status();
    return use.value_or(SiteUse());
  }
  int64_t Used(int64_t grant) { return Use().grants[GrantName("p", grant)].count(); }

  TemporaryDirectory directory_;
  SiteState state_;
  std::map<std::string, LedgerFigures> figures_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<JobTotals> totals_;
};

TEST_F(JobTotalsTest, CountsWhatTheJobsOfAGrantUsed) {
  Grant(1, -10, 10);
  EXPECT_EQ(Used(1), 0);
  Keep({Job(1), Job(2)});
  EXPECT_EQ(Used(1), 2 * kHour);
  Keep({Job(3)});
  EXPECT_EQ(Used(1), 3 * kHour);
}

TEST_F(JobTotalsTest, IsTheSameInWhateverOrderAndHoweverOftenRecordsCome) {
  Grant(1, -10, 1);
  Grant(2, -10, 10);
  std::mt19937_64 random(TestSeed());
  std::vector<UsageRecord> records;
  for (int64_t id = 1; id <= 20; ++id) {
    records.push_back(Running(id, kNow - absl::Hours(1) - absl::Minutes(id), 4));
    records.push_back(Running(id, kNow - absl::Minutes(id), 4));
    if (id % 2 == 0) records.push_back(Job(id));
  }
  // Of 4 hours 2 had gone by: g1 pays to its end, g2 the rest; those that ended took one hour.
  const int64_t first = 10 * 3 * kHour + 10 * kHour;
  const int64_t second = 10 * kHour;
  for (int round = 0; round < 5; ++round) {
    std::vector<UsageRecord> order = records;
    order.insert(order.end(), records.begin(), records.begin() + 20);
    std::shuffle(order.begin(), order.end(), random);
    for (const UsageRecord& record : order) Keep({record});
    EXPECT_EQ(Used(1), first);
    EXPECT_EQ(Used(2), second);
  }
}

TEST_F(JobTotalsTest, ARunningJobCountsToItsTimeLimitUntilItEnds) {
  Grant(1, -10, 100);
  Keep({Running(1, kNow, 5)});
  EXPECT_EQ(Used(1), 5 * kHour);
  Keep({Job(1)});
  EXPECT_EQ(Used(1), kHour);
}

TEST_F(JobTotalsTest, SurvivesARestartAndNeedsNoScheduler) {
  Grant(1, -10, 10);
  Keep({Job(1)});
  // What was acknowledged has left the spool, not the total.
  ASSERT_TRUE(spool_->Acknowledge(1, {}).ok());
  Restart();
  EXPECT_EQ(Used(1), kHour);
}

TEST_F(JobTotalsTest, IsNeverBelowWhatTheLedgerSettled) {
  Grant(1, -10, 10);
  Keep({Job(1)});
  LedgerFigures& figures = figures_[GrantName("p", 1)];
  figures = {Amount(kHour), Amount()};
  EXPECT_EQ(Used(1), kHour);
  // An agent that lost its memory.
  figures = {Amount(7 * kHour), Amount()};
  EXPECT_EQ(Used(1), 7 * kHour);
  // It knows more than the ledger.
  figures = {Amount(1), Amount()};
  EXPECT_EQ(Used(1), kHour);
  // Refunds and opening balances, which no record tells.
  figures = {Amount(), Amount(-kHour)};
  EXPECT_EQ(Used(1), 0);
  figures = {Amount(), Amount(-2 * kHour)};
  EXPECT_EQ(Used(1), 0);
  figures = {Amount(10 * kHour), Amount(10 * kHour)};
  EXPECT_EQ(Used(1), 11 * kHour);
}

TEST_F(JobTotalsTest, ChargesAsTheSiteDoes) {
  Grant(1, -10, 10);
  Grant(2, -10, 10, "gpu-a100");
  UsageRecord record = Job(1);
  record.gpu_counts[""] = 2;
  record.memory_bytes = 50;
  Keep({record});
  EXPECT_EQ(Used(1), kHour);
  EXPECT_EQ(Used(2), 2 * kHour);
  state_.charges.node = {10, 100, 8};
  EXPECT_EQ(Used(1), 5 * kHour);
  state_.charges.gpu_jobs_pay_cpu = false;
  EXPECT_EQ(Used(1), 0);
  EXPECT_EQ(Used(2), 2 * kHour);
}

TEST_F(JobTotalsTest, LooksAtItsOwnAccountsAndClustersOnly) {
  Grant(1, -10, 10);
  UsageRecord older = Job(1);
  older.account = "old_p";
  UsageRecord foreign = Job(2);
  foreign.key.cluster = "c2";
  UsageRecord other = Job(3);
  other.account = "q";
  Keep({older, foreign, other});
  EXPECT_EQ(Used(1), 0);
  state_.accounts["p"].links = {{"c1", "old_p"}};
  EXPECT_EQ(Used(1), kHour);
}

TEST_F(JobTotalsTest, ARecordThatTheContractRefusesIsNoJob) {
  Grant(1, -10, 10);
  v1::UsageRecord record = ToProto(Job(1));
  record.set_core_count(-5);
  ASSERT_TRUE(spool_->Add({record}, "c", {}, kNow).ok());
  EXPECT_EQ(Used(1), 0);
  EXPECT_EQ(spool_->Level()->record_count, 1);  // for the scheduler to refuse
}

TEST_F(JobTotalsTest, AnEndedGrantStillPaysForItsSeconds) {
  Grant(1, -10, -1);
  Grant(2, -10, 10);
  Keep({Job(1, 3), Job(2, 1)});
  EXPECT_EQ(Used(1), kHour);
  EXPECT_EQ(Used(2), kHour);
}

TEST_F(JobTotalsTest, CountsForALoginSinceItsCeilingWasSet) {
  Grant(1, -10, 10);
  UsageRecord anns = Job(2);
  anns.user = "ann";
  Keep({Job(1), anns, Job(3, 5)});
  state_.accounts["p"].login_ceilings[{"bob", "cpu"}] = {Amount(1), kNow - absl::Minutes(90)};
  const SiteUse use = Use();
  ASSERT_THAT(use.logins, SizeIs(1));
  // Half of job 1, nothing of job 3, which ran before, and nothing of ann's.
  EXPECT_EQ(use.logins.at({"p", "bob", "cpu"}), Amount(kHour / 2));
}

TEST_F(JobTotalsTest, ForgetsJobsThatNoGrantCanConcernAnyMore) {
  Grant(1, -10, 10);
  UsageRecord other = Job(3);
  other.account = "q";
  Keep({Job(1), Job(2, 20), other});
  Use();
  EXPECT_EQ(spool_->Jobs({}, 10)->size(), 3U);
  // Not before some days, for a grant may come for what has just run.
  const absl::Time later = kNow + JobTotals::kForgetAfter + absl::Hours(1);
  state_.generation = 2;
  EXPECT_EQ(Use(later).grants[GrantName("p", 1)], Amount(kHour));
  ASSERT_EQ(spool_->Jobs({}, 10)->size(), 1U);
  EXPECT_EQ(spool_->Jobs({}, 10)->front().key.job_id, 1);
  state_ = {};
  Use(later);
  EXPECT_THAT(*spool_->Jobs({}, 10), IsEmpty());
}

TEST_F(JobTotalsTest, KeepsWhatHasNotEndedHoweverOldItIs) {
  UsageRecord runaway = Running(1, kNow, 1);
  runaway.is_runaway = true;
  Keep({runaway, Running(2, kNow, 1), Job(3)});
  Use(kNow + absl::Hours(24 * 400));
  EXPECT_THAT(*spool_->Jobs({}, 10), SizeIs(2));
}

TEST_F(JobTotalsTest, OneThatGoesOnLongAfterItsLimitIsListedAndChargedOn) {
  Grant(1, -10, 10);
  UsageRecord late = Running(1, kNow, 1);  // it began two hours ago
  UsageRecord ending = Running(2, kNow, 2);
  ending.end_time = ending.observe_time = ending.start_time + absl::Hours(2) + kEndedWithin;
  Keep({late, ending, Running(3, kNow, 0)});
  Used(1);
  EXPECT_EQ(totals_->runaways().count, 0);
  EXPECT_EQ(totals_->runaways().beyond_limit_count, 1);
  ASSERT_THAT(totals_->runaways().first, SizeIs(1));
  EXPECT_EQ(totals_->runaways().first[0].job_id(), 1);
  EXPECT_EQ(totals_->runaways().first[0].cause(), v1::RunawayJob::BEYOND_LIMIT);
}

TEST_F(JobTotalsTest, ARunawayHasUsedWhatItHadAndIsListed) {
  Grant(1, -10, 10);
  UsageRecord runaway = Running(1, kNow - absl::Hours(1), 9);
  runaway.is_runaway = true;
  Keep({runaway, Running(2, kNow, 0)});
  const SiteUse use = Use(kNow);
  EXPECT_EQ(use.grants.at(GrantName("p", 1)), Amount(3 * kHour)) << "nothing is committed";
  EXPECT_EQ(use.spent.at(GrantName("p", 1)).most, Amount(3 * kHour)) << "nor taken to run on";
  EXPECT_EQ(totals_->runaways().count, 1);
  ASSERT_THAT(totals_->runaways().first, SizeIs(1));
  EXPECT_EQ(totals_->runaways().first[0].job_id(), 1);
  EXPECT_EQ(totals_->runaways().first[0].cause(), v1::RunawayJob::LOST);
  EXPECT_EQ(totals_->runaways().first[0].end_time().seconds(),
            absl::ToUnixSeconds(runaway.end_time));
  runaway.state = JobState::kCompleted;
  runaway.is_runaway = false;
  Keep({runaway});
  Use(kNow);
  EXPECT_EQ(totals_->runaways().count, 0);
}

TEST_F(JobTotalsTest, NoSumIsTooLargeForIt) {
  Grant(1, -10, 10);
  figures_[GrantName("p", 1)] = {Amount(int64_t{1} << 56), Amount(int64_t{1} << 56)};
  UsageRecord large = Job(1);
  large.core_count = int64_t{1} << 24;
  large.start_time = kNow - absl::Hours(9);
  for (int64_t id = 1; id <= 100; ++id) {
    large.key.job_id = id;
    Keep({large});
  }
  EXPECT_GE(Used(1), int64_t{1} << 56);
}

TEST_F(JobTotalsTest, ReadsAHundredThousandJobsPageByPage) {
  Grant(1, -10, 10);
  for (int64_t group = 0; group < 100; ++group) {
    std::vector<UsageRecord> records;
    for (int64_t id = 1; id <= 1000; ++id) records.push_back(Job(group * 1000 + id));
    Keep(records);
  }
  EXPECT_EQ(Used(1), 100'000 * kHour);
  EXPECT_THAT(*spool_->Jobs({}, 1000), SizeIs(1000));
}

}  // namespace
}  // namespace mesolys::agent
