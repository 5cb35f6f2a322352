#include "agent/loop/importer.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/fake_span_reader.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// FakeCollector::Job(id) runs from 2000 + id to 5600 + id.
const Period kSpan = {absl::FromUnixSeconds(0), absl::FromUnixSeconds(4 * 3600)};

class ImporterTest : public testing::Test {
 protected:
  ImporterTest() { Restart(); }

  // The agent is killed and started anew.
  void Restart(bool has_reader = true) {
    importer_.reset();
    spool_.reset();
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory_.path(), 100'000);
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    running_ = std::make_unique<RunningJobs>(*spool_, /*reader=*/nullptr, clock_, collections_);
    importer_ = std::make_unique<Importer>(*spool_, quarantine_, has_reader ? &reader_ : nullptr,
                                           means_, *running_, clock_, 1);
  }

  void Order(const std::vector<int64_t>& numbers) {
    v1::DesiredState state;
    state.set_generation(1);
    for (const int64_t number : numbers) {
      v1::DesiredImport& import = *state.add_imports();
      import.set_number(number);
      *import.mutable_period() = ToProto(kSpan);
    }
    ASSERT_TRUE(spool_->KeepDesiredState(state).ok());
  }

  void AddJobs(int64_t first, int64_t last) {
    for (int64_t id = first; id <= last; ++id) reader_.jobs.push_back(FakeCollector::Job(id));
  }

  // As the reporter does: everything is taken.
  int64_t SendAll() {
    int64_t sent = 0;
    while (true) {
      const absl::StatusOr<SpoolBatch> batch = spool_->Head(2000, 1 << 20);
      if (!batch.ok() || batch->records.empty()) return sent;
      for (const v1::UsageRecord& record : batch->records) sent_.insert(record.job_id());
      sent += static_cast<int64_t>(batch->records.size());
      const auto changed = static_cast<int64_t>(batch->records.size());
      EXPECT_TRUE(
          spool_->Acknowledge(batch->last, *spool_->Mark(), {batch->import, changed, 0}).ok());
    }
  }

  // Ticks and sends until nothing is left.
  void RunToTheEnd() {
    bool has_more = true;
    for (int ticks = 0; has_more && ticks < 1000; ++ticks) {
      const SpanTick tick = importer_->Tick();
      ASSERT_TRUE(tick.status.ok()) << tick.status;
      has_more = tick.has_more;
      SendAll();
    }
    ASSERT_FALSE(has_more) << "it does not end";
  }

  ImportPlace OnlyPlace() {
    const absl::StatusOr<std::vector<ImportPlace>> places = spool_->Imports();
    EXPECT_TRUE(places.ok() && places->size() == 1);
    return places.ok() && !places->empty() ? places->front() : ImportPlace();
  }

  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(1800000000)};
  FakeSpanReader reader_;
  Quarantine quarantine_{directory_.File("quarantine.txt")};
  std::unique_ptr<Spool> spool_;
  CollectionLog collections_;
  std::unique_ptr<RunningJobs> running_;
  MeansLog means_;
  std::unique_ptr<Importer> importer_;
  std::set<int64_t> sent_;
};

TEST_F(ImporterTest, ReportsEveryJobOfTheSpanAndCountsWhatCameOfIt) {
  AddJobs(1, 5000);
  reader_.unreadable = {{"sacct", "no number", "x"}};
  Order({3});
  RunToTheEnd();
  EXPECT_THAT(sent_, SizeIs(5000));
  const ImportPlace place = OnlyPlace();
  EXPECT_TRUE(place.is_read);
  EXPECT_FALSE(place.is_waiting);
  EXPECT_EQ(place.result.job_count(), 5000);
  EXPECT_EQ(place.result.changed_count(), 5000);
  EXPECT_EQ(place.result.core_seconds(), 5000 * 3600);
  EXPECT_EQ(place.result.unreadable_count(), 4) << "one a slice";
  EXPECT_EQ(place.result.problem(), "");
  EXPECT_EQ(*spool_->Cursor(), "") << "the collector's place is its own";
}

