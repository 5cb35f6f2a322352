#ifndef MESOLYS_SCHEDULER_SERVICE_AGENT_COMMANDS_H_
#define MESOLYS_SCHEDULER_SERVICE_AGENT_COMMANDS_H_

// What agents say -> commands. It may be hostile: INVALID_ARGUMENT, never an abort. Any thread.

#include <string>

#include "absl/status/statusor.h"
#include "mesolys/v1/agent.pb.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

// TOO_MANY_RECORDS for more than one request of a site may hold.
absl::Status CheckReportSize(int record_count, size_t byte_count);
// Records that cannot be parsed are listed in the command; only too many of them are an error.
absl::StatusOr<Command> ToCommand(const v1::ReportUsageRequest& in);
// What the site read back of its ceilings and knows of their use.
absl::StatusOr<Command> ToCommand(const v1::SynchronizeRequest& in);
Command ToCommand(const std::string& site, const v1::EndedImport& in);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_AGENT_COMMANDS_H_
