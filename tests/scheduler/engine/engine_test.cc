#include "scheduler/engine/engine.h"

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/engine/verify.h"
#include "scheduler/store/row_hash.h"
#include "tests/scheduler/engine/engine_fixture.h"

namespace mesolys {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

bool Knows(const Engine& engine, const std::string& project) {
  return engine.Read([&](const Ledger& ledger) { return ledger.FindProject(project) != nullptr; });
}

TEST_F(EngineTest, ACommandIsAnsweredWithWhatItCausedAndItsRevision) {
  const absl::StatusOr<Answer> answer = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->revision, 2);
  EXPECT_EQ(answer->time, TestTime());
  EXPECT_FALSE(answer->replayed);
  EXPECT_THAT(answer->events, ElementsAre(Event(ProjectCreated{TestProject("alpha")})));
  EXPECT_TRUE(Knows(*engine_, "alpha"));
  EXPECT_EQ(engine_->head().revision, 2);
  EXPECT_EQ(engine_->head().hash, LogOf(store_).back().hash);
}

TEST_F(EngineTest, TheSameKeyGetsTheSameAnswerAndChangesNothing) {
  const absl::StatusOr<Answer> first = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  clock_.Advance(absl::Hours(1));
  const absl::StatusOr<Answer> second = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(second->revision, first->revision);
  EXPECT_EQ(second->time, first->time);
  EXPECT_EQ(second->events, first->events);
  EXPECT_THAT(LogOf(store_), SizeIs(2));
}

TEST_F(EngineTest, TheSameKeyWithAnotherBodyIsRefused) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  EXPECT_EQ(Why(Ask(*engine_, "k1", CreateProject{TestProject("beta")}).status()),
            "REQUEST_ID_REUSED");
  EXPECT_FALSE(Knows(*engine_, "beta"));
}

TEST_F(EngineTest, AKeyIsItsActorsOwn) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  std::promise<absl::StatusOr<Answer>> answer;
  engine_->Submit({"spiffe://mesolys/user/oscar", "k1", CreateProject{TestProject("beta")}, false,
                   [&](absl::StatusOr<Answer> came) { answer.set_value(std::move(came)); }});
  EXPECT_EQ(answer.get_future().get().status(), absl::OkStatus());
}

TEST_F(EngineTest, AKeyHasOneTo128Bytes) {
  EXPECT_EQ(Why(Ask(*engine_, "", CreateProject{TestProject("alpha")}).status()),
            "REQUEST_ID_MISSING");
  EXPECT_EQ(Why(Ask(*engine_, std::string(129, 'k'), CreateProject{TestProject("alpha")}).status()),
            "REQUEST_ID_MISSING");
  EXPECT_TRUE(Ask(*engine_, std::string(128, 'k'), CreateProject{TestProject("alpha")}).ok());
}

TEST_F(EngineTest, AnErrorLeavesItsKeyUnused) {
  EXPECT_EQ(Why(Ask(*engine_, "k1", CpuRequest("alpha", 1)).status()), "UNKNOWN_PROJECT");
  EXPECT_THAT(LogOf(store_), SizeIs(1));
  EXPECT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
}

TEST_F(EngineTest, ARequestThatIsRefusedIsRecordedAndReplayed) {
  ASSERT_TRUE(
      Ask(*engine_, "k1", CreateProject{TestProject("alpha", "paul", "targeted-call")}).ok());
  for (const bool replayed : {false, true}) {
    const absl::StatusOr<Answer> answer = Ask(*engine_, "k2", CpuRequest("alpha", 1));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->replayed, replayed);
    EXPECT_EQ(answer->revision, 3);
    EXPECT_EQ(std::get<RequestDecided>(answer->events.back()).outcome.state,
              RequestState::kRefused);
  }
}

TEST_F(EngineTest, ValidateOnlySaysWhatWouldHappenAndChangesNothing) {
  const std::string before = TextOf(*engine_);
  const absl::StatusOr<Answer> would =
      Ask(*engine_, "k1", CreateProject{TestProject("alpha")}, /*validate_only=*/true);
  ASSERT_TRUE(would.ok()) << would.status();
  EXPECT_EQ(would->revision, 0);
  EXPECT_THAT(would->events, SizeIs(1));
  EXPECT_EQ(TextOf(*engine_), before);
  EXPECT_THAT(LogOf(store_), SizeIs(1));
  EXPECT_EQ(Why(Ask(*engine_, "k2", CpuRequest("alpha", 1), /*validate_only=*/true).status()),
            "UNKNOWN_PROJECT");
  // The key is free still, for the same command or another.
  EXPECT_FALSE(Ask(*engine_, "k1", CreateProject{TestProject("beta")})->replayed);
}

