#include "agent/slurm/slurm.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_sacct.h"
#include "tests/fakes/fake_scontrol.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kZero = 1800000000;  // when the tests begin
constexpr int64_t kHour = 3600;

class SlurmTest : public testing::Test {
 protected:
  SlurmTest() { Restart(); }

  // The agent, not Slurm.
  void Restart() {
    auto sacct = std::make_unique<FakeSacct>();
    if (slurm_ != nullptr) *sacct = *sacct_;
    sacct_ = sacct.get();
    slurm_ = std::make_unique<Slurm>(std::move(sacct), windows_, directory_.path());
  }

  // Everything that there is to tell now, as "id state seconds".
  std::vector<std::string> Tell(int64_t records_max = 2000) {
    std::vector<std::string> told;
    sacct_->slices.clear();
    bool has_more = true;
    for (int groups = 0; has_more && groups < 100000; ++groups) {
      const absl::StatusOr<Collected> collected =
          slurm_->Collect(cursor_, records_max, clock_.Now());
      EXPECT_TRUE(collected.ok()) << collected.status();
      if (!collected.ok()) break;
      EXPECT_LE(static_cast<int64_t>(collected->records.size()), records_max);
      for (const v1::UsageRecord& record : collected->records) told.push_back(Text(record));
      for (const QuarantinedLine& line : collected->quarantined) quarantined_.push_back(line);
      cursor_ = collected->cursor;
      has_more = collected->has_more;
    }
    return told;
  }

  static std::string Text(const v1::UsageRecord& record) {
    return absl::StrCat(
        record.job_id(), " ", v1::UsageRecord::State_Name(record.state()), " ",
        record.end_time().seconds() - record.start_time().seconds() - record.suspended_seconds());
  }

  TemporaryDirectory directory_;
  SlurmWindows windows_;
  ManualClock clock_{absl::FromUnixSeconds(kZero)};
  FakeSacct* sacct_ = nullptr;
  std::unique_ptr<Slurm> slurm_;
  std::string cursor_;
  std::vector<QuarantinedLine> quarantined_;
};

TEST_F(SlurmTest, TellsEveryRunOfAJobOnce) {
  sacct_->rows = {{1, kZero - 90, kZero - 80, kZero - 60, "REQUEUED"},
                  {1, kZero - 60, kZero - 50, kZero - 20, "COMPLETED"},
                  {2, kZero - 90, 0, 0, "PENDING"},
                  {3, kZero - 70 * kHour, kZero - 60 * kHour, kZero - 59 * kHour, "TIMEOUT"}};
  EXPECT_THAT(Tell(), ElementsAre("3 TIMEOUT 3600", "1 REQUEUED 20", "1 COMPLETED 30"));
  for (int ticks = 0; ticks < 10; ++ticks) {
    clock_.Advance(absl::Hours(9));
    EXPECT_THAT(Tell(), IsEmpty());
  }
}

TEST_F(SlurmTest, AJobWithSharedPartsIsToldWithWhatItsNodesSay) {
  auto scontrol = std::make_unique<FakeScontrol>();
  FakeScontrol& controller = *scontrol;
  auto sacct = std::make_unique<FakeSacct>();
  sacct->rows = {{1, kZero - 90, kZero - 80, kZero - 60, "COMPLETED"}};
  sacct->rows[0].held = "billing=2,cpu=2,gres/shard=4,gres/shard:v100=4,mem=10M,node=1";
  slurm_ = std::make_unique<Slurm>(std::move(sacct), windows_, directory_.path(),
                                   std::make_unique<SharedPartsReader>(std::move(scontrol)));
  // Not before somebody knows: it comes later, and is not lost.
  absl::Status status;
  for (int slices = 0; slices < 1000 && status.ok(); ++slices) {
    const absl::StatusOr<Collected> collected = slurm_->Collect(cursor_, 100, clock_.Now());
    status = collected.status();
    if (!status.ok()) break;
    EXPECT_THAT(collected->records, IsEmpty());
    cursor_ = collected->cursor;
  }
  EXPECT_FALSE(status.ok());
  controller.clusters["c1"][Scontrol::Noun::kNode] = {
      FakeScontrol::Node("n2", "IDLE", "gpu:v100:4,shard:v100:16")};
  std::vector<v1::UsageRecord> told;
  for (bool has_more = true; has_more;) {
    const absl::StatusOr<Collected> collected = slurm_->Collect(cursor_, 100, clock_.Now());
    ASSERT_TRUE(collected.ok()) << collected.status();
    told.insert(told.end(), collected->records.begin(), collected->records.end());
    cursor_ = collected->cursor;
    has_more = collected->has_more;
  }
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].gpu_counts().at("shard-v100"), 4);
  EXPECT_EQ(told[0].parts_per_gpu().at("shard-v100"), 4);
}

