#ifndef MESOLYS_CLIENT_USAGE_RECONCILE_H_
#define MESOLYS_CLIENT_USAGE_RECONCILE_H_

// `mesolys audit reconcile`. One thread.

#include "client/frame/command_tree.h"

namespace mesolys::client {

// For AddAudit, whose noun it is.
void AddReconcile(CommandTree& tree, CLI::App& noun);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_USAGE_RECONCILE_H_
