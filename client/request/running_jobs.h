#ifndef MESOLYS_CLIENT_REQUEST_RUNNING_JOBS_H_
#define MESOLYS_CLIENT_REQUEST_RUNNING_JOBS_H_

// The sentence about running jobs that a new grant takes over, for the grant that ends soonest
// pays. Pure; any thread.

#include <string>

#include "absl/time/time.h"
#include "mesolys/v1/request.pb.h"

namespace mesolys::client {

std::string RunningJobsSentence(const v1::RunningJobsMove& move, bool dry_run,
                                const absl::TimeZone& zone);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_RUNNING_JOBS_H_
