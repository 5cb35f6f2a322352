#ifndef MESOLYS_CLIENT_GRANT_GRANT_LIFE_H_
#define MESOLYS_CLIENT_GRANT_GRANT_LIFE_H_

// The verbs of `mesolys grant` that change a grant after it was issued. One thread.

#include "client/frame/command_tree.h"

namespace mesolys::client {

// For AddGrant, whose noun it is.
void AddGrantLife(CommandTree& tree, CLI::App& noun);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_GRANT_GRANT_LIFE_H_
