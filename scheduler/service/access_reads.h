#ifndef MESOLYS_SCHEDULER_SERVICE_ACCESS_READS_H_
#define MESOLYS_SCHEDULER_SERVICE_ACCESS_READS_H_

// Who the caller is, and what they may do.

#include "absl/status/status.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "scheduler/service/reading.h"

namespace mesolys {

absl::Status ReadWhoAmI(const Reading& reading, const v1::GetWhoAmIRequest& in, v1::WhoAmI& out);
// INVALID_ARGUMENT for a method that does not exist.
absl::Status ReadAccess(const Reading& reading, const v1::CheckAccessRequest& in,
                        v1::CheckAccessResponse& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_ACCESS_READS_H_