TEST_F(SlurmTest, ReadsOneSliceAtATime) {
  Tell();
  EXPECT_THAT(sacct_->slices, SizeIs(18));
  clock_.Advance(absl::Seconds(10));
  Tell();
  EXPECT_THAT(sacct_->slices, ElementsAre(FakeSacct::Slice{kZero - 600, kZero + 10}));
}

TEST_F(SlurmTest, TellsARowAgainThatHasChanged) {
  sacct_->rows = {{1, kZero - 90, kZero - 80, kZero - 60, "COMPLETED"}};
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 20"));
  sacct_->rows[0].end = kZero - 55;
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 25"));
}

TEST_F(SlurmTest, TellsWhatRunsEveryFiveMinutesAndItsEndAtOnce) {
  sacct_->rows = {{1, kZero - 90, kZero - 80, 0, "RUNNING"}};
  EXPECT_THAT(Tell(), ElementsAre("1 RUNNING 80"));
  clock_.Advance(absl::Seconds(290));
  EXPECT_THAT(Tell(), IsEmpty());
  clock_.Advance(absl::Seconds(10));
  sacct_->rows[0].suspended = 100;
  EXPECT_THAT(Tell(), ElementsAre("1 RUNNING 280"));
  clock_.Advance(absl::Seconds(10));
  sacct_->rows[0].end = kZero + 305;
  sacct_->rows[0].state = "COMPLETED";
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 285"));
}

TEST_F(SlurmTest, LetsAJobRunUntilItsEndIsWritten) {
  sacct_->rows = {{1, kZero - 90, kZero - 80, 0, "COMPLETED"}};
  EXPECT_THAT(Tell(), ElementsAre("1 RUNNING 80"));
  clock_.Advance(absl::Seconds(10));
  sacct_->rows[0].end = kZero - 60;
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 20"));
  EXPECT_THAT(quarantined_, IsEmpty());
}

TEST_F(SlurmTest, FindsRowsThatComeLate) {
  Tell();
  const struct {
    absl::Duration late;
    absl::Duration found_by;  // after it came
  } kCases[] = {
      {absl::Minutes(9), absl::Seconds(10)},
      {absl::Hours(40), absl::Hours(1)},
      {absl::Hours(47), absl::Hours(24)},
  };
  int64_t id = 1;
  for (const auto& one : kCases) {
    clock_.Advance(absl::Seconds(10));
    Tell();
    const int64_t end = absl::ToUnixSeconds(clock_.Now() - one.late);
    sacct_->rows = {{id, end - 60, end - 50, end, "COMPLETED"}};
    std::vector<std::string> told;
    for (absl::Duration waited; told.empty() && waited <= one.found_by + absl::Seconds(10);
         waited += absl::Seconds(10)) {
      clock_.Advance(absl::Seconds(10));
      told = Tell();
    }
    EXPECT_THAT(told, ElementsAre(absl::StrCat(id, " COMPLETED 50"))) << one.late;
    ++id;
  }
}

