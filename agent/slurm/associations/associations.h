#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATIONS_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATIONS_H_

// What Slurm keeps of the accounts of one cluster and of their users: its associations, as it calls
// them, with their limits, what it has counted against these, and who has jobs. Amounts are whole
// minutes of a TRES, as GrpTRESMins holds them. Values; any thread.

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/slurm/associations/qos.h"
#include "agent/slurm/associations/shared_parts.h"
#include "agent/slurm/associations/tres.h"

namespace mesolys::agent {

// A user of an account, in all partitions or in one alone: Slurm keeps these apart, each with
// limits and a count of its own, and takes the one for a job's partition first.
struct AssociationUser {
  AssociationUser() = default;
  AssociationUser(std::string name,
                  std::string only_in = "")  // NOLINT(google-explicit-constructor)
      : login(std::move(name)), partition(std::move(only_in)) {}
  AssociationUser(const char* name) : login(name) {}  // NOLINT(google-explicit-constructor)

  std::string login;      // empty: the account itself
  std::string partition;  // empty: in all of them

  friend auto operator<=>(const AssociationUser&, const AssociationUser&) = default;
};

// "alice", "alice (partition main)".
std::string UserText(const AssociationUser& user);

// The limits of an account, or of one user of it.
struct AssociationLimits {
  TresMinutes minutes;                 // GrpTRESMins
  std::optional<int64_t> jobs_max;     // GrpJobs: how many run
  std::optional<int64_t> submits_max;  // GrpSubmitJobs: how many run or wait
  TresMinutes job_minutes;             // MaxTRESMins, of a single job, also from the account above
  // Those that it has not from above, and its own default. Of an account all that it has.
  std::set<std::string> qos;
  std::string default_qos;

  // GrpSubmitJobs=0 alone lets what waits start; GrpJobs=0 alone lets more be submitted.
  bool IsFrozen() const { return jobs_max == 0 && submits_max == 0; }

  friend bool operator==(const AssociationLimits&, const AssociationLimits&) = default;
};

struct AccountAssociation {
  std::string parent;  // "root" for one at the top; empty for root itself
  std::string shares;  // "10000", or "parent"
  std::string owner;   // the organization it was made for; kOwner for one of ours
  AssociationLimits limits;
  std::map<AssociationUser, AssociationLimits> users;

  friend bool operator==(const AccountAssociation&, const AccountAssociation&) = default;
};

// What an account calls a login: Slurm keeps it in lower case, unless slurmdbd has
// PreserveCaseUser.
std::string HeldLogin(const AccountAssociation& account, const std::string& login);

// The organization of the accounts that the agent makes.
inline constexpr char kOwner[] = "mesolys";
inline constexpr char kRootAccount[] = "root";

using AccountUser = std::pair<std::string, AssociationUser>;  // "" for the account

// Minutes of accounts and users, with what they are of the accounts above added to these.
std::map<AccountUser, TresMinutes> SummedUp(
    const std::map<AccountUser, TresMinutes>& minutes,
    const std::map<std::string, AccountAssociation>& accounts);

// Everything that was read of a cluster.
struct ClusterAssociations {
  std::map<std::string, AccountAssociation> accounts;  // as slurmdbd keeps them
  // As slurmctld has them: what it counted, and the limits that it goes by. Of each TRES that
  // it counts there is an entry in `counted`. Nothing at all when it could not be asked.
  struct Controller {
    std::map<AccountUser, TresMinutes> counted;
    std::map<AccountUser, TresMinutes> kept;  // for what runs, until its time limits
    // What those that wait ask, times their time limits; looked at only where it matters.
    std::map<AccountUser, TresMinutes> waiting;
    SharedParts shared;  // looked at only where slurmctld counts such
    std::map<AccountUser, TresMinutes> minutes;
    std::set<AccountUser> frozen;    // nothing of them may start or be submitted
    std::set<AccountUser> defaults;  // the account that a login's jobs go to when none is named
    std::set<std::string> tres;      // that it counts
    int64_t waiting_records = 0;     // that slurmdbd has not taken yet
    std::map<std::string, Qos> qos;
    std::vector<PartitionAccess> partitions;
    EnforcedRules enforces;
  };
  std::optional<Controller> controller;
  // Those that have jobs, running or waiting, in whatever partition; looked at only when somebody
  // is closed, to be removed.
  std::set<AccountUser> busy;
  // Logins that this machine does not know; Slurm would take them without a word.
  std::set<std::string> unknown_logins;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATIONS_H_
