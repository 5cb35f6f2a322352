#ifndef MESOLYS_SCHEDULER_SERVICE_PROJECT_READS_H_
#define MESOLYS_SCHEDULER_SERVICE_PROJECT_READS_H_

// What is answered about people, projects and what is booked for none of them. The caller is
// authorized already.

#include "absl/status/status.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "scheduler/service/reading.h"

namespace mesolys {

absl::Status ReadProject(const Reading& reading, const v1::GetProjectRequest& in, v1::Project& out);

// Those that the caller may see.
absl::Status ReadProjects(const Reading& reading, const v1::ListProjectsRequest& in,
                          v1::ListProjectsResponse& out);

absl::Status ReadMembers(const Reading& reading, const v1::ListMembersRequest& in,
                         v1::ListMembersResponse& out);

absl::Status ReadUnassigned(const Reading& reading, const v1::ListUnassignedRequest& in,
                            v1::ListUnassignedResponse& out);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_PROJECT_READS_H_
