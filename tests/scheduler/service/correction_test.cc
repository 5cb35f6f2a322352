// The long poll of a site that holds what it shall hold: what changes what it has used wakes it,
// but for what it reported itself.

#include <chrono>
#include <memory>
#include <string>

#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using std::chrono::steady_clock;

constexpr auto kShort = std::chrono::milliseconds(150);

class CorrectionTest : public ServiceTest {
 protected:
  CorrectionTest() {
    Populate();
    Ask("alpha", 360'000, "ask");
  }

  // Polls are answered after a moment even if nothing changes.
  void StartWithShortPatience() {
    RunningSchedulerOptions options;
    options.catalogue = WorldCatalogue();
    options.patience = kShort;
    Start(std::move(options));
    Populate();
    Ask("alpha", 360'000, "ask");
  }

  // Of an agent that was told `state`.
  static v1::SynchronizeRequest Holding(const v1::DesiredState& state) {
    v1::SynchronizeRequest request;
    request.set_site("sites/psmn");
    request.set_generation(state.generation());
    request.set_correction_revision(state.correction_revision());
    return request;
  }

  v1::DesiredState Synchronize(const v1::SynchronizeRequest& request) {
    const auto answer = As("site/psmn").Call(request);
    EXPECT_EQ(Why(answer), "OK");
    return answer.value_or(v1::SynchronizeResponse()).desired_state();
  }

  // As the ledger is now.
  v1::DesiredState Told() { return Synchronize(Holding(v1::DesiredState())); }

  static int64_t SettledIn(const v1::DesiredState& state) {
    return state.projects(0).grants(0).settled_base_units();
  }

  // A job of a hundred seconds, or less, on 8 cores of alpha's grant.
  void Run(const std::string& request_id, int64_t seconds = 100,
           v1::UsageRecord::State state = v1::UsageRecord::COMPLETED) {
    v1::ReportUsageRequest report = EmptyReport(request_id);
    v1::UsageRecord& record = *report.add_records();
    record = FinishedJob(1, "alpha", "rita1");
    record.set_state(state);
    *record.mutable_start_time() = record.end_time();  // when the grant begins
    record.mutable_end_time()->set_seconds(record.start_time().seconds() + seconds);
    // What is told later wins.
    record.mutable_observe_time()->set_seconds(record.start_time().seconds() + 200 - seconds);
    Report(report);
  }

  void Refund() {
    v1::RefundJobRequest refund;
    const v1::UsageRecord job = FinishedJob(1, "alpha", "rita1");
    refund.mutable_job()->set_cluster(job.cluster());
    refund.mutable_job()->set_job_id(job.job_id());
    *refund.mutable_job()->mutable_submit_time() = job.submit_time();
    refund.set_reason("Our fault");
    refund.set_request_id("refund");
    ASSERT_EQ(Why(Olga().Call(refund)), "OK");
  }

  void Open() {
    v1::PostOpeningBalanceRequest opening;
    opening.set_grant("projects/alpha/grants/g1");
    opening.set_site("sites/psmn");
    opening.set_amount_base_units(5000);
    opening.set_reason("From the old books");
    opening.set_request_id("opening");
    ASSERT_EQ(Why(Olga().Call(opening)), "OK");
  }

  // A poll that waits at the scheduler.
  std::unique_ptr<Caller::Poll> Wait(v1::SynchronizeRequest request) {
    request.set_version("waiting");
    std::unique_ptr<Caller::Poll> poll = As("site/psmn").Start(request);
    v1::GetSiteRequest get;
    get.set_name("sites/psmn");
    const auto until = steady_clock::now() + std::chrono::seconds(20);
    while (Olga().Call(get).value_or(v1::Site()).agent().version() != "waiting") {
      EXPECT_LT(steady_clock::now(), until);
      if (testing::Test::HasFailure()) break;
    }
    return poll;
  }

  // What a poll was told, which only news ends before its caller's deadline.
  static v1::DesiredState Answer(Caller::Poll& poll) {
    const auto answer = poll.Wait();
    EXPECT_EQ(Why(answer), "OK");
    return answer.value_or(v1::SynchronizeResponse()).desired_state();
  }
};

TEST_F(CorrectionTest, ARefundWakesThePoll) {
  Run("run");
  const v1::DesiredState before = Told();
  const auto poll = Wait(Holding(before));
  Refund();
  const v1::DesiredState after = Answer(*poll);
  EXPECT_EQ(after.generation(), before.generation());
  EXPECT_EQ(SettledIn(before) - SettledIn(after), 800);
}

TEST_F(CorrectionTest, AnOpeningBalanceWakesThePoll) {
  const v1::DesiredState before = Told();
  const auto poll = Wait(Holding(before));
  Open();
  const v1::DesiredState after = Answer(*poll);
  EXPECT_EQ(after.generation(), before.generation());
  EXPECT_EQ(SettledIn(after), 5000);
}

TEST_F(CorrectionTest, ARecordAmendedToLessWakesThePoll) {
  Run("run");
  const auto poll = Wait(Holding(Told()));
  Run("amended", 60);
  EXPECT_EQ(SettledIn(Answer(*poll)), 480);
}

TEST_F(CorrectionTest, AJobThatTheLedgerGivesBackWakesThePollOfTheSiteThatReportsIt) {
  const auto poll = Wait(Holding(Told()));
  Run("lost", 100, v1::UsageRecord::NODE_FAIL);
  const v1::DesiredState after = Answer(*poll);
  EXPECT_EQ(SettledIn(after), 0);
  EXPECT_EQ(after.projects(0).grants(0).correction_base_units(), -800);
}

TEST_F(CorrectionTest, WhatTheSiteReportsItselfLetsItsPollSleep) {
  StartWithShortPatience();
  const v1::DesiredState before = Told();
  const auto begin = steady_clock::now();
  const auto poll = Wait(Holding(before));
  Run("run");
  const v1::DesiredState after = Answer(*poll);
  EXPECT_GE(steady_clock::now() - begin, kShort);
  EXPECT_EQ(after.correction_revision(), before.correction_revision());
}

TEST_F(CorrectionTest, APollThatWasCutShortMissesNothing) {
  Run("run");
  const v1::DesiredState before = Told();
  const auto cut = Wait(Holding(before));
  cut->Cancel();
  EXPECT_EQ(Why(cut->Wait()), "CANCELLED");
  Refund();
  // Nothing happens while this one waits: it is answered for what the other did not hear.
  const v1::DesiredState after = Synchronize(Holding(before));
  EXPECT_EQ(SettledIn(after), 0);
  EXPECT_GT(after.correction_revision(), before.correction_revision());
}

TEST_F(CorrectionTest, WhoeverKnowsOfTheCorrectionIsNotToldOfItAgain) {
  StartWithShortPatience();
  Open();
  const v1::DesiredState known = Told();
  const auto begin = steady_clock::now();
  EXPECT_EQ(Synchronize(Holding(known)).correction_revision(), known.correction_revision());
  EXPECT_GE(steady_clock::now() - begin, kShort);
}

TEST_F(CorrectionTest, AnAgentThatDoesNotSayWhatItKnowsIsToldWithItsNextAnswer) {
  StartWithShortPatience();
  v1::SynchronizeRequest request = Holding(Told());
  request.clear_correction_revision();
  Open();
  const auto begin = steady_clock::now();
  EXPECT_EQ(SettledIn(Synchronize(request)), 5000);
  EXPECT_GE(steady_clock::now() - begin, kShort);
}

TEST_F(CorrectionTest, AnAgentThatWantsAnAnswerGetsItAtOnce) {
  Run("run");
  v1::SynchronizeRequest request = Holding(Told());
  request.set_wants_answer(true);
  EXPECT_EQ(SettledIn(Synchronize(request)), 800);
}

}  // namespace
}  // namespace mesolys
