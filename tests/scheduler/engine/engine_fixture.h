#ifndef MESOLYS_TESTS_SCHEDULER_ENGINE_ENGINE_FIXTURE_H_
#define MESOLYS_TESTS_SCHEDULER_ENGINE_ENGINE_FIXTURE_H_

// An engine on a memory store that can fail, a clock that stands still, and calls that wait for
// their answer. One thread, except where a test says otherwise.

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "proto/runtime/runtime.h"
#include "scheduler/engine/engine.h"
#include "tests/fakes/faulty_event_store.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {

// Of all engines of these tests.
Runtime& Threads();

// Ends the process when the engine does not start.
std::unique_ptr<Engine> StartEngine(EventStore& store, const Clock& clock);

// Submits as olga; the answer is still to come.
std::future<absl::StatusOr<Answer>> Send(Engine& engine, const std::string& request_id,
                                         Command command, bool validate_only = false);
// The same, and waits for it.
absl::StatusOr<Answer> Ask(Engine& engine, const std::string& request_id, Command command,
                           bool validate_only = false);

// Waits until no account is to be charged anew; false after a minute.
bool AwaitSettled(Engine& engine);

std::string TextOf(const Engine& engine);
std::string UseTextOf(const Engine& engine);

// "OK", or the reason of the refusal, or the code of an error without one.
std::string Why(const absl::Status& status);

std::vector<LogRow> LogOf(const EventStore& store);

// `count` finished jobs of an account of cluster n1, from job id `first` on.
ReportUsage ReportOf(const std::string& account, int64_t first, int64_t count);
// A request for cpu at north over the second half of 2026.
SubmitRequest CpuRequest(const std::string& project, int64_t amount);

class EngineTest : public testing::Test {
 protected:
  EngineTest();

  // Ends the engine as a stop of the process would, and starts another on what was stored.
  void Restart();

  FaultyEventStore store_;
  ManualClock clock_{TestTime()};
  std::unique_ptr<Engine> engine_;  // the test catalogue is adopted
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_ENGINE_ENGINE_FIXTURE_H_
