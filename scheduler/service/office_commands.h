#ifndef MESOLYS_SCHEDULER_SERVICE_OFFICE_COMMANDS_H_
#define MESOLYS_SCHEDULER_SERVICE_OFFICE_COMMANDS_H_

// Requests of the contract about people and the office -> commands; see commands.h.

#include "absl/status/statusor.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

absl::StatusOr<Command> ToCommand(const v1::RemoveMemberRequest& in);
absl::StatusOr<Command> ToCommand(const v1::SetMemberCeilingRequest& in);
absl::StatusOr<Command> ToCommand(const v1::ArchiveProjectRequest& in);
absl::StatusOr<Command> ToCommand(const v1::GiveRoleRequest& in);
absl::StatusOr<Command> ToCommand(const v1::SetModeRequest& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_OFFICE_COMMANDS_H_
