#ifndef MESOLYS_AGENT_SLURM_SLURM_CONTROL_H_
#define MESOLYS_AGENT_SLURM_SLURM_CONTROL_H_

// The associations of a site's clusters, to be read and to be changed: a port. One thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/slurm/associations/associations.h"
#include "agent/slurm/text/queued_job.h"
#include "mesolys/v1/agent.pb.h"

namespace mesolys::agent {

class SlurmControl {
 public:
  virtual ~SlurmControl() = default;

  // Everything there is. `logins` are looked for among those that this machine knows. An error when
  // slurmdbd cannot be asked or is not understood; without `controller` when only slurmctld cannot.
  virtual absl::StatusOr<ClusterAssociations> Read(const std::string& cluster,
                                                   const std::set<std::string>& logins) = 0;

  // One job, as Slurm's queue shows it, without its limits. NOT_FOUND for one that is not in it.
  virtual absl::StatusOr<QueuedJob> ReadJob(const v1::WantedJob& wanted) = 0;

  // What the jobs of a cluster that wait ask, times their time limits in whole minutes, rounded up:
  // of each account and its users. Of an array one task, as Slurm starts them one by one.
  virtual absl::StatusOr<std::map<AccountUser, TresMinutes>> ReadWaiting(
      const std::string& cluster) = 0;

  // Makes changes, lines of SacctmgrLine, one after another; a failed one does not stop the others.
  // The answer is what was said of those that failed, as far as it was said: what counts is what is
  // read back.
  virtual absl::Status Make(const std::vector<std::string>& lines) = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLURM_CONTROL_H_
