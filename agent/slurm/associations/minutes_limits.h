#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_MINUTES_LIMITS_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_MINUTES_LIMITS_H_

// GrpTRESMins of an account and of its users: what slurmctld has counted, and what is left on top
// of it. Pure; any thread.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "agent/slurm/associations/associations.h"
#include "agent/slurm/associations/pot_split.h"
#include "agent/slurm/associations/wanted_associations.h"

namespace mesolys::agent {

// Whole minutes of this cluster's share, clamped to what a limit can be.
int64_t MinutesOf(Amount left, int64_t cluster_count);

// The limits that stay.
MinutesRanges AsTheyAre(const AssociationLimits& limits);

// Whether some pot of GPUs feeds several TRES there: then it matters what waits.
bool FeedsSeveralTres(const SiteState& state, const ClusterAssociations::Controller& controller);

// What it is given outlives it. Asked only where slurmctld told what it has counted and it is known
// what was used.
class MinutesLimits {
 public:
  MinutesLimits(const SiteState& state, const SiteUse* use, const ClusterAssociations& held,
                int64_t cluster_count);

  // Of a project's account, of which so much is left by resource; with what cannot be limited.
  void SetAccount(const std::string& id, const std::map<std::string, MinutesRange>& left,
                  WantedAccount& wanted) const;
  // Of an account that is closed for good: no more than was counted, whatever a QOS says of jobs.
  MinutesRanges OfClosed(const std::string& id) const;
  // Of a user of it with ceilings of their own; `login` is what the ledger calls them.
  MinutesRanges OfUser(const std::string& id, const std::string& login,
                       const AssociationUser& user) const;

 private:
  const TresMinutes& CountedOf(const AccountUser& whose) const;
  int64_t KeptBy(const AccountUser& whose, const std::string& tres) const;
  int64_t BaseOf(const AccountUser& whose, const std::string& tres) const;
  int64_t CpuMinutes(const std::string& id) const;
  // What is left of a resource of GPUs, and what of it each TRES gets that it feeds.
  struct PotParts {
    MinutesRanges by_tres;
    MinutesRange all_gpus;  // for the limit of gres/gpu
  };
  PotParts Split(const AccountUser& whose, const std::string& resource,
                 const MinutesRange& left) const;
  std::vector<FedTres> FedBy(const AccountUser& whose, const std::string& resource) const;
  int64_t UntypedWaiting(const AccountUser& whose) const;
  void SetTotals(MinutesRanges& room) const;
  MinutesRange CoresWith(const MinutesRange& gpus) const;

  const SiteState& state_;
  const SiteUse* const use_;
  const ClusterAssociations& held_;
  const int64_t cluster_count_;
  const std::map<std::string, std::vector<FedTres>> feeds_;  // by resource
  const TresMinutes none_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_MINUTES_LIMITS_H_
