#include "tests/scheduler/engine/engine_fixture.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "proto/runtime/thread_runtime.h"
#include "tests/fakes/ledger_text.h"

namespace mesolys {

Runtime& Threads() {
  static ThreadRuntime& runtime = *new ThreadRuntime();
  return runtime;
}

std::unique_ptr<Engine> StartEngine(EventStore& store, const Clock& clock) {
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Start(store, clock, Threads());
  if (!engine.ok()) {
    std::fprintf(stderr, "no engine: %s\n", engine.status().ToString().c_str());
    std::abort();
  }
  return *std::move(engine);
}

std::future<absl::StatusOr<Answer>> Send(Engine& engine, const std::string& request_id,
                                         Command command, bool validate_only) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<Answer>>>();
  std::future<absl::StatusOr<Answer>> answer = promise->get_future();
  engine.Submit({kOlga, request_id, std::move(command), validate_only,
                 [promise](absl::StatusOr<Answer> came) { promise->set_value(std::move(came)); }});
  return answer;
}

absl::StatusOr<Answer> Ask(Engine& engine, const std::string& request_id, Command command,
                           bool validate_only) {
  return Send(engine, request_id, std::move(command), validate_only).get();
}

bool AwaitSettled(Engine& engine) {
  std::mutex mutex;
  std::condition_variable changed;
  bool settled = false;
  const auto look = [&] {
    const bool now =
        engine.Read([](const Ledger& ledger) { return ledger.unsettled_accounts().empty(); });
    std::lock_guard<std::mutex> lock(mutex);
    settled = now;
    changed.notify_all();
  };
  engine.OnChange(look);
  look();
  bool in_time = false;
  {
    std::unique_lock<std::mutex> lock(mutex);
    in_time = changed.wait_for(lock, std::chrono::minutes(1), [&] { return settled; });
  }
  engine.OnChange(nullptr);
  // Whoever still holds the callback is the committer on its way to this answer; after it, none
  // does.
  static_cast<void>(Ask(engine, "fence", CreateProject{}, /*validate_only=*/true));
  return in_time;
}

std::string TextOf(const Engine& engine) {
  return engine.Read([](const Ledger& ledger) { return TextOf(ledger); });
}

std::string UseTextOf(const Engine& engine) {
  return engine.Read([](const Ledger& ledger) { return UseTextOf(ledger); });
}

std::string Why(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal.has_value() ? std::string(ReasonName(refusal->reason))
                             : absl::StatusCodeToString(status.code());
}

std::vector<LogRow> LogOf(const EventStore& store) {
  std::vector<LogRow> log;
  const absl::Status status = store.Read(1, [&](const LogRow& row) {
    log.push_back(row);
    return absl::OkStatus();
  });
  EXPECT_EQ(status, absl::OkStatus());
  return log;
}

ReportUsage ReportOf(const std::string& account, int64_t first, int64_t count) {
  ReportUsage report;
  report.site = "north";
  for (int64_t id = first; id < first + count; ++id) {
    UsageRecord record;
    record.key = {"n1", id, Day(2026, 6, 9)};
    record.account = account;
    record.state = JobState::kCompleted;
    record.start_time = Day(2026, 6, 10);
    record.end_time = record.start_time + absl::Seconds(100);
    record.core_count = 10;
    record.observe_time = record.end_time;
    report.indexes.push_back(static_cast<int>(id - first));
    report.records.push_back(std::move(record));
  }
  return report;
}

SubmitRequest CpuRequest(const std::string& project, int64_t amount) {
  SubmitRequest command;
  command.request.project = project;
  command.request.lines = {{"cpu", Amount(amount), {}, {"north"}, false}};
  command.request.period = {Day(2026, 6), Day(2027, 1)};
  return command;
}

EngineTest::EngineTest() : engine_(StartEngine(store_, clock_)) {
  const absl::StatusOr<Answer> adopted = Ask(*engine_, "adopt", AdoptTestCatalogue());
  EXPECT_EQ(adopted.status(), absl::OkStatus());
}

void EngineTest::Restart() {
  engine_.reset();
  engine_ = StartEngine(store_, clock_);
}

}  // namespace mesolys
