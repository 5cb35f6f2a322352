// The limit of an account of which a row of accounting was set aside: Slurm has counted what the
// job used and the ledger has not, so counted + left would give it again.

#include <memory>
#include <string>
#include <vector>

#include "agent/loop/job_totals.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "gmock/gmock.h"
#include "proto/runtime/convert.h"
#include "tests/agent/slurm/slurm_enforcer_fixture.h"

namespace mesolys::agent {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class SetAsideLimitTest : public SlurmEnforcerTest {
 protected:
  SetAsideLimitTest() {
    Project("p").logins = {"alice"};
    Give(6000);
    Restart();
    Look();
  }

  void Give(int64_t minutes) {
    const std::string grant = Grant("p", 1, "cpu", minutes);
    state_.accounts["p"].grants[grant].period.start = kNow - absl::Hours(10);
  }

  // The agent is killed and started anew.
  void Restart() {
    totals_.reset();
    spool_.reset();
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory_.path(), 1000);
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    totals_ = std::make_unique<JobTotals>(*spool_);
    Start();
  }

  // Of so many minutes on one core, that ended now.
  static UsageRecord Job(int64_t id, int64_t minutes) {
    UsageRecord record;
    record.key = {"c1", id, kNow - absl::Minutes(minutes)};
    record.account = "p";
    record.user = "alice";
    record.state = JobState::kCompleted;
    record.start_time = kNow - absl::Minutes(minutes);
    record.end_time = kNow;
    record.observe_time = kNow;
    record.core_count = 1;
    return record;
  }

  void SetAside(const UsageRecord& record, absl::Time now = kNow) {
    const auto mark =
        quarantine_.Append(*spool_->Mark(), {{"sacct", "odd", "?", UnreadJobOf(record)}}, now);
    ASSERT_TRUE(mark.ok());
    ASSERT_TRUE(spool_->Add({}, "c", *mark, now).ok());
  }

  void Read(const UsageRecord& record) {
    ASSERT_TRUE(spool_->Add({ToProto(record)}, "c", *spool_->Mark(), kNow).ok());
  }

  // What Slurm lets run beyond what it has counted, and its limit.
  std::vector<int64_t> Look(absl::Time now = kNow) {
    const absl::StatusOr<SiteUse> use = totals_->Use(state_, {}, now);
    EXPECT_TRUE(use.ok()) << use.status();
    use_ = *use;
    EXPECT_TRUE(Put(now).status.ok());
    return {Left("p"), Account("p").limits.minutes.at("cpu")};
  }

  Quarantine quarantine_{directory_.File("quarantine.txt")};
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<JobTotals> totals_;
};

TEST_F(SetAsideLimitTest, DoesNotRiseWithWhatSlurmCounts) {
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  SetAside(Job(1, 100));
  EXPECT_THAT(Look(), testing::ElementsAre(5900, 6000));
  slurm_.Run("c1", "p", "alice", {{"cpu", 50}});
  SetAside(Job(2, 50));
  EXPECT_THAT(Look(), testing::ElementsAre(5850, 6000));
  slurm_.Run("c1", "p", "alice", {{"cpu", 30}});
  Read(Job(3, 30));  // one that is charged
  EXPECT_THAT(Look(), testing::ElementsAre(5820, 6000));
  EXPECT_EQ((use_.held_back[{"p", "cpu"}]), (HeldBack{Amount(150 * 60), 2, 1}));
  // What is counted decays, and what is held back does not: no more than 5820 are left.
  slurm_.LoseState("c1");
  EXPECT_THAT(Look(), testing::ElementsAre(5820, 5820));
}

TEST_F(SetAsideLimitTest, HoldsAfterARestart) {
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  SetAside(Job(1, 100));
  Look();
  Restart();
  EXPECT_THAT(Look(), testing::ElementsAre(5900, 6000));
}

TEST_F(SetAsideLimitTest, RisesWithWhatTheLedgerGives) {
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  SetAside(Job(1, 100));
  Look();
  Give(7000);
  EXPECT_THAT(Look(), testing::ElementsAre(6900, 7000));
}

