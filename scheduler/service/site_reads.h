#ifndef MESOLYS_SCHEDULER_SERVICE_SITE_READS_H_
#define MESOLYS_SCHEDULER_SERVICE_SITE_READS_H_

// What is answered about sites. The caller is authorized already.

#include "absl/status/status.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "scheduler/service/reading.h"

namespace mesolys {

// NOT_FOUND for an unknown one.
absl::Status ReadSite(const Reading& reading, const v1::GetSiteRequest& in, v1::Site& out);

// Without capacities.
absl::Status ReadSites(const Reading& reading, const v1::ListSitesRequest& in,
                       v1::ListSitesResponse& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_SITE_READS_H_