TEST_F(EngineTest, AReportThatSaysNothingNewIsAnsweredButNotWritten) {
  const ReportUsage report = ReportOf("alpha", 1, 3);
  EXPECT_EQ(Ask(*engine_, "k1", report)->revision, 2);
  const absl::StatusOr<Answer> again = Ask(*engine_, "k2", report);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->revision, 0);
  EXPECT_EQ(std::get<UsageReported>(again->events[0]).record_count, 3);
  EXPECT_THAT(LogOf(store_), SizeIs(2));
}

TEST_F(EngineTest, CommandsThatWaitTogetherAreWrittenTogether) {
  const size_t before = store_.appends().size();
  store_.Open(false);
  std::vector<std::future<absl::StatusOr<Answer>>> answers;
  answers.push_back(Send(*engine_, "first", CreateProject{TestProject("first")}));
  store_.AwaitAppends(before + 1);
  for (int i = 0; i < 5; ++i) {
    const std::string id = "p" + std::to_string(i);
    answers.push_back(Send(*engine_, id, CreateProject{TestProject(id)}));
  }
  // Refused by what an earlier one of the same commit did; it is written for nobody.
  answers.push_back(Send(*engine_, "again", CreateProject{TestProject("p0")}));
  // Sees what an earlier one of the same commit did.
  answers.push_back(Send(*engine_, "asks", CpuRequest("p4", 3600)));
  store_.Open(true);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(answers[i].get()->revision, 2 + static_cast<int>(i));
  EXPECT_EQ(Why(answers[6].get().status()), "PROJECT_EXISTS");
  EXPECT_EQ(answers[7].get()->revision, 8);
  const std::vector<size_t> appends = store_.appends();
  EXPECT_THAT(std::vector<size_t>(appends.begin() + static_cast<int64_t>(before), appends.end()),
              ElementsAre(1, 6));
}

TEST_F(EngineTest, AKeyRepeatedInsideACommitWaitsForTheFirst) {
  const size_t before = store_.appends().size();
  store_.Open(false);
  auto first = Send(*engine_, "first", CreateProject{TestProject("first")});
  store_.AwaitAppends(before + 1);
  auto one = Send(*engine_, "k", CreateProject{TestProject("alpha")});
  auto other = Send(*engine_, "k2", CreateProject{TestProject("gamma")});
  auto two = Send(*engine_, "k", CreateProject{TestProject("alpha")});
  auto three = Send(*engine_, "k", CreateProject{TestProject("beta")});
  store_.Open(true);
  EXPECT_FALSE(one.get()->replayed);
  EXPECT_TRUE(two.get()->replayed);
  EXPECT_EQ(Why(three.get().status()), "REQUEST_ID_REUSED");
  EXPECT_TRUE(other.get().ok());
  EXPECT_TRUE(first.get().ok());
  EXPECT_THAT(LogOf(store_), SizeIs(4));
}

