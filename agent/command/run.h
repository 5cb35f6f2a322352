#ifndef MESOLYS_AGENT_COMMAND_RUN_H_
#define MESOLYS_AGENT_COMMAND_RUN_H_

// `mesolys-agent run`: the agent at work, and its metrics, until it shall end.

#include "agent/command/exit.h"
#include "agent/command/site.h"
#include "proto/runtime/program.h"

namespace mesolys::agent {

ExitCode RunUntilSignal(const AgentConfig& config, Site& site, const StopSignals& signals);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_RUN_H_