TEST_F(SlurmTest, LosesNothingWhileSlurmDoesNotAnswer) {
  Tell();
  clock_.Advance(absl::Seconds(10));
  const std::string before = cursor_;
  sacct_->rows = {{1, kZero, kZero + 1, kZero + 5, "COMPLETED"}};
  sacct_->failure = absl::UnavailableError("sacct: exit status 1");
  const absl::StatusOr<Collected> collected = slurm_->Collect(cursor_, 2000, clock_.Now());
  // Rows that came before the failure are worth nothing: they may be half of a line.
  EXPECT_EQ(collected.status(), sacct_->failure);
  clock_.Advance(absl::Hours(500));
  sacct_->failure = absl::OkStatus();
  EXPECT_EQ(cursor_, before);
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 4"));
}

TEST_F(SlurmTest, TellsAgainWhatWasNotKept) {
  sacct_->rows = {{1, kZero - 90, kZero - 80, kZero - 60, "COMPLETED"},
                  {2, kZero - 90, kZero - 80, kZero - 60, "FAILED"}};
  Tell(1);
  clock_.Advance(absl::Seconds(10));
  sacct_->rows.push_back({3, kZero, kZero + 1, kZero + 5, "COMPLETED"});
  sacct_->rows.push_back({4, kZero, kZero + 1, kZero + 6, "COMPLETED"});
  const absl::StatusOr<Collected> lost = slurm_->Collect(cursor_, 1, clock_.Now());
  ASSERT_TRUE(lost.ok()) << lost.status();
  EXPECT_THAT(lost->records, SizeIs(1));
  EXPECT_TRUE(lost->has_more);
  EXPECT_THAT(Tell(1), ElementsAre("3 COMPLETED 4", "4 COMPLETED 5"));
}

TEST_F(SlurmTest, GoesOnAfterItWasEndedInTheMiddleOfASlice) {
  for (int64_t id = 1; id <= 10; ++id) {
    sacct_->rows.push_back({id, kZero - 90, kZero - 80, kZero - 60, "COMPLETED"});
  }
  sacct_->rows.push_back({11, kZero - 90, kZero - 80, 0, "RUNNING"});
  absl::StatusOr<Collected> collected;
  do {
    collected = slurm_->Collect(cursor_, 4, clock_.Now());
    ASSERT_TRUE(collected.ok()) << collected.status();
    cursor_ = collected->cursor;
  } while (collected->records.empty());
  EXPECT_THAT(collected->records, SizeIs(4));
  Restart();
  // Two days later; what started meanwhile runs.
  clock_.Advance(absl::Hours(48));
  sacct_->rows.back().start = kZero + 47 * kHour;
  EXPECT_THAT(Tell(4), SizeIs(11));
  EXPECT_THAT(quarantined_, IsEmpty());
}

TEST_F(SlurmTest, SetsAsideWhatCannotBeUsedOnceAndGoesOn) {
  sacct_->rows = {{1, kZero - 90, kZero - 80, kZero - 60, "COMPLETED"}};
  sacct_->garbage = {{"one\x1ftwo", false, true},
                     {"c1\x1f"
                      "12",
                      false, false},
                     {"xxxxx", true, true},
                     {"\xff\xfe garbage \x1b[2J", false, true},
                     {"", false, true}};
  windows_.old = absl::Hours(1);
  Restart();
  EXPECT_THAT(Tell(), ElementsAre("1 COMPLETED 20"));
  ASSERT_THAT(quarantined_, SizeIs(4));
  EXPECT_THAT(quarantined_[0].reason, HasSubstr("2 columns, not 13"));
  EXPECT_THAT(quarantined_[1].reason, HasSubstr("cut"));
  EXPECT_THAT(quarantined_[2].reason, HasSubstr("longer than"));
  EXPECT_EQ(quarantined_[0].origin, "sacct");
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(Tell(), IsEmpty());
  EXPECT_THAT(quarantined_, SizeIs(4));
}

