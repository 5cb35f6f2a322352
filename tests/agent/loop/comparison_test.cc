#include "agent/loop/comparison.h"

#include <memory>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/fake_scheduler_link.h"
#include "tests/fakes/fake_span_reader.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Period kSpan = {absl::FromUnixSeconds(0), absl::FromUnixSeconds(4 * 3600)};

class ComparisonTest : public testing::Test {
 protected:
  ComparisonTest() {
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(directory_.path(), 1000);
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    Restart(&reader_);
  }

  void Restart(SpanReader* reader) {
    comparison_ = std::make_unique<Comparison>("psmn", wanted_, reader, *spool_, link_, clock_);
  }

  void Want(int64_t number) {
    link_.comparison.set_number(number);
    *link_.comparison.mutable_period() = ToProto(kSpan);
    wanted_.Set(link_.comparison);
  }

  void AddJobs(int64_t first, int64_t last) {
    for (int64_t id = first; id <= last; ++id) reader_.jobs.push_back(FakeCollector::Job(id));
  }

  void RunToTheEnd() {
    bool has_more = true;
    for (int ticks = 0; has_more && ticks < 1000; ++ticks) has_more = comparison_->Tick().has_more;
    ASSERT_FALSE(has_more);
  }

  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(1800000000)};
  FakeSpanReader reader_;
  FakeSchedulerLink link_;
  ComparisonWanted wanted_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Comparison> comparison_;
};

TEST_F(ComparisonTest, TellsEachJobOnceInPagesAndSpoolsNothing) {
  AddJobs(1, 2500);
  EXPECT_FALSE(comparison_->Tick().has_more) << "nobody waits";
  Want(7);
  RunToTheEnd();
  std::multiset<int64_t> told;
  for (size_t i = 0; i < link_.told.size(); ++i) {
    EXPECT_EQ(link_.told[i].site(), "sites/psmn");
    EXPECT_EQ(link_.told[i].comparison(), 7);
    EXPECT_EQ(link_.told[i].page(), static_cast<int64_t>(i));
    EXPECT_EQ(link_.told[i].is_last(), i + 1 == link_.told.size());
    for (const v1::UsageRecord& record : link_.told[i].records()) told.insert(record.job_id());
  }
  EXPECT_THAT(told, SizeIs(2500));
  EXPECT_EQ(std::set<int64_t>(told.begin(), told.end()).size(), 2500u);
  EXPECT_EQ(link_.told.back().late_span().seconds(), 72 * 3600);
  EXPECT_EQ(spool_->Level()->record_count, 0);
  const size_t pages = link_.told.size();
  EXPECT_EQ(comparison_->Tick().record_count, 0);
  EXPECT_THAT(link_.told, SizeIs(pages)) << "it is over";
}

TEST_F(ComparisonTest, SendsAPageAgainWhenItsAnswerIsLost) {
  AddJobs(1, 10);
  Want(7);
  link_.failures = {absl::UnavailableError("gone")};
  EXPECT_FALSE(comparison_->Tick().status.ok());
  RunToTheEnd();
  EXPECT_EQ(link_.told[0].SerializeAsString(), link_.told[1].SerializeAsString());
  EXPECT_TRUE(link_.told.back().is_last());
}

TEST_F(ComparisonTest, BeginsAnewWhenTheSchedulerHasForgottenIt) {
  AddJobs(1, 2500);
  Want(7);
  link_.restarts_next_page = true;
  RunToTheEnd();
  EXPECT_EQ(link_.told[0].page(), 0);
  EXPECT_EQ(link_.told[1].page(), 0);
  EXPECT_EQ(link_.told[0].SerializeAsString(), link_.told[1].SerializeAsString());
}

TEST_F(ComparisonTest, SaysWhyTheAccountingCannotBeTold) {
  Want(7);
  reader_.failure = absl::UnavailableError("slurmdbd is away");
  RunToTheEnd();
  ASSERT_THAT(link_.told, SizeIs(1));
  EXPECT_THAT(link_.told[0].problem(), HasSubstr("slurmdbd is away"));
  EXPECT_THAT(link_.told[0].records(), IsEmpty());

  Restart(nullptr);
  Want(8);
  RunToTheEnd();
  ASSERT_THAT(link_.told, SizeIs(2));
  EXPECT_THAT(link_.told[1].problem(), HasSubstr("only one of type slurm has"));
}

}  // namespace
}  // namespace mesolys::agent
