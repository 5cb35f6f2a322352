#ifndef MESOLYS_SCHEDULER_SERVICE_SERVICES_H_
#define MESOLYS_SCHEDULER_SERVICE_SERVICES_H_

// The services of the contract that people call, one per noun: thin, and never blocking. gRPC's
// threads.

#include <memory>
#include <vector>

#include "grpcpp/impl/service_type.h"
#include "scheduler/engine/engine.h"
#include "scheduler/engine/work_queue.h"

namespace mesolys {

class Comparisons;
class JobQuestions;
class SiteSessions;

// What the services stand on; it outlives them.
struct ServiceNeeds {
  Engine& engine;
  const SiteSessions& sessions;
  Comparisons& comparisons;
  JobQuestions& jobs;
  WorkQueue& queries;  // of the store, which no gRPC thread may wait for
};

std::unique_ptr<grpc::Service> NewGrantService(const ServiceNeeds& needs);
std::unique_ptr<grpc::Service> NewIdentityService(const ServiceNeeds& needs);
std::unique_ptr<grpc::Service> NewOfficeService(const ServiceNeeds& needs);
std::unique_ptr<grpc::Service> NewProjectService(const ServiceNeeds& needs);
std::unique_ptr<grpc::Service> NewRequestService(const ServiceNeeds& needs);
std::unique_ptr<grpc::Service> NewSiteService(const ServiceNeeds& needs);
std::unique_ptr<grpc::Service> NewUsageService(const ServiceNeeds& needs);

// All of them. Delete them after their server is shut down.
using Services = std::vector<std::unique_ptr<grpc::Service>>;
Services NewServices(const ServiceNeeds& needs);

// As a server takes them.
std::vector<grpc::Service*> Pointers(const Services& services);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_SERVICES_H_
