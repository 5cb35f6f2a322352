#ifndef MESOLYS_AGENT_COMMAND_SITE_CHECK_H_
#define MESOLYS_AGENT_COMMAND_SITE_CHECK_H_

// `mesolys-agent check`: whether a site is fit for what grants rely on. Changes nothing. One
// thread.

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/checks/finding.h"
#include "agent/command/agent_config.h"
#include "agent/command/exit.h"
#include "agent/slurm/associations/associations.h"
#include "agent/slurm/check/slurm_check.h"

namespace mesolys::agent {

struct SitePorts {
  using ReadAssociations =
      std::function<absl::StatusOr<ClusterAssociations>(const std::string& cluster)>;

  SlurmCheck::Run run;
  // Connects to the scheduler and sends nothing.
  std::function<absl::Status()> reach;
  ReadAssociations read;
};

// Prints each finding as it is made, what is not looked at and why, and a last line that counts the
// findings; answers the worst.
Verdict CheckSite(const AgentConfig& config, const AgentUser& user, absl::Time now,
                  const SitePorts& ports, std::ostream& out);

// The same with the machine that this is, now.
ExitCode CheckSite(const AgentConfig& config, std::ostream& out);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_SITE_CHECK_H_
