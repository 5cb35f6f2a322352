#include "scheduler/service/services.h"

namespace mesolys {

Services NewServices(const ServiceNeeds& needs) {
  Services services;
  for (const auto make : {NewGrantService, NewIdentityService, NewOfficeService, NewProjectService,
                          NewRequestService, NewSiteService, NewUsageService}) {
    services.push_back(make(needs));
  }
  return services;
}

std::vector<grpc::Service*> Pointers(const Services& services) {
  std::vector<grpc::Service*> pointers;
  pointers.reserve(services.size());
  for (const auto& service : services) pointers.push_back(service.get());
  return pointers;
}

}  // namespace mesolys
