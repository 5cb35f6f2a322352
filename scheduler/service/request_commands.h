#ifndef MESOLYS_SCHEDULER_SERVICE_REQUEST_COMMANDS_H_
#define MESOLYS_SCHEDULER_SERVICE_REQUEST_COMMANDS_H_

// What is said about requests for hours -> commands. It may be hostile: INVALID_ARGUMENT, never an
// abort. Any thread.

#include <string>

#include "absl/status/statusor.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

// Without a number and a requester.
absl::StatusOr<Request> ToRequest(const std::string& project, const v1::Request& in);

absl::StatusOr<Command> ToCommand(const v1::CreateRequestRequest& in);
absl::StatusOr<Command> ToCommand(const v1::WithdrawRequestRequest& in);
absl::StatusOr<Command> ToCommand(const v1::DecideRequestRequest& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_REQUEST_COMMANDS_H_
