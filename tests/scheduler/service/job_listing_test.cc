// Which jobs a list shows, and what stands beside them: prices, and where running jobs go.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "proto/runtime/convert.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kHour = 3600;

// alpha's grant begins at WorldTime(): of jobs 1 to 3 it pays nothing, of job 4 the second half.
// Job 8 ran before it too, and was given back.
class JobListingTest : public ServiceTest {
 protected:
  JobListingTest() { Fill(); }

  void Fill() {
    Populate();
    Ask("alpha", 1000 * kHour, "the grant");
    clock_.Advance(absl::Hours(2));
    v1::ReportUsageRequest report = EmptyReport("report");
    for (int i = 1; i <= 3; ++i) {
      *report.add_records() = FinishedJob(i, "alpha", i == 2 ? "rene1" : "rita1");
    }
    for (int i = 4; i <= 6; ++i) *report.add_records() = Later(i);
    *report.mutable_records(3) = Halfway(4);
    for (int i = 1; i <= 3; ++i) *report.add_records() = FinishedJob(100 + i, "old", "lola");
    v1::UsageRecord failed = FinishedJob(8, "alpha", "rita1");
    failed.set_state(v1::UsageRecord::NODE_FAIL);
    *report.add_records() = failed;
    Report(report);
  }

  // Of alpha, wholly after the grant began.
  static v1::UsageRecord Later(int64_t id) {
    v1::UsageRecord record = FinishedJob(id, "alpha", "rita1");
    *record.mutable_start_time() = ToProto(WorldTime());
    *record.mutable_end_time() = ToProto(WorldTime() + absl::Hours(1));
    return record;
  }
  static v1::UsageRecord Halfway(int64_t id) {
    v1::UsageRecord record = Later(id);
    *record.mutable_start_time() = ToProto(WorldTime() - absl::Hours(1));
    return record;
  }

  // The ids of all pages of that size.
  std::vector<int64_t> Walk(const std::string& identity, v1::ListJobsRequest request, int size) {
    std::vector<int64_t> ids;
    request.set_page_size(size);
    for (int page = 0; page < 50; ++page) {
      const auto jobs = As(identity).Call(request);
      EXPECT_EQ(Why(jobs), "OK");
      if (!jobs.ok()) return ids;
      EXPECT_LE(jobs->jobs_size(), size);
      for (const v1::Job& job : jobs->jobs()) ids.push_back(job.record().job_id());
      if (jobs->next_page_token().empty()) return ids;
      request.set_page_token(jobs->next_page_token());
    }
    ADD_FAILURE() << "the list does not end";
    return ids;
  }
  static v1::ListJobsRequest Uncovered() {
    v1::ListJobsRequest request;
    request.set_project("projects/alpha");
    request.set_uncovered(true);
    return request;
  }
  static v1::ListJobsRequest OfAccount(const std::string& cluster, const std::string& account) {
    v1::ListJobsRequest request;
    request.mutable_account()->set_cluster(cluster);
    request.mutable_account()->set_account(account);
    return request;
  }
};

TEST_F(JobListingTest, OfUncoveredJobsHasThoseWithASecondThatNoGrantCoversInPagesOfAnySize) {
  for (const int size : {1, 2, 3, 100}) {
    EXPECT_THAT(Walk("user/paul", Uncovered(), size), ElementsAre(1, 2, 3, 4)) << size;
    EXPECT_THAT(Walk("user/rita", Uncovered(), size), ElementsAre(1, 3, 4)) << size;
  }
  EXPECT_EQ(Why(As("user/zoe").Call(Uncovered())), "NOT_ALLOWED");
}

TEST_F(JobListingTest, OfUncoveredJobsIsEmptyWhenAGrantCoversThem) {
  v1::CreateRequestRequest earlier = CpuRequest("alpha", 100 * kHour, "earlier");
  *earlier.mutable_request()->mutable_period()->mutable_start_time() =
      ToProto(WorldTime() - absl::Hours(24));
  ASSERT_EQ(Why(Olga().Call(earlier)), "OK");
  ASSERT_TRUE(scheduler_->WaitUntilSettled());
  EXPECT_THAT(Walk("user/paul", Uncovered(), 2), IsEmpty());
}

TEST_F(JobListingTest, OfAnAccountWithoutAProjectIsForThoseWhoReadEverything) {
  for (const int size : {1, 2, 100}) {
    EXPECT_THAT(Walk("user/olga", OfAccount("east", "old"), size), ElementsAre(101, 102, 103));
    EXPECT_THAT(Walk("user/alba", OfAccount("east", "old"), size), ElementsAre(101, 102, 103));
  }
  for (const char* identity : {"user/paul", "user/carl", "user/mia", "site/psmn"}) {
    EXPECT_EQ(Why(As(identity).Call(OfAccount("east", "old"))), "NOT_ALLOWED") << identity;
  }
}

