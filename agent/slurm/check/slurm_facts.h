#ifndef MESOLYS_AGENT_SLURM_CHECK_SLURM_FACTS_H_
#define MESOLYS_AGENT_SLURM_CHECK_SLURM_FACTS_H_

// What Slurm's commands say of how it is set up, judged by what grants rely on. Texts are hostile
// until they are parsed. Pure; any thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/checks/finding.h"

namespace mesolys::agent {

// `scontrol show config`: values by name, for names and values that a configuration can have.
// "(null)" is an empty value. INVALID_ARGUMENT for a text without a version of Slurm.
using SlurmConfig = std::map<std::string, std::string>;
absl::StatusOr<SlurmConfig> ParseSlurmConfig(absl::string_view text);

// The TRES that it counts beside Slurm's own, in lower case.
std::set<std::string> CountedTres(const SlurmConfig& config);

// Of one cluster; `gpu_models` are those that its nodes have, "" for GPUs without a model. Remedies
// name `slurm_conf`.
std::vector<Finding> CheckSlurmConfig(const std::string& cluster, const SlurmConfig& config,
                                      const std::set<std::string>& gpu_models,
                                      const std::string& slurm_conf);

// `scontrol ping`.
Finding CheckPing(const std::string& cluster, absl::string_view text);

// `sdiag`: its clock against ours, and whether slurmctld keeps records that slurmdbd has not taken.
std::vector<Finding> CheckDiagnosis(const std::string& cluster, absl::string_view text,
                                    absl::Time now);

// `sacctmgr --noheader --parsable2 show cluster format=Cluster,ControlHost`.
std::vector<Finding> CheckClusters(const std::vector<std::string>& clusters,
                                   absl::string_view text);

// What the user of the agent needs rights for.
struct AgentNeeds {
  bool is_private = false;  // some cluster hides jobs from those who are not operators
  bool sets_limits = true;  // by itself, not through somebody else
};

// `sacctmgr --noheader --parsable2 show user USER format=User,AdminLevel`.
Finding CheckAdminLevel(const std::string& user, bool is_root, const AgentNeeds& needs,
                        absl::string_view text);

// Whether ordinary users do not see the jobs of others.
bool HidesJobs(const SlurmConfig& config);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_CHECK_SLURM_FACTS_H_