TEST_F(EngineTest, NothingIsAnsweredOrSeenBeforeItIsDurable) {
  const size_t before = store_.appends().size();
  store_.Open(false);
  auto written = Send(*engine_, "k1", CreateProject{TestProject("alpha")});
  auto refused = Send(*engine_, "k2", CpuRequest("nobody", 1));
  store_.AwaitAppends(before + 1);
  EXPECT_EQ(written.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(refused.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_FALSE(Knows(*engine_, "alpha"));
  EXPECT_EQ(engine_->head().revision, 1);
  store_.Open(true);
  EXPECT_TRUE(written.get().ok());
  EXPECT_EQ(Why(refused.get().status()), "UNKNOWN_PROJECT");
  EXPECT_TRUE(Knows(*engine_, "alpha"));
}

TEST_F(EngineTest, ClocksThatGoBackwardsDoNotTakeTheLedgerBackwards) {
  clock_.Advance(absl::Hours(-5));
  EXPECT_EQ(Ask(*engine_, "k1", CreateProject{TestProject("alpha")})->time, TestTime());
  clock_.Set(TestTime() + absl::Seconds(1));
  EXPECT_EQ(Ask(*engine_, "k2", CreateProject{TestProject("beta")})->time,
            TestTime() + absl::Seconds(1));
  int64_t last = 0;
  for (const LogRow& row : LogOf(store_)) {
    EXPECT_GE(row.time_us, last);
    last = row.time_us;
  }
}

TEST_F(EngineTest, TheTimeOfACommandIsWhatTheLogCanKeep) {
  clock_.Advance(absl::Nanoseconds(1'234'567));
  const absl::StatusOr<Answer> answer = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  EXPECT_EQ(answer->time, TestTime() + absl::Microseconds(1'234));
  const std::string live = TextOf(*engine_);
  Restart();
  EXPECT_EQ(TextOf(*engine_), live);
}

TEST_F(EngineTest, ARestartFoldsTheSameLedger) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  ASSERT_TRUE(Ask(*engine_, "k2", ReportOf("alpha", 1, 5)).ok());
  ASSERT_TRUE(Ask(*engine_, "k3", CpuRequest("alpha", 360'000)).ok());
  ASSERT_TRUE(Ask(*engine_, "k4", LinkAccount{"alpha", "n2", "old", ""}).ok());
  ASSERT_TRUE(AwaitSettled(*engine_));
  const std::string live = TextOf(*engine_);
  const LogHead head = engine_->head();
  Restart();
  EXPECT_EQ(TextOf(*engine_), live);
  EXPECT_EQ(engine_->head().revision, head.revision);
  EXPECT_EQ(engine_->head().hash, head.hash);
  EXPECT_TRUE(Ask(*engine_, "k3", CpuRequest("alpha", 360'000))->replayed);
}

TEST_F(EngineTest, DoesNotStartOnABrokenChain) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  engine_.reset();
  LogRow row = LogOf(store_).back();
  row.revision = 3;
  row.request_id = "forged";
  ASSERT_EQ(store_.inner().Append({{row, {}}}).outcome, AppendResult::Outcome::kAppended);
  const absl::Status status = Engine::Start(store_, clock_, Threads()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("revision 3"));
}

TEST_F(EngineTest, DoesNotStartOnABodyThatItCannotRead) {
  engine_.reset();
  LogRow row{2, kOlga, "k1", "d", absl::ToUnixMicros(TestTime()), "no events", ""};
  row.hash = ChainHash(LogOf(store_).back().hash, row);
  store_.inner().Append({{row, {}}});
  EXPECT_EQ(Engine::Start(store_, clock_, Threads()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(EngineTest, FinishesWhatIsQueuedBeforeItEnds) {
  const size_t before = store_.appends().size();
  store_.Open(false);
  auto first = Send(*engine_, "first", CreateProject{TestProject("first")});
  store_.AwaitAppends(before + 1);
  auto second = Send(*engine_, "second", CreateProject{TestProject("second")});
  std::thread ends([&] { engine_.reset(); });
  store_.Open(true);
  ends.join();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
}

TEST_F(EngineTest, TellsOfEveryChangeAfterItIsVisible) {
  std::vector<int64_t> seen;
  Engine& engine = *engine_;
  engine.OnChange([&] { seen.push_back(engine.head().revision); });
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  ASSERT_TRUE(Ask(*engine_, "k2", CreateProject{TestProject("beta")}).ok());
  engine_.reset();
  // What adopted the catalogue may be told of late.
  EXPECT_THAT(seen, AnyOf(ElementsAre(2, 3), ElementsAre(1, 2, 3)));
}

// Resettlement of a linked account, 1,000 jobs at a time.

TEST_F(EngineTest, LinkingAnAccountChargesAllItsJobsPageByPage) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  for (int64_t first = 1; first < 2500; first += 500) {
    ASSERT_TRUE(Ask(*engine_, "r" + std::to_string(first), ReportOf("old", first, 500)).ok());
  }
  EXPECT_EQ(UseTextOf(*engine_), "<> n1:old cpu: 2500000 0 0 0\n");
  ASSERT_TRUE(Ask(*engine_, "k2", LinkAccount{"alpha", "n1", "old", ""}).ok());
  ASSERT_TRUE(AwaitSettled(*engine_));
  EXPECT_EQ(UseTextOf(*engine_), "<alpha> n1:old cpu: 2500000 0 0 0\n");
  int pages = 0;
  for (const LogRow& row : LogOf(store_)) pages += row.actor == kSchedulerIdentity ? 1 : 0;
  EXPECT_EQ(pages, 4);  // the last one is empty
  const absl::StatusOr<VerifyReport> verified = Verify(store_);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->job_count, 2500);
}

TEST_F(EngineTest, ResettlementGoesOnAfterARestartInTheMiddle) {
  using Fault = FaultyEventStore::Fault;
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  for (int64_t first = 1; first < 2500; first += 500) {
    ASSERT_TRUE(Ask(*engine_, "r" + std::to_string(first), ReportOf("old", first, 500)).ok());
  }
  const size_t before = store_.appends().size();
  std::vector<Fault> faults(1000, Fault::kUnavailable);
  faults[0] = faults[1] = Fault::kNone;  // the link and the first page
  store_.Next(faults);
  ASSERT_TRUE(Ask(*engine_, "k2", LinkAccount{"alpha", "n1", "old", ""}).ok());
  store_.AwaitAppends(before + 3);
  engine_.reset();
  store_.Next({});
  engine_ = StartEngine(store_, clock_);
  EXPECT_TRUE(AwaitSettled(*engine_));
  EXPECT_EQ(UseTextOf(*engine_), "<alpha> n1:old cpu: 2500000 0 0 0\n");
  EXPECT_EQ(Verify(store_).status(), absl::OkStatus());
}

}  // namespace
}  // namespace mesolys
