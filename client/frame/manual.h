#ifndef MESOLYS_CLIENT_FRAME_MANUAL_H_
#define MESOLYS_CLIENT_FRAME_MANUAL_H_

// Manual pages from the same tree that reads a command line and prints its help. Pure; any thread.

#include <string>

#include "client/frame/command_tree.h"

namespace mesolys::client {

// mesolys(1) in the man macros of roff: every command with its arguments, options and examples.
// `version` stands in its foot.
std::string ManualPage(CommandTree& tree, const std::string& version);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_FRAME_MANUAL_H_
