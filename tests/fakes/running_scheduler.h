#ifndef MESOLYS_TESTS_FAKES_RUNNING_SCHEDULER_H_
#define MESOLYS_TESTS_FAKES_RUNNING_SCHEDULER_H_

// A scheduler inside the test's process, wired as `mesolys-scheduler serve` does: store, engine,
// all services, mutual TLS on a loopback port that is free. It aborts when it cannot start: no
// test could go on. One thread starts and stops it; any thread may connect.

#include <chrono>
#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/server.h"
#include "proto/runtime/thread_runtime.h"
#include "scheduler/core/facts/catalogue.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/service/agent_service.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/job_questions.h"
#include "scheduler/service/services.h"
#include "scheduler/service/site_sessions.h"
#include "scheduler/store/event_store.h"
#include "tests/fakes/test_ca.h"

namespace mesolys {

struct RunningSchedulerOptions {
  Catalogue catalogue;
  std::string database;                 // a SQLite file, kept; empty: in memory
  std::unique_ptr<EventStore> store{};  // instead, when given
  std::chrono::milliseconds patience = std::chrono::seconds(30);  // of Synchronize
  ServerInterceptors interceptors{};
};

class RunningScheduler {
 public:
  // `ca` and `clock` outlive it. The catalogue is adopted unless the ledger holds one already.
  RunningScheduler(TestCa& ca, const Clock& clock, RunningSchedulerOptions options);
  // Ends every call within half a second.
  ~RunningScheduler();
  RunningScheduler(const RunningScheduler&) = delete;
  RunningScheduler& operator=(const RunningScheduler&) = delete;

  // "127.0.0.1:port"
  std::string target() const;

  // A connection of its own, as "user/olga" or "site/psmn". One thread at a time: it may make the
  // certificate.
  std::shared_ptr<grpc::Channel> Connect(const std::string& identity);

  Engine& engine() { return *engine_; }
  const SiteSessions& sessions() const { return sessions_; }
  const EventStore& store() const { return *store_; }

  // Waits until no account is left to be charged anew; false after half a minute.
  bool WaitUntilSettled();

  // As a scheduler that starts with another file.
  void Adopt(const Catalogue& catalogue);

 private:
  TestCa& ca_;
  ThreadRuntime runtime_;
  std::unique_ptr<EventStore> store_;
  std::unique_ptr<Engine> engine_;
  SiteSessions sessions_;
  JobQuestions jobs_;
  std::unique_ptr<Comparisons> comparisons_;
  std::unique_ptr<WorkQueue> queries_;
  std::unique_ptr<AgentCalls> calls_;
  Services services_;
  RunningServer server_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_RUNNING_SCHEDULER_H_
