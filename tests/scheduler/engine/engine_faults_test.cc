// What the engine makes of a store that fails, and of another writer.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "scheduler/core/rules/canonical_text.h"
#include "scheduler/engine/batch.h"
#include "scheduler/engine/verify.h"
#include "scheduler/store/event_codec.h"
#include "scheduler/store/row_hash.h"
#include "tests/scheduler/engine/engine_fixture.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Fault = FaultyEventStore::Fault;

class EngineFaultsTest : public EngineTest {
 protected:
  // What another scheduler on the same store writes for one command, and no more than that.
  void ElsewhereAsk(const std::string& request_id, const Command& command) {
    Ledger ledger;
    std::string hash;
    for (const LogRow& row : LogOf(store_.inner())) {
      const absl::StatusOr<std::vector<Event>> events = DecodeEvents(row.body);
      ASSERT_TRUE(events.ok()) << events.status();
      for (const Event& event : *events) {
        ledger.Apply(event, absl::FromUnixMicros(row.time_us), row.revision);
      }
      hash = row.hash;
    }
    Batch batch(ledger, hash, TestTime());
    ASSERT_EQ(batch.Load(store_.inner(), command), absl::OkStatus());
    const std::string digest = Sha256(CanonicalText(command));
    ASSERT_TRUE(batch.Decide(kOlga, request_id, digest, command, /*validate_only=*/false).ok());
    ASSERT_EQ(store_.inner().Append(batch.commits()).outcome, AppendResult::Outcome::kAppended);
  }
};

TEST_F(EngineFaultsTest, AStoreThatCannotWriteIsToldAndNothingChanges) {
  const std::string before = TextOf(*engine_);
  store_.Next({Fault::kUnavailable});
  const absl::Status status = Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Why(status), "STORE_UNAVAILABLE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("nothing was written: no connection"));
  EXPECT_EQ(TextOf(*engine_), before);
  const absl::StatusOr<Answer> again = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->replayed);
  EXPECT_EQ(again->revision, 2);
}

TEST_F(EngineFaultsTest, AFullDiskRefusesWritesServesReadsAndRecoversWithoutARestart) {
  ASSERT_TRUE(Ask(*engine_, "k0", CreateProject{TestProject("zero")}).ok());
  store_.Fill(true);
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(Why(status), "STORE_FULL");
  }
  EXPECT_EQ(engine_->Read([](const Ledger& ledger) { return ledger.projects().size(); }), 1u);
  EXPECT_TRUE(Ask(*engine_, "k0", CreateProject{TestProject("zero")})->replayed);
  store_.Fill(false);
  EXPECT_EQ(Ask(*engine_, "k1", CreateProject{TestProject("alpha")})->revision, 3);
}

TEST_F(EngineFaultsTest, WhatAFailedCommitDecidedIsForgotten) {
  ASSERT_TRUE(Ask(*engine_, "k0", CreateProject{TestProject("alpha")}).ok());
  store_.Next({Fault::kFull, Fault::kUnavailable});
  EXPECT_FALSE(Ask(*engine_, "k1", CpuRequest("alpha", 100'000'000)).ok());
  EXPECT_FALSE(Ask(*engine_, "k2", ReportOf("alpha", 1, 2)).ok());
  ASSERT_TRUE(Ask(*engine_, "k3", CpuRequest("alpha", 5)).ok());
  ASSERT_TRUE(Ask(*engine_, "k4", ReportOf("alpha", 1, 3)).ok());
  ASSERT_TRUE(AwaitSettled(*engine_));
  EXPECT_EQ(UseTextOf(*engine_), "grant 1 at north: 3000 0 0 0\n");
  EXPECT_EQ(Verify(store_).status(), absl::OkStatus());
}

TEST_F(EngineFaultsTest, AnAnswerLostAfterTheWriteIsFoundInTheLog) {
  store_.Next({Fault::kUnknownApplied});
  const absl::StatusOr<Answer> answer = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->revision, 2);
  EXPECT_THAT(LogOf(store_), SizeIs(2));
  EXPECT_EQ(engine_->head().hash, LogOf(store_).back().hash);
}

TEST_F(EngineFaultsTest, AWriteThatWasLostIsMadeAgain) {
  store_.Next({Fault::kUnknownLost, Fault::kUnknownLost});
  const absl::StatusOr<Answer> answer = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->revision, 2);
  EXPECT_FALSE(answer->replayed);
  EXPECT_THAT(LogOf(store_), SizeIs(2));
}

TEST_F(EngineFaultsTest, WhatCannotBeFoundOutIsNotCalledUnwritten) {
  store_.Next({Fault::kUnknownApplied});
  store_.BeforeNextAppend([&](MemoryEventStore&) { store_.RefuseQueries(true); });
  const absl::Status status = Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("nothing was written")));
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot tell"));
  store_.RefuseQueries(false);
  const absl::StatusOr<Answer> again = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  // And the fold has caught up with it.
  EXPECT_EQ(engine_->head().revision, 2);
}

TEST_F(EngineFaultsTest, AStoreThatCannotBeReadDecidesNothing) {
  store_.RefuseQueries(true);
  EXPECT_EQ(Why(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).status()),
            "STORE_UNAVAILABLE");
  store_.RefuseQueries(false);
  EXPECT_FALSE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")})->replayed);
}

