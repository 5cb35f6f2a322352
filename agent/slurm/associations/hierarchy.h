#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_HIERARCHY_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_HIERARCHY_H_

// What Slurm would do with the jobs of an account, where that is not what its association says.
// Slurm takes a limit from the QOS of the partition, or else from that of the job (the other way
// round with OverPartQOS), and only where neither has it from the associations: there those of the
// user, of the account and of all above it hold, each of them
// (https://slurm.schedmd.com/resource_limits.html, "Hierarchy"; that the associations hold
// together was tried with Slurm 22.05). Pure; any thread.

#include <optional>
#include <string>
#include <vector>

#include "agent/slurm/associations/associations.h"
#include "agent/slurm/associations/wanted_associations.h"

namespace mesolys::agent {

struct Deviation {
  // The first lets a job begin that costs more than what is left, or one of somebody who is closed.
  enum class Kind { kMore, kLess };
  Kind kind = Kind::kLess;
  // In words, with what would mend it; by name whatever it is.
  std::string text;

  friend bool operator==(const Deviation&, const Deviation&) = default;
};

// Of an account that has limits or is closed, as it is held; one that lets more pass before all
// others. None where slurmctld does just what the account's limits say, or could not be asked.
std::optional<Deviation> DeviationOf(const std::string& account, const WantedAssociations& wanted,
                                     const ClusterAssociations& held);

// The limits of a QOS that Slurm takes before those of an account, as sacctmgr would unset them:
// "GrpTRESMins=cpu=-1 GrpJobs=-1"; empty where it has none.
std::string UnsettingText(const Qos& qos);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_HIERARCHY_H_
