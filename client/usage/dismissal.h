#ifndef MESOLYS_CLIENT_USAGE_DISMISSAL_H_
#define MESOLYS_CLIENT_USAGE_DISMISSAL_H_

#include "client/frame/command_tree.h"

namespace mesolys::client {

// `mesolys usage dismiss`.
void AddDismissal(CommandTree& tree, CLI::App& noun);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_USAGE_DISMISSAL_H_
