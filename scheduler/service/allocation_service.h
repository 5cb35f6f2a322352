#ifndef MESOLYS_SCHEDULER_SERVICE_ALLOCATION_SERVICE_H_
#define MESOLYS_SCHEDULER_SERVICE_ALLOCATION_SERVICE_H_

// AllocationService of the contract: thin, and never blocks. gRPC's threads.

#include <memory>

#include "grpcpp/impl/service_type.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/work_queue.h"
#include "scheduler/service/comparisons.h"
#include "scheduler/service/job_questions.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

// Delete it after its server is shut down.
std::unique_ptr<grpc::Service> NewAllocationService(Engine& engine, const SiteSessions& sessions,
                                                    Comparisons& comparisons, JobQuestions& jobs,
                                                    WorkQueue& queries);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_ALLOCATION_SERVICE_H_
