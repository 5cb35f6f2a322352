#ifndef MESOLYS_CLIENT_USAGE_USAGE_IMPORT_H_
#define MESOLYS_CLIENT_USAGE_USAGE_IMPORT_H_

// `mesolys usage import`, and the imports that `mesolys site show` lists. One thread.

#include "absl/time/time.h"
#include "client/frame/command_tree.h"
#include "client/show/output.h"
#include "google/protobuf/repeated_field.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys::client {

// For people only when there are any.
Table ImportsTable(const google::protobuf::RepeatedPtrField<v1::UsageImport>& imports,
                   const absl::TimeZone& zone);

// For AddUsage, whose noun it is.
void AddUsageImport(CommandTree& tree, CLI::App& noun);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_USAGE_USAGE_IMPORT_H_
