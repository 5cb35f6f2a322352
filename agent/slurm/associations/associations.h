#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATIONS_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATIONS_H_

// What Slurm keeps of the accounts of one cluster and of their users: its associations, as it calls
// them, with their limits, what it has counted against these, and who has jobs. Amounts are whole
// minutes of a TRES, as GrpTRESMins holds them. Values; any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace mesolys::agent {

// By TRES, as Slurm calls them: "cpu", "gres/gpu", "gres/gpu:a100". No entry: no limit.
using TresMinutes = std::map<std::string, int64_t>;

// The limits of an account, or of one user of it.
struct AssociationLimits {
  TresMinutes minutes;                 // GrpTRESMins
  std::optional<int64_t> jobs_max;     // GrpJobs: how many run
  std::optional<int64_t> submits_max;  // GrpSubmitJobs: how many run or wait

  // GrpSubmitJobs=0 alone lets what waits start; GrpJobs=0 alone lets more be submitted.
  bool IsFrozen() const { return jobs_max == 0 && submits_max == 0; }

  friend bool operator==(const AssociationLimits&, const AssociationLimits&) = default;
};

struct AccountAssociation {
  std::string parent;  // "root" for one at the top; empty for root itself
  std::string shares;  // "10000", or "parent"
  std::string owner;   // the organization it was made for; kOwner for one of ours
  AssociationLimits limits;
  std::set<std::string> qos;
  std::string default_qos;
  std::map<std::string, AssociationLimits> users;  // by login; those of single partitions left out

  friend bool operator==(const AccountAssociation&, const AccountAssociation&) = default;
};

// The organization of the accounts that the agent makes.
inline constexpr char kOwner[] = "mesolys";
inline constexpr char kRootAccount[] = "root";

using AccountUser = std::pair<std::string, std::string>;  // (account, login); "" for the account

// Everything that was read of a cluster.
struct ClusterAssociations {
  std::map<std::string, AccountAssociation> accounts;  // as slurmdbd keeps them
  // As slurmctld has them: what it counted, and the limits that it goes by. Of each TRES that
  // it counts there is an entry in `counted`. Nothing at all when it could not be asked.
  struct Controller {
    std::map<AccountUser, TresMinutes> counted;
    std::map<AccountUser, TresMinutes> kept;  // for what runs, until its time limits
    std::map<AccountUser, TresMinutes> minutes;
    std::set<AccountUser> frozen;    // nothing of them may start or be submitted
    std::set<AccountUser> defaults;  // the account that a login's jobs go to when none is named
    std::set<std::string> tres;      // that it counts
    int64_t waiting_records = 0;     // that slurmdbd has not taken yet
  };
  std::optional<Controller> controller;
  // Those that have jobs, running or waiting; looked at only when somebody is closed, to be
  // removed.
  std::set<AccountUser> busy;
  // Logins that this machine does not know; Slurm would take them without a word.
  std::set<std::string> unknown_logins;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATIONS_H_
