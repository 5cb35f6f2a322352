#ifndef MESOLYS_AGENT_SLURM_SLURM_COMMANDS_H_
#define MESOLYS_AGENT_SLURM_SLURM_COMMANDS_H_

// The associations by the commands of Slurm: read with sacctmgr, scontrol, sdiag and squeue,
// changed by one sacctmgr that is fed line by line, which takes 2 ms for each where one process for
// each takes 5. One thread.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agent/process/subprocess.h"
#include "agent/slurm/slurm_control.h"

namespace mesolys::agent {

struct SlurmCommandOptions {
  // The folder of Slurm's commands.
  std::string folder = "/usr/bin";
  std::string slurm_conf = "/etc/slurm/slurm.conf";
  // What takes changes on its standard input: sacctmgr, or a way to it with the rights that it
  // needs.
  std::vector<std::string> apply;
  // A library that is loaded before those of each command; empty for none. deploy/slurm/nodelay.c
  // takes 40 ms from each call of slurmdbd.
  std::string preload;
  absl::Duration deadline = absl::Seconds(60);
  int64_t output_bytes_max = int64_t{256} << 20;
};

class SlurmCommands : public SlurmControl {
 public:
  explicit SlurmCommands(SlurmCommandOptions options) : options_(std::move(options)) {}

  absl::StatusOr<ClusterAssociations> Read(const std::string& cluster,
                                           const std::set<std::string>& logins) override;
  absl::StatusOr<QueuedJob> ReadJob(const v1::WantedJob& wanted) override;
  absl::StatusOr<std::map<AccountUser, TresMinutes>> ReadWaiting(
      const std::string& cluster) override;
  absl::Status Make(const std::vector<std::string>& lines) override;

 private:
  using Visit = std::function<absl::Status(absl::string_view)>;
  Command CommandOf(const std::string& program, std::vector<std::string> arguments) const;
  // Each line of what a command says that ends well.
  absl::Status Ask(const std::string& program, std::vector<std::string> arguments,
                   const Visit& visit) const;
  // What comes before the associations of a cluster, and whether Slurm goes by them at all.
  struct Hierarchy {
    std::vector<std::string> qos_rows;
    std::vector<PartitionAccess> partitions;
    EnforcedRules enforces;
    SharedParts shared;
  };
  absl::StatusOr<ClusterAssociations::Controller> ReadController(const std::string& cluster);
  absl::Status AddHierarchy(const std::string& cluster,
                            ClusterAssociations::Controller& controller);
  absl::StatusOr<Hierarchy> ReadHierarchy(const std::string& cluster, bool has_shared) const;
  absl::Status ReadPartitionOf(const std::string& cluster, QueuedJob& job) const;
  // Those of `logins` that this machine does not know.
  absl::StatusOr<std::set<std::string>> Unknown(const std::set<std::string>& logins);

  const SlurmCommandOptions options_;
  std::set<std::string> known_logins_;  // asked for before
  // By cluster. A look that only asks what became of changes takes it from the look before: it
  // costs a third of all.
  std::map<std::string, Hierarchy> hierarchies_;
  bool is_after_changes_ = false;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLURM_COMMANDS_H_
