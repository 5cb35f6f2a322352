#ifndef MESOLYS_AGENT_COMMAND_SIMULATE_OFFLINE_H_
#define MESOLYS_AGENT_COMMAND_SIMULATE_OFFLINE_H_

// `mesolys-agent simulate-offline`: what the site could spend beyond its grants if it were cut off
// now, for each project and in total. Changes nothing; the agent may run meanwhile.

#include <functional>
#include <iosfwd>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/command/agent_config.h"
#include "agent/command/exit.h"
#include "agent/ports/means_collector.h"
#include "agent/process/subprocess.h"
#include "agent/slurm/associations/offline_risk.h"
#include "agent/slurm/slurm_control.h"

namespace mesolys::agent {

// What is asked of the site.
struct OfflinePorts {
  std::function<absl::StatusOr<CommandOutput>(const Command&)> run;
  SlurmControl* control = nullptr;  // null where limits are not set in Slurm
  MeansCollector* means = nullptr;  // null where the site cannot tell
};

// FAILED_PRECONDITION when no desired state was ever received; errors of the site's are those of
// its commands.
absl::Status SimulateOffline(const AgentConfig& config, absl::Duration away, absl::Time now,
                             const OfflinePorts& ports, std::ostream& out);

// The same from now on, with the site that this machine is of, for as long as `away` says: "90m",
// "12h" or "7d".
ExitCode SimulateOffline(const AgentConfig& config, const std::string& away, std::ostream& out);

// The longest time limit of the partitions that `scontrol --oneliner show partition` tells of;
// infinite when one has none.
absl::Duration JobMaxOf(absl::string_view partitions);

// PriorityDecayHalfLife of `scontrol show config`; infinite for 0 and where there is none.
absl::Duration HalfLifeOf(absl::string_view config);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_SIMULATE_OFFLINE_H_
