#ifndef MESOLYS_TESTS_AGENT_SLURM_FAKE_SLURM_H_
#define MESOLYS_TESTS_AGENT_SLURM_FAKE_SLURM_H_

// A Slurm in memory: it takes the lines that sacctmgr takes, keeps what slurmdbd keeps, counts what
// slurmctld counts, and forgets, lies and dies when a test says so. One thread.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/slurm/slurm_control.h"

namespace mesolys::agent {

class FakeSlurm : public SlurmControl {
 public:
  explicit FakeSlurm(std::set<std::string> clusters);

  // What there is, by cluster.
  std::map<std::string, ClusterAssociations> clusters;
  // Logins of this machine; others are unknown.
  std::set<std::string> unix_logins;
  // When not OK, what every Read answers.
  absl::Status unreadable;
  std::map<int64_t, QueuedJob> jobs;
  // What waits, of every cluster; and how often somebody asked.
  std::map<AccountUser, TresMinutes> waiting;
  int waiting_reads = 0;
  // Every line that was taken.
  std::vector<std::string> lines;
  // So many more lines are taken, then the agent that feeds them is killed: nothing is read any
  // more until there are lines again.
  int64_t lines_left = INT64_MAX;
  // So many freezes that slurmdbd keeps have not reached slurmctld; each look brings one there.
  int unheard_freezes = 0;
  // Logins are kept so, as without PreserveCaseUser.
  bool is_lower_case = false;
  // Lines that contain this are answered with an error and change nothing.
  std::string refused;

  // What has run is counted by the account, by those above it, and by its user.
  void Run(const std::string& cluster, const std::string& account, const std::string& login,
           const TresMinutes& minutes);
  // As a state directory that was lost: what was counted is forgotten.
  void LoseState(const std::string& cluster);

  // What may still be started in an account: the least over it and those above it. kNoLimit where
  // there is none, 0 where it is closed.
  int64_t Left(const std::string& cluster, const std::string& account,
               const std::string& tres) const;

  absl::StatusOr<ClusterAssociations> Read(const std::string& cluster,
                                           const std::set<std::string>& logins) override;
  absl::StatusOr<QueuedJob> ReadJob(const v1::WantedJob& wanted) override;
  absl::StatusOr<std::map<AccountUser, TresMinutes>> ReadWaiting(
      const std::string& cluster) override;
  absl::Status Make(const std::vector<std::string>& lines) override;

 private:
  absl::Status Take(const std::string& line);

  bool is_killed_ = false;
  // As slurmctld has it.
  void Freeze(const AccountUser& whose, const AssociationLimits& limits,
              ClusterAssociations::Controller& controller);
};

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_AGENT_SLURM_FAKE_SLURM_H_
