#ifndef MESOLYS_SCHEDULER_SERVICE_IMPORT_COMMANDS_H_
#define MESOLYS_SCHEDULER_SERVICE_IMPORT_COMMANDS_H_

// What is asked of, and said about, a span of a site's accounting -> commands; and imports as the
// contract shows them. Any thread.

#include <string>

#include "absl/status/statusor.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "mesolys/v1/site_service.pb.h"
#include "scheduler/core/rules/command.h"

namespace mesolys {

absl::StatusOr<Command> ToCommand(const v1::ImportUsageRequest& in);
Command ToCommand(const std::string& site, const v1::EndedImport& in);

v1::UsageImport ImportView(const ImportEntry& entry);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_IMPORT_COMMANDS_H_