TEST_F(SetAsideLimitTest, OfOneThatRunsDoesNotRiseWhileItRuns) {
  UsageRecord record = Job(1, 10);
  record.state = JobState::kRunning;
  slurm_.Run("c1", "p", "alice", {{"cpu", 10}});
  SetAside(record);
  EXPECT_THAT(Look(), testing::ElementsAre(5990, 6000));
  slurm_.Run("c1", "p", "alice", {{"cpu", 60}});
  EXPECT_THAT(Look(kNow + absl::Hours(1)), testing::ElementsAre(5930, 6000));
  EXPECT_EQ((use_.held_back[{"p", "cpu"}].amount), Amount(70 * 60));
  ASSERT_THAT(totals_->held_rows().first, SizeIs(1));
  EXPECT_EQ(totals_->held_rows().first[0].amounts(0).amount_base_units(), 70 * 60);
}

TEST_F(SetAsideLimitTest, HoldsBackOnlyWhatTheLedgerDoesNotKnow) {
  UsageRecord seen = Job(1, 100);
  seen.state = JobState::kRunning;
  seen.end_time = seen.observe_time = kNow - absl::Minutes(40);
  seen.is_runaway = true;  // no look shows it any more
  Read(seen);
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  SetAside(Job(1, 100));
  EXPECT_THAT(Look(), testing::ElementsAre(5900, 6000));
  EXPECT_EQ((use_.held_back[{"p", "cpu"}].amount), Amount(40 * 60));
}

TEST_F(SetAsideLimitTest, IsFreeOnceTheRowIsRead) {
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  SetAside(Job(1, 100));
  Look();
  UsageRecord record = Job(1, 100);
  record.start_time += absl::Minutes(60);  // it was shorter
  Read(record);
  EXPECT_THAT(Look(), testing::ElementsAre(5960, 6060));
  EXPECT_THAT(use_.held_back, IsEmpty());
  EXPECT_EQ(totals_->held_rows().count, 0);
}

TEST_F(SetAsideLimitTest, IsFreeOnceAnOperatorDismissesTheRow) {
  slurm_.Run("c1", "p", "alice", {{"cpu", 150}});
  SetAside(Job(1, 100));
  SetAside(Job(2, 50));
  EXPECT_EQ(totals_->held_rows().count, 0) << "nobody has looked yet";
  EXPECT_THAT(Look(), testing::ElementsAre(5850, 6000));
  ASSERT_THAT(totals_->held_rows().first, SizeIs(2));
  EXPECT_EQ(totals_->held_rows().first[0].number(), 1);
  EXPECT_EQ(totals_->held_rows().first[0].job_id(), "1");
  state_.dismissed = {{1, 1, kNow}};
  EXPECT_THAT(Look(), testing::ElementsAre(5950, 6100));
  Restart();
  SetAside(Job(1, 100), kNow + absl::Hours(1));  // met again
  EXPECT_THAT(Look(), testing::ElementsAre(5950, 6100));
}

TEST_F(SetAsideLimitTest, ADismissalOfARowOfALostSpoolFreesNoOther) {
  state_.dismissed = {{1, 9, kNow - absl::Hours(1)}};
  slurm_.Run("c1", "p", "alice", {{"cpu", 100}});
  SetAside(Job(1, 100));
  EXPECT_THAT(Look(), testing::ElementsAre(5900, 6000));
}

TEST_F(SetAsideLimitTest, ForgetsARowLongAfterEveryGrantThatItConcerns) {
  SetAside(Job(1, 100));
  Look(kNow + JobTotals::kForgetAfter);
  EXPECT_THAT(*spool_->SetAside(0, 10), SizeIs(1));
  state_.accounts["p"].grants.begin()->second.period = {kNow + absl::Hours(1),
                                                        kNow + absl::Hours(999)};
  Look(kNow + JobTotals::kForgetAfter + absl::Seconds(1));
  EXPECT_THAT(*spool_->SetAside(0, 10), IsEmpty());
}

}  // namespace
}  // namespace mesolys::agent