TEST_F(SlurmTest, KeepsTheThousandFirstOfEndlessGarbage) {
  std::vector<std::string> texts;
  for (int line = 0; line < 3000; ++line) texts.push_back(absl::StrCat("garbage ", line));
  for (const std::string& text : texts) sacct_->garbage.push_back({text, false, true});
  windows_.old = absl::Hours(1);
  Restart();
  Tell();
  EXPECT_THAT(quarantined_, SizeIs(1000));
}

TEST_F(SlurmTest, ReportsADiskOnWhichNothingCanBeKept) {
  Slurm slurm(std::make_unique<FakeSacct>(), windows_, directory_.Write("file", "") + "/folder");
  const absl::StatusOr<Collected> collected = slurm.Collect("", 2000, clock_.Now());
  EXPECT_EQ(collected.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(collected.status().message()), HasSubstr("Not a directory"));
}

// Jobs of any length that start, are requeued, suspended and end while the agent is restarted, does
// not keep what it was told, and Slurm is away, for days: in the end the newest record of each run
// says what the row says.
TEST_F(SlurmTest, TellsTheLastOfEveryRunWhateverHappens) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const auto upto = [&random](int64_t max) {
    return std::uniform_int_distribution<int64_t>(0, max)(random);
  };
  std::map<std::tuple<int64_t, int64_t>, v1::UsageRecord> held;  // what a ledger would hold
  std::vector<FakeSacct::Row> late;
  int64_t id = 0;
  const auto rounds = [&](int count, bool is_calm) {
    for (int round = 0; round < count; ++round) {
      clock_.Advance(absl::Seconds(1 + upto(upto(5) == 0 ? 7200 : 60)));
      const int64_t now = absl::ToUnixSeconds(clock_.Now());
      for (FakeSacct::Row& row : sacct_->rows) {
        if (row.end != 0 || row.start > now || is_calm || upto(20) != 0) continue;
        row.end = now - upto(now - row.start);
        row.state = upto(3) == 0 ? "REQUEUED" : "COMPLETED";
        row.suspended = upto(row.end - row.start);
      }
      if (!is_calm) {
        const int64_t submit = now - upto(30);
        FakeSacct::Row row = {++id, submit, submit + upto(now - submit), 0, "RUNNING"};
        (upto(9) == 0 ? late : sacct_->rows).push_back(row);
      } else {
        sacct_->rows.insert(sacct_->rows.end(), late.begin(), late.end());
        late.clear();
      }
      if (upto(10) == 0) Restart();
      sacct_->failure =
          !is_calm && upto(5) == 0 ? absl::UnavailableError("away") : absl::OkStatus();
      bool has_more = true;
      while (has_more) {
        const absl::StatusOr<Collected> collected =
            slurm_->Collect(cursor_, 1 + upto(10), clock_.Now());
        if (!collected.ok() || (!is_calm && upto(30) == 0)) break;  // not kept
        for (const v1::UsageRecord& proto : collected->records) {
          const auto key = std::tuple(proto.job_id(), proto.submit_time().seconds());
          const auto [it, is_new] = held.emplace(key, proto);
          if (is_new || it->second.state() == v1::UsageRecord::RUNNING) it->second = proto;
        }
        cursor_ = collected->cursor;
        has_more = collected->has_more;
      }
    }
  };
  rounds(300, false);
  rounds(20, true);
  clock_.Advance(absl::Hours(25));
  rounds(1, true);
  EXPECT_THAT(held, SizeIs(sacct_->rows.size()));
  for (const FakeSacct::Row& row : sacct_->rows) {
    const v1::UsageRecord& record = held[{row.job_id, row.submit}];
    EXPECT_EQ(v1::UsageRecord::State_Name(record.state()), row.state) << row.job_id;
    if (row.end == 0) continue;
    EXPECT_EQ(record.end_time().seconds(), row.end) << row.job_id;
    EXPECT_EQ(record.suspended_seconds(), row.suspended) << row.job_id;
  }
  EXPECT_THAT(quarantined_, IsEmpty());
}

}  // namespace
}  // namespace mesolys::agent
