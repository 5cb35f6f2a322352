#ifndef MESOLYS_CLIENT_REQUEST_REQUEST_REPORT_H_
#define MESOLYS_CLIENT_REQUEST_REQUEST_REPORT_H_

// How a request is shown: as a row of a list, alone with its lines and grants, and once it is
// decided. One thread.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/session/session.h"
#include "client/show/cells.h"
#include "mesolys/v1/request.pb.h"

namespace mesolys::client {

// Without rows; `single`: all there is to say of one.
Table RequestTable(const std::string& key, bool single);
std::vector<Cell> RequestRow(const v1::Request& request, const absl::TimeZone& zone);

// One, with its lines, its grants and why less was given.
Report ReportOf(const v1::Request& request, const absl::TimeZone& zone);

// "request proj_a/r5 is granted"; a dry run may have no name yet.
std::string StateSentence(const v1::Request& request, bool dry_run);

// Prints what came of it; ExitCode::kRefused, already printed, for one that was refused.
absl::Status PrintDecision(Session& session, const v1::Request& request);

// About running jobs that a new grant takes over, for the grant that ends soonest pays. Pure.
std::string RunningJobsSentence(const v1::RunningJobsMove& move, bool dry_run,
                                const absl::TimeZone& zone);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_REQUEST_REQUEST_REPORT_H_
