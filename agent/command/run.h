#ifndef MESOLYS_AGENT_COMMAND_RUN_H_
#define MESOLYS_AGENT_COMMAND_RUN_H_

// `mesolys-agent run`, the agent at work, and `mesolys-agent once`.

#include "agent/command/exit.h"
#include "agent/command/site.h"
#include "proto/runtime/program.h"

namespace mesolys::agent {

// With its metrics, until it shall end.
ExitCode RunUntilSignal(const AgentConfig& config, Site& site, const StopSignals& signals);

// One tick of each loop, with the scheduler, printed.
ExitCode RunOnce(Site& site);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_RUN_H_
