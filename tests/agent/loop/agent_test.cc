#include "agent/loop/agent.h"

#include <condition_variable>
#include <memory>
#include <mutex>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/thread_runtime.h"
#include "tests/fakes/fake_collector.h"
#include "tests/fakes/fake_enforcer.h"
#include "tests/fakes/fake_job_reader.h"
#include "tests/fakes/fake_means_collector.h"
#include "tests/fakes/fake_scheduler_link.h"
#include "tests/fakes/fake_span_reader.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;

class AgentTest : public testing::Test {
 protected:
  AgentTest() : spool_(*Spool::Open(directory_.path(), 1000)) {
    options_.site = "psmn";
    options_.version = "1.2.3";
  }

  std::unique_ptr<Agent> MakeAgent(SchedulerLink& link) {
    return std::make_unique<Agent>(*spool_, quarantine_, std::vector<Collector*>{&collector_},
                                   /*reader=*/nullptr, /*job_reader=*/nullptr, &means_collector_,
                                   enforcer_, link, clock_, options_);
  }

  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(1800000000)};
  FakeCollector collector_;
  FakeMeansCollector means_collector_;
  FakeEnforcer enforcer_;
  Quarantine quarantine_{directory_.File("quarantine.txt")};
  std::unique_ptr<Spool> spool_;
  AgentOptions options_;
};

TEST_F(AgentTest, TellsTheSchedulerWhatHindersItsReports) {
  FakeSchedulerLink link;
  auto agent = MakeAgent(link);
  collector_.failure = absl::NotFoundError("jobs.txt: gone");
  agent->ReportOnce();
  agent->SynchronizeOnce();
  EXPECT_THAT(link.questions.back().problem(), HasSubstr("jobs.txt: gone"));
  collector_.failure = absl::OkStatus();
  agent->ReportOnce();
  agent->SynchronizeOnce();
  EXPECT_EQ(link.questions.back().problem(), "");
}

TEST_F(AgentTest, AJobThatCannotBeAskedForKeepsNoImportWaiting) {
  FakeSchedulerLink link;
  FakeJobReader jobs;
  FakeSpanReader spans;
  Agent agent(*spool_, quarantine_, {&collector_}, &spans, &jobs, &means_collector_, enforcer_,
              link, clock_, options_);
  v1::UsageRecord job = FakeCollector::Job(1);  // that no look shows any more
  job.set_state(v1::UsageRecord::RUNNING);
  ASSERT_TRUE(spool_->Add({job}, "", {}, clock_.Now()).ok());
  v1::DesiredState state;
  v1::DesiredImport& import = *state.add_imports();
  import.set_number(1);
  import.mutable_period()->mutable_start_time()->set_seconds(3600);
  import.mutable_period()->mutable_end_time()->set_seconds(7200);
  ASSERT_TRUE(spool_->KeepDesiredState(state).ok());
  jobs.failure = absl::UnavailableError("sacct hangs");
  ReportTick tick = agent.ReportOnce();
  tick = agent.ReportOnce();
  EXPECT_FALSE(jobs.asked.empty());
  EXPECT_EQ(spans.slice_count, 1);
  EXPECT_EQ(spool_->Imports()->size(), 1U);
}

TEST_F(AgentTest, TellsTheSchedulerWhatTheSiteReallyHasAndWhenItWasRead) {
  FakeSchedulerLink link;
  auto agent = MakeAgent(link);
  agent->SynchronizeOnce();
  EXPECT_FALSE(link.questions.back().has_means());
  means_collector_.available_count = 64;
  EXPECT_TRUE(agent->CollectMeansOnce().ok());
  agent->SynchronizeOnce();
  const v1::SiteMeans& told = link.questions.back().means();
  ASSERT_EQ(told.resources_size(), 1);
  EXPECT_EQ(told.resources(0).units().available_count(), 64);
  EXPECT_EQ(told.observe_time().seconds(), 1800000000);
}

TEST_F(AgentTest, KeepsTheMeansThatItReadLastAndSaysWhyThereAreNoNewerOnes) {
  FakeSchedulerLink link;
  auto agent = MakeAgent(link);
  means_collector_.available_count = 64;
  EXPECT_TRUE(agent->CollectMeansOnce().ok());
  clock_.Advance(absl::Minutes(5));
  means_collector_.failure = absl::DeadlineExceededError("scontrol: not done after 30s");
  EXPECT_FALSE(agent->CollectMeansOnce().ok());
  agent->SynchronizeOnce();
  EXPECT_EQ(link.questions.back().means().observe_time().seconds(), 1800000000);
  EXPECT_THAT(link.questions.back().problem(), HasSubstr("scontrol: not done after 30s"));
  means_collector_.failure = absl::OkStatus();
  EXPECT_TRUE(agent->CollectMeansOnce().ok());
  agent->SynchronizeOnce();
  EXPECT_EQ(link.questions.back().problem(), "");
}

TEST_F(AgentTest, QuarantinesWhatCouldNotBeReadOfTheMeansOnceAndCountsIt) {
  FakeSchedulerLink link;
  auto agent = MakeAgent(link);
  means_collector_.quarantined = {{"scontrol show node", "no State", "NodeName=n1"}};
  EXPECT_TRUE(agent->CollectMeansOnce().ok());
  EXPECT_EQ(agent->ReportOnce().quarantined_count, 1);
  EXPECT_EQ(agent->ReportOnce().quarantined_count, 0);
  agent->SynchronizeOnce();
  EXPECT_EQ(link.questions.back().quarantined_count(), 1);
  EXPECT_EQ(directory_.Read("quarantine.txt"), "scontrol show node\tno State\tNodeName=n1\n");
}

// Polls wait until they are cancelled; reports are taken. Any thread.
class WaitingLink : public SchedulerLink {
 public:
  absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest& request,
                                                      absl::Duration) override {
    std::lock_guard<std::mutex> lock(mutex_);
    record_count_ += request.records_size();
    changed_.notify_all();
    return v1::ReportUsageResponse();
  }
  absl::StatusOr<v1::SynchronizeResponse> Synchronize(const v1::SynchronizeRequest&,
                                                      absl::Duration) override {
    std::unique_lock<std::mutex> lock(mutex_);
    is_polled_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_cancelled_; });
    return absl::CancelledError("cancelled");
  }
  absl::StatusOr<v1::TellUsageResponse> TellUsage(const v1::TellUsageRequest&,
                                                  absl::Duration) override {
    return absl::UnimplementedError("nobody asks for a comparison");
  }
  void Cancel() override {
    std::lock_guard<std::mutex> lock(mutex_);
    is_cancelled_ = true;
    changed_.notify_all();
  }
  void WaitUntilBothLoopsWork(int record_count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return is_polled_ && record_count_ == record_count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_polled_ = false;
  bool is_cancelled_ = false;
  int record_count_ = 0;
};

TEST_F(AgentTest, ReportsWhileAPollWaitsAndEndsWithoutItsAnswer) {
  WaitingLink link;
  collector_.AddJobs(1, 5);
  auto agent = MakeAgent(link);
  ThreadRuntime runtime;
  agent->Start(runtime);
  link.WaitUntilBothLoopsWork(5);
  agent->Stop();
  EXPECT_EQ(spool_->Level()->record_count, 0);
}

}  // namespace
}  // namespace mesolys::agent
