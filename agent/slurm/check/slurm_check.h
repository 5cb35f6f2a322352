#ifndef MESOLYS_AGENT_SLURM_CHECK_SLURM_CHECK_H_
#define MESOLYS_AGENT_SLURM_CHECK_SLURM_CHECK_H_

// Asks the Slurm of a site for the facts that grants rely on. Changes nothing. One thread.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/checks/finding.h"
#include "agent/process/subprocess.h"
#include "agent/slurm/sacct.h"
#include "agent/slurm/slurm_means.h"
#include "agent/slurm/squeue.h"

namespace mesolys::agent {

// Who runs the agent.
struct AgentUser {
  std::string name;
  bool is_root = false;
};

class SlurmCheck {
 public:
  using Run = std::function<absl::StatusOr<CommandOutput>(const Command&)>;

  // sacctmgr and sdiag are looked for beside sacct. `sets_limits`: the agent's user itself does.
  SlurmCheck(SacctOptions sacct, SqueueOptions squeue, SlurmMeansOptions means, AgentUser user,
             Run run, bool sets_limits = true)
      : sacct_(std::move(sacct)),
        squeue_(std::move(squeue)),
        means_(std::move(means)),
        user_(std::move(user)),
        run_(std::move(run)),
        sets_limits_(sets_limits) {}

  std::vector<Finding> All(absl::Time now);

 private:
  // The output of a command that ended well.
  absl::StatusOr<std::string> Output(std::vector<std::string> arguments) const;
  std::string Beside(const std::string& program) const;

  void CheckMunge();
  void CheckAccounting(absl::Time now);
  void CheckCluster(const std::string& cluster, absl::Time now);
  void CheckQueue(const std::string& cluster, absl::Time now);
  void CheckConfig(const std::string& cluster);
  void CheckPrivileges();

  const SacctOptions sacct_;
  const SqueueOptions squeue_;
  const SlurmMeansOptions means_;
  const AgentUser user_;
  const Run run_;
  const bool sets_limits_;
  bool is_private_ = false;
  // By accounting; none where it cannot be asked.
  std::optional<std::vector<UsageRecord>> running_;
  std::vector<Finding> findings_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_CHECK_SLURM_CHECK_H_
