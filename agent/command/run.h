#ifndef MESOLYS_AGENT_COMMAND_RUN_H_
#define MESOLYS_AGENT_COMMAND_RUN_H_

// `mesolys-agent run`: the agent at work, and its metrics, until it shall end.

#include <signal.h>

#include "agent/command/exit.h"
#include "agent/command/site.h"

namespace mesolys::agent {

// `signals` are blocked in every thread (threads inherit it, those of gRPC too) and taken here, so
// that ending is ordinary code.
ExitCode RunUntilSignal(const AgentConfig& config, Site& site, const sigset_t& signals);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_RUN_H_
