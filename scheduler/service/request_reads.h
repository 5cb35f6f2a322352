#ifndef MESOLYS_SCHEDULER_SERVICE_REQUEST_READS_H_
#define MESOLYS_SCHEDULER_SERVICE_REQUEST_READS_H_

// What is answered about a project's requests, those included that are only thought of. The caller
// is authorized already; NOT_FOUND for a number that the project does not have.

#include "absl/status/status.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "scheduler/service/reading.h"

namespace mesolys {

absl::Status ReadRequest(const Reading& reading, const v1::GetRequestRequest& in, v1::Request& out);
absl::Status ReadRequests(const Reading& reading, const v1::ListRequestsRequest& in,
                          v1::ListRequestsResponse& out);
// Of a request that is not made.
absl::Status ReadQuote(const Reading& reading, const v1::QuoteRequest& in, v1::QuoteResponse& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_REQUEST_READS_H_