TEST_F(ImporterTest, DoesNothingUntilItIsOrderedAndNothingTwice) {
  AddJobs(1, 3);
  EXPECT_EQ(importer_->Tick().record_count, 0);
  EXPECT_EQ(reader_.slice_count, 0);
  Order({1});
  RunToTheEnd();
  const int slices = reader_.slice_count;
  EXPECT_EQ(importer_->Tick().record_count, 0);
  Restart();
  EXPECT_EQ(importer_->Tick().record_count, 0);
  EXPECT_EQ(reader_.slice_count, slices);
}

// Its slices are of six and seven pages, so that a tick ends in the middle of the second one.
TEST_F(ImporterTest, IsAtItsPlaceAgainAfterAnyCrashAndCountsEachJobOnce) {
  AddJobs(1, 12'000);
  reader_.slice = absl::Hours(2);
  Order({1});
  // Killed after each tick, whether or not what it spooled was sent.
  int ticks = 0;
  for (; !(ticks > 0 && OnlyPlace().is_read); ++ticks) {
    ASSERT_LT(ticks, 100);
    ASSERT_TRUE(importer_->Tick().status.ok());
    if (ticks % 2 == 1) SendAll();
    Restart();
  }
  EXPECT_GT(ticks, 2);
  EXPECT_GT(reader_.slice_count, 2) << "none was interrupted";
  SendAll();
  EXPECT_THAT(sent_, SizeIs(12'000));
  EXPECT_EQ(OnlyPlace().result.job_count(), 12'000);
  EXPECT_EQ(OnlyPlace().result.core_seconds(), 12'000 * 3600);
}

TEST_F(ImporterTest, WaitsWhileMuchIsSpooled) {
  AddJobs(1, 12'000);
  reader_.slice = absl::Hours(100);
  Order({1});
  int64_t waiting = 0;
  for (int ticks = 0; ticks < 10; ++ticks) {
    ASSERT_TRUE(importer_->Tick().status.ok());
    waiting = spool_->Level()->record_count;
    ASSERT_LE(waiting, Importer::kWaitingMax);
  }
  EXPECT_EQ(waiting, Importer::kWaitingMax);
  RunToTheEnd();
  EXPECT_EQ(OnlyPlace().result.job_count(), 12'000);
}

TEST_F(ImporterTest, GoesOnWhereItFailedAndGivesUpAfterTenFailuresInARow) {
  AddJobs(1, 10);
  Order({1});
  reader_.failure = absl::UnavailableError("slurmdbd is away");
  for (int failures = 0; failures < Importer::kFailuresMax - 1; ++failures) {
    const SpanTick tick = importer_->Tick();
    EXPECT_THAT(std::string(tick.status.message()), HasSubstr("slurmdbd is away"));
    EXPECT_FALSE(tick.has_more);
    EXPECT_TRUE(importer_->Tick().status.ok()) << "it waits a little";
    clock_.Advance(absl::Minutes(1));
  }
  reader_.failure = absl::OkStatus();
  ASSERT_TRUE(importer_->Tick().status.ok());
  SendAll();
  EXPECT_THAT(sent_, SizeIs(10));

  Order({1, 2});
  reader_.failure = absl::UnavailableError("slurmdbd is away");
  for (int failures = 0; failures < Importer::kFailuresMax; ++failures) {
    importer_->Tick();
    clock_.Advance(absl::Minutes(1));
  }
  const std::vector<ImportPlace> places = *spool_->Imports();
  ASSERT_THAT(places, SizeIs(2));
  EXPECT_TRUE(places[1].is_read);
  EXPECT_THAT(places[1].result.problem(), HasSubstr("slurmdbd is away"));
}

TEST_F(ImporterTest, OfASiteWithoutHistoryEndsAtOnceAndSaysWhy) {
  Restart(/*has_reader=*/false);
  Order({1});
  EXPECT_TRUE(importer_->Tick().status.ok());
  EXPECT_TRUE(OnlyPlace().is_read);
  EXPECT_THAT(OnlyPlace().result.problem(), HasSubstr("only one of type slurm has"));
}

TEST_F(ImporterTest, ForgetsAnImportThatIsOrderedNoMore) {
  Order({1});
  RunToTheEnd();
  Order({});
  EXPECT_TRUE(importer_->Tick().status.ok());
  EXPECT_THAT(*spool_->Imports(), IsEmpty());
}

}  // namespace
}  // namespace mesolys::agent
