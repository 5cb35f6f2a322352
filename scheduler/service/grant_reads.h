#ifndef MESOLYS_SCHEDULER_SERVICE_GRANT_READS_H_
#define MESOLYS_SCHEDULER_SERVICE_GRANT_READS_H_

// What is answered about a project's grants and balance. The caller is authorized
// already; NOT_FOUND for a number that the project does not have.

#include "absl/status/status.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "scheduler/service/reading.h"

namespace mesolys {

absl::Status ReadGrant(const Reading& reading, const v1::GetGrantRequest& in, v1::Grant& out);
absl::Status ReadGrants(const Reading& reading, const v1::ListGrantsRequest& in,
                        v1::ListGrantsResponse& out);
absl::Status ReadBalance(const Reading& reading, const v1::GetBalanceRequest& in, v1::Balance& out);

// Of a request, a grant or a project.
absl::Status ReadExplanation(const Reading& reading, const v1::ExplainRequest& in,
                             v1::Explanation& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_GRANT_READS_H_
