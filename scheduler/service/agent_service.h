#ifndef MESOLYS_SCHEDULER_SERVICE_AGENT_SERVICE_H_
#define MESOLYS_SCHEDULER_SERVICE_AGENT_SERVICE_H_

// AgentService of the contract: what agents call, and the way there over gRPC. It never blocks. Any
// thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/impl/service_type.h"
#include "mesolys/v1/agent.pb.h"
#include "proto/runtime/runtime.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/job_questions.h"
#include "scheduler/service/long_polls.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

// The calls of an agent, whatever way they came. `identity` is the caller's. `done` is called once,
// perhaps before the call returns; `in` and `out` live until then.
class AgentCalls {
 public:
  using Done = std::function<void(const absl::Status&)>;

  // A Synchronize waits for `patience` at most. Delete it after its server is shut down.
  AgentCalls(Runtime& runtime, Engine& engine, SiteSessions& sessions, Comparisons& comparisons,
             JobQuestions& jobs, WorkQueue& queries, absl::Duration patience = absl::Seconds(30));

  void Report(const std::string& identity, const v1::ReportUsageRequest& in,
              v1::ReportUsageResponse& out, Done done);
  // Returns what Cancel takes.
  int64_t Synchronize(const std::string& identity, const v1::SynchronizeRequest& in,
                      v1::SynchronizeResponse& out, Done done);
  // Whoever waits for that Synchronize gives up; `done` is told so, unless it was told before.
  void Cancel(int64_t synchronize);
  void Tell(const std::string& identity, const v1::TellUsageRequest& in, v1::TellUsageResponse& out,
            Done done);

 private:
  absl::Status Allow(const std::string& identity, absl::string_view method,
                     const std::string& site) const;
  absl::Status CheckWitness(const v1::LedgerHead& witness) const;
  void ConfirmAwaited(const std::string& site, const v1::SynchronizeRequest& in);
  void EndImports(const std::string& site, const v1::SynchronizeRequest& in);

  Engine& engine_;
  SiteSessions& sessions_;
  Comparisons& comparisons_;
  JobQuestions& jobs_;
  WorkQueue& queries_;
  LongPolls polls_;
};

// Delete it after its server is shut down.
std::unique_ptr<grpc::Service> NewAgentService(AgentCalls& calls);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_AGENT_SERVICE_H_