TEST_F(EngineFaultsTest, WhenAnotherWriterIsFirstTheCommandIsDecidedAnew) {
  store_.BeforeNextAppend(
      [&](MemoryEventStore&) { ElsewhereAsk("theirs", CreateProject{TestProject("alpha")}); });
  EXPECT_EQ(Why(Ask(*engine_, "ours", CreateProject{TestProject("alpha")}).status()),
            "PROJECT_EXISTS");
  store_.BeforeNextAppend(
      [&](MemoryEventStore&) { ElsewhereAsk("theirs2", CreateProject{TestProject("beta")}); });
  EXPECT_EQ(Ask(*engine_, "ours2", CreateProject{TestProject("gamma")})->revision, 4);
  EXPECT_EQ(engine_->head().revision, 4);
  EXPECT_EQ(Verify(store_).status(), absl::OkStatus());
}

TEST_F(EngineFaultsTest, CapacityThatAnotherWriterTookIsNotGrantedAgain) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  ASSERT_TRUE(Ask(*engine_, "k2", CreateProject{TestProject("beta", "rita")}).ok());
  const int64_t reserve = 100 * 181 * 86'400 / 2;
  store_.BeforeNextAppend(
      [&](MemoryEventStore&) { ElsewhereAsk("theirs", CpuRequest("alpha", reserve - 60)); });
  const absl::StatusOr<Answer> ours = Ask(*engine_, "ours", CpuRequest("beta", 100));
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_EQ(std::get<GrantIssued>(ours->events[1]).grant.amount, Amount(60));
}

TEST_F(EngineFaultsTest, AKeyThatAnotherWriterAnsweredFirstIsReplayed) {
  store_.BeforeNextAppend(
      [&](MemoryEventStore&) { ElsewhereAsk("k1", CreateProject{TestProject("alpha")}); });
  const absl::StatusOr<Answer> answer = Ask(*engine_, "k1", CreateProject{TestProject("alpha")});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->replayed);
  EXPECT_EQ(answer->revision, 2);
  EXPECT_THAT(LogOf(store_), SizeIs(2));
}

TEST_F(EngineFaultsTest, AReplayedAnswerOfAnotherWriterIsVisibleHereWhenItIsGiven) {
  ElsewhereAsk("k1", CreateProject{TestProject("alpha")});
  EXPECT_EQ(engine_->head().revision, 1);
  EXPECT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")})->replayed);
  EXPECT_EQ(engine_->head().revision, 2);
  ElsewhereAsk("k2", CreateProject{TestProject("beta")});
  EXPECT_EQ(Why(Ask(*engine_, "k2", CreateProject{TestProject("gamma")}).status()),
            "REQUEST_ID_REUSED");
  EXPECT_EQ(engine_->head().revision, 3);
}

TEST_F(EngineFaultsTest, AJobThatAnotherWriterChargedToItsOwnNewGrantIsChargedAfterCatchingUp) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  ElsewhereAsk("k2", CpuRequest("alpha", 360'000));
  ReportUsage running = ReportOf("alpha", 1, 2);
  for (UsageRecord& record : running.records) record.state = JobState::kRunning;
  ElsewhereAsk("k3", running);
  // The fold here knows neither the grant nor the rows that it pays for.
  EXPECT_EQ(engine_->head().revision, 2);
  ASSERT_EQ(Ask(*engine_, "k4", ReportOf("alpha", 1, 2)).status(), absl::OkStatus());
  EXPECT_EQ(UseTextOf(*engine_), "grant 1 at north: 2000 0 0 0\n");
  EXPECT_EQ(Verify(store_).status(), absl::OkStatus());
}

TEST_F(EngineFaultsTest,
       AGrantThatAnotherWriterIssuesWhileAnAccountIsChargedAnewPaysForAllItsJobs) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  for (int64_t first = 1; first < 1500; first += 500) {
    ASSERT_TRUE(Ask(*engine_, "r" + std::to_string(first), ReportOf("old", first, 500)).ok());
  }
  // The appends to come: the link, the first page, the second page; the grant is before the last
  // one.
  const auto grant = [&](MemoryEventStore&) { ElsewhereAsk("k3", CpuRequest("alpha", 360'000)); };
  const auto second_page = [&](MemoryEventStore&) { store_.BeforeNextAppend(grant); };
  const auto first_page = [&](MemoryEventStore&) { store_.BeforeNextAppend(second_page); };
  store_.BeforeNextAppend(first_page);
  ASSERT_TRUE(Ask(*engine_, "k2", LinkAccount{"alpha", "n1", "old", ""}).ok());
  ASSERT_TRUE(AwaitSettled(*engine_));
  EXPECT_EQ(UseTextOf(*engine_), "grant 1 at north: 1500000 0 0 0\n");
  EXPECT_EQ(Verify(store_).status(), absl::OkStatus());
}

TEST_F(EngineFaultsTest, ResettlementWaitsForAFullDiskAndGoesOnByItself) {
  ASSERT_TRUE(Ask(*engine_, "k1", CreateProject{TestProject("alpha")}).ok());
  ASSERT_TRUE(Ask(*engine_, "k2", ReportOf("old", 1, 5)).ok());
  const size_t before = store_.appends().size();
  store_.Next({Fault::kNone, Fault::kFull});
  ASSERT_TRUE(Ask(*engine_, "k3", LinkAccount{"alpha", "n1", "old", ""}).ok());
  store_.AwaitAppends(before + 2);
  ASSERT_TRUE(AwaitSettled(*engine_));
  EXPECT_EQ(UseTextOf(*engine_), "<alpha> n1:old cpu: 5000 0 0 0\n");
}

}  // namespace
}  // namespace mesolys
