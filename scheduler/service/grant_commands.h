#ifndef MESOLYS_SCHEDULER_SERVICE_GRANT_COMMANDS_H_
#define MESOLYS_SCHEDULER_SERVICE_GRANT_COMMANDS_H_

// Requests of the contract about the life of a grant -> commands. What they say may be hostile:
// INVALID_ARGUMENT, never an abort. Any thread.

#include "absl/status/statusor.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "mesolys/v1/site_service.pb.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

absl::StatusOr<Command> ToCommand(const v1::SupplementGrantRequest& in);
absl::StatusOr<Command> ToCommand(const v1::ExtendGrantRequest& in);
absl::StatusOr<Command> ToCommand(const v1::TransferHoursRequest& in);
absl::StatusOr<Command> ToCommand(const v1::AdjustOverdraftRequest& in);
absl::StatusOr<Command> ToCommand(const v1::ReleaseHoursRequest& in);
absl::StatusOr<Command> ToCommand(const v1::RevokeGrantRequest& in);
absl::StatusOr<Command> ToCommand(const v1::WriteOffOverdraftRequest& in);
absl::StatusOr<Command> ToCommand(const v1::PostOpeningBalanceRequest& in);
absl::StatusOr<Command> ToCommand(const v1::RefundJobRequest& in);
absl::StatusOr<Command> ToCommand(const v1::DeclareWindowRequest& in);
absl::StatusOr<Command> ToCommand(const v1::WriteOffSiteRequest& in);
// What the site read back of its ceilings and knows of their use.
absl::StatusOr<Command> ToCommand(const v1::SynchronizeRequest& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_GRANT_COMMANDS_H_
