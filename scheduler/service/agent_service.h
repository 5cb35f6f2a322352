#ifndef MESOLYS_SCHEDULER_SERVICE_AGENT_SERVICE_H_
#define MESOLYS_SCHEDULER_SERVICE_AGENT_SERVICE_H_

// AgentService of the contract: thin, and never blocks. gRPC's threads.

#include <chrono>
#include <memory>

#include "grpcpp/impl/service_type.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/job_questions.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

// Delete it after its server is shut down. `patience` is how long a Synchronize waits.
std::unique_ptr<grpc::Service> NewAgentService(
    Engine& engine, SiteSessions& sessions, Comparisons& comparisons, JobQuestions& jobs,
    WorkQueue& queries, std::chrono::milliseconds patience = std::chrono::seconds(30));

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_AGENT_SERVICE_H_
