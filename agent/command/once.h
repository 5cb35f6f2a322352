#ifndef MESOLYS_AGENT_COMMAND_ONCE_H_
#define MESOLYS_AGENT_COMMAND_ONCE_H_

// `mesolys-agent once`: one tick of each loop, with the scheduler, printed.

#include "agent/command/exit.h"
#include "agent/command/site.h"

namespace mesolys::agent {

ExitCode RunOnce(Site& site);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_ONCE_H_
