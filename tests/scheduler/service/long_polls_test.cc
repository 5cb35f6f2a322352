// LongPolls alone, behind a service of the test: what waits, and what it costs.

#include "scheduler/service/long_polls.h"

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mesolys/v1/agent.grpc.pb.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/server.h"
#include "proto/runtime/status.h"
#include "proto/runtime/thread_runtime.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/store/memory_event_store.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

class PollingService : public v1::AgentService::CallbackService {
 public:
  explicit PollingService(LongPolls& polls) : polls_(polls) {}

  grpc::ServerUnaryReactor* Synchronize(grpc::CallbackServerContext*,
                                        const v1::SynchronizeRequest* in,
                                        v1::SynchronizeResponse* out) override {
    auto* call = new Call(polls_);
    call->number =
        polls_.Add({"psmn", in->generation(), in->comparison(), std::nullopt, false, out,
                    [call](const absl::Status& status) { call->Finish(ToGrpcStatus(status)); }});
    return call;
  }

 private:
  class Call : public grpc::ServerUnaryReactor {
   public:
    explicit Call(LongPolls& polls) : polls_(polls) {}
    void OnCancel() override { polls_.Cancel(number); }
    void OnDone() override { delete this; }

    int64_t number = 0;

   private:
    LongPolls& polls_;
  };

  LongPolls& polls_;
};

class LongPollsTest : public testing::Test {
 protected:
  LongPollsTest() : engine_(*Engine::Start(store_, clock_, runtime_)), comparisons_(*engine_) {
    Submit("adopt", AdoptCatalogue{WorldCatalogue(), "", ""});
    generation_ = engine_->Read([](const Ledger& ledger) { return ledger.Generation("psmn"); });
    polls_ =
        std::make_unique<LongPolls>(runtime_, *engine_, comparisons_, jobs_, absl::Minutes(10));
    service_ = std::make_unique<PollingService>(*polls_);
    server_ = *StartServer("127.0.0.1:0", ca_.Files("service/scheduler"), {service_.get()});
    caller_ = std::make_unique<Caller>(
        *ConnectTo("127.0.0.1:" + std::to_string(server_.port), ca_.Files("site/psmn")));
  }
  ~LongPollsTest() override { Stop(); }

  void Stop() {
    if (server_.server == nullptr) return;
    server_.server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
    server_ = {};
    polls_.reset();
  }

  void Submit(const std::string& request_id, Command command) {
    std::promise<absl::Status> done;
    engine_->Submit(
        {kSchedulerIdentity, request_id, std::move(command), /*validate_only=*/false,
         [&](const absl::StatusOr<Answer>& answer) { done.set_value(answer.status()); }});
    ASSERT_EQ(done.get_future().get(), absl::OkStatus());
  }

  // Changes what psmn shall hold.
  void ChangeState(const std::string& request_id) {
    Submit(request_id, AdoptCatalogue{WorldCatalogue(), "", request_id});
  }

  std::vector<std::unique_ptr<Caller::Poll>> StartPolls(int count) {
    v1::SynchronizeRequest request;
    request.set_generation(generation_);
    std::vector<std::unique_ptr<Caller::Poll>> polls;
    for (int i = 0; i < count; ++i) polls.push_back(caller_->Start(request));
    return polls;
  }

  void AwaitWaiting(size_t count) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (polls_->waiting_count() != count) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << polls_->waiting_count();
      std::this_thread::yield();
    }
  }

  TestCa ca_;
  ManualClock clock_{WorldTime()};
  ThreadRuntime runtime_;
  MemoryEventStore store_;
  std::unique_ptr<Engine> engine_;
  Comparisons comparisons_;
  JobQuestions jobs_;
  int64_t generation_ = 0;
  std::unique_ptr<LongPolls> polls_;
  std::unique_ptr<PollingService> service_;
  RunningServer server_;
  std::unique_ptr<Caller> caller_;
};

int ThreadCount() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int count = 0;
    if (word == "Threads:" && status >> count) return count;
  }
  return 0;
}

TEST_F(LongPollsTest, FiftyThatWaitHoldNoThreadEachAndAreAllAnswered) {
  auto first = StartPolls(1);
  AwaitWaiting(1);
  const int threads = ThreadCount();
  ASSERT_GT(threads, 0);
  auto polls = StartPolls(50);
  AwaitWaiting(51);
  EXPECT_LT(ThreadCount(), threads + 25);  // gRPC keeps some of its own
  ChangeState("change");
  polls.push_back(std::move(first[0]));
  for (const auto& poll : polls) {
    const auto answer = poll->Wait();
    ASSERT_EQ(Why(answer), "OK");
    EXPECT_GT(answer->desired_state().generation(), generation_);
  }
  EXPECT_EQ(polls_->waiting_count(), 0U);
}

TEST_F(LongPollsTest, LeaveNothingWhenTheirCallersGiveUp) {
  auto polls = StartPolls(20);
  AwaitWaiting(20);
  for (int i = 0; i < 10; ++i) polls[static_cast<size_t>(i)]->Cancel();
  AwaitWaiting(10);
  ChangeState("change");
  for (size_t i = 0; i < polls.size(); ++i) {
    EXPECT_EQ(Why(polls[i]->Wait()), i < 10 ? "CANCELLED" : "OK");
  }
  EXPECT_EQ(polls_->waiting_count(), 0U);
}

TEST_F(LongPollsTest, AreCancelledWhenTheServerStops) {
  auto polls = StartPolls(5);
  AwaitWaiting(5);
  Stop();
  for (const auto& poll : polls) EXPECT_NE(Why(poll->Wait()), "OK");
}

// Cancellation and answer race for each poll: whoever takes it finishes it, once.
TEST_F(LongPollsTest, SurviveCancellationsInTheMomentOfTheAnswer) {
  for (int round = 0; round < 20; ++round) {
    auto polls = StartPolls(10);
    AwaitWaiting(10);
    std::thread canceller([&] {
      for (const auto& poll : polls) poll->Cancel();
    });
    ChangeState("change " + std::to_string(round));
    canceller.join();
    for (const auto& poll : polls) {
      const std::string why = Why(poll->Wait());
      EXPECT_TRUE(why == "OK" || why == "CANCELLED") << why;
    }
    AwaitWaiting(0);
    generation_ = engine_->Read([](const Ledger& ledger) { return ledger.Generation("psmn"); });
  }
}

// The service goes before the engine, which may be telling of a change just then.
TEST_F(LongPollsTest, AreToldOfNoChangeOnceTheyAreGone) {
  Stop();
  std::promise<void> entered;
  std::promise<void> forgotten;
  std::atomic<bool> is_over = false;
  engine_->OnChange([&] {
    entered.set_value();
    // Does OnChange come back while this callback still runs?
    forgotten.get_future().wait_for(std::chrono::milliseconds(100));
    is_over = true;
  });
  std::thread changing([this] { ChangeState("change"); });
  entered.get_future().wait();
  engine_->OnChange(nullptr);
  EXPECT_TRUE(is_over);
  forgotten.set_value();
  changing.join();
}

}  // namespace
}  // namespace mesolys