TEST_F(JobListingTest, OfAnAccountShowsNothingThatAProjectClaims) {
  EXPECT_THAT(Walk("user/olga", OfAccount("east", "alpha"), 100), IsEmpty());
  EXPECT_THAT(Walk("user/olga", OfAccount("east", "nobody"), 100), IsEmpty());
}

TEST_F(JobListingTest, OfAnAccountRefusesNamesThatAreNone) {
  EXPECT_EQ(Why(Olga().Call(OfAccount("mars", "old"))), "UNKNOWN_CLUSTER");
  EXPECT_EQ(Why(Olga().Call(OfAccount("EAST", "old"))), "INVALID_NAME");
  EXPECT_EQ(Why(Olga().Call(OfAccount("east", "-old"))), "INVALID_NAME");
  v1::ListJobsRequest both = OfAccount("east", "old");
  both.set_project("projects/alpha");
  EXPECT_EQ(Why(Olga().Call(both)), "INVALID_ARGUMENT");
  EXPECT_EQ(Why(Olga().Call(v1::ListJobsRequest())), "INVALID_NAME");
}

TEST_F(JobListingTest, ShowsAnEntryPerRateAndBaseUnitsAddUp) {
  RunningSchedulerOptions options;
  options.catalogue = WorldCatalogue();
  auto& rates = options.catalogue.rates;
  rates.insert(rates.begin() + 1,
               {"cpu", WorldTime() + absl::Minutes(15), PartsPerMillion(40'000)});
  clock_.Set(WorldTime());
  Start(std::move(options));
  Fill();
  v1::ListJobsRequest request;
  request.set_project("projects/alpha");
  const auto jobs = Olga().Call(request);
  ASSERT_EQ(Why(jobs), "OK");
  const auto job = std::find_if(jobs->jobs().begin(), jobs->jobs().end(),
                                [](const v1::Job& each) { return each.record().job_id() == 5; });
  ASSERT_NE(job, jobs->jobs().end());
  ASSERT_THAT(job->charges(), SizeIs(2));
  EXPECT_EQ(job->charges(0).amount_base_units(), 8 * kHour / 4);
  EXPECT_EQ(job->charges(0).rate_ppm(), 10'000);
  EXPECT_EQ(job->charges(0).normalised_seconds(), 72);
  EXPECT_EQ(job->charges(1).amount_base_units(), 8 * kHour * 3 / 4);
  EXPECT_EQ(job->charges(1).rate_ppm(), 40'000);
  EXPECT_EQ(job->charges(1).normalised_seconds(), 864);
  EXPECT_EQ(job->charges(1).rate_since_time().seconds(), absl::ToUnixSeconds(WorldTime()) + 900);
}

TEST_F(JobListingTest, ARequestTellsWhichRunningJobsGoOverToItsGrant) {
  v1::UsageRecord running = Later(7);
  running.set_state(v1::UsageRecord::RUNNING);
  running.set_time_limit_seconds(3 * kHour);
  v1::ReportUsageRequest report = EmptyReport("running");
  *report.add_records() = running;
  Report(report);
  v1::CreateRequestRequest soon = CpuRequest("alpha", kHour, "soon");
  *soon.mutable_request()->mutable_period()->mutable_end_time() =
      ToProto(WorldTime() + absl::Hours(24 * 30));
  for (const bool dry_run : {true, false}) {
    soon.set_validate_only(dry_run);
    const auto decided = Olga().Call(soon);
    ASSERT_EQ(Why(decided), "OK");
    ASSERT_THAT(decided->running_jobs_moves(), SizeIs(1)) << dry_run;
    const v1::RunningJobsMove& move = decided->running_jobs_moves(0);
    EXPECT_EQ(move.grant(), "projects/alpha/grants/g2");
    EXPECT_EQ(move.from(), "projects/alpha/grants/g1");
    EXPECT_EQ(move.granted_base_units(), kHour);
    EXPECT_EQ(move.in_flight_base_units(), 8 * kHour);
    EXPECT_EQ(move.committed_base_units(), 16 * kHour);
  }
  EXPECT_THAT(Olga().Call(CpuRequest("alpha", kHour, "as long"))->running_jobs_moves(), IsEmpty());
}

}  // namespace
}  // namespace mesolys
