#ifndef MESOLYS_SCHEDULER_SERVICE_COMMANDS_H_
#define MESOLYS_SCHEDULER_SERVICE_COMMANDS_H_

// Requests of the contract -> commands. What they say may be hostile: INVALID_ARGUMENT, never an
// abort. Any thread.

#include "absl/status/statusor.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "mesolys/v1/site_service.pb.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

absl::StatusOr<Command> ToCommand(const v1::CreateProjectRequest& in);
absl::StatusOr<Command> ToCommand(const v1::LinkAccountRequest& in);
absl::StatusOr<Command> ToCommand(const v1::UnlinkAccountRequest& in);
absl::StatusOr<Command> ToCommand(const v1::AddMemberRequest& in);

// TOO_MANY_RECORDS for more than one request of a site may hold.
absl::Status CheckReportSize(int record_count, size_t byte_count);
// Records that cannot be parsed are listed in the command; only too many of them are an error.
absl::StatusOr<Command> ToCommand(const v1::ReportUsageRequest& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_COMMANDS_H_
