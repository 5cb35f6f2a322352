#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATION_CHANGES_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATION_CHANGES_H_

// What to change at a cluster so that its associations are what they shall be, in an order that is
// safe to be cut off after any of them: everything that takes something away comes before
// everything that gives, and an account is open only once its limits are set. No account is ever
// deleted: one that is made again under the same name would take over its history. Pure; any
// thread.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "agent/reconcile/reconcile.h"
#include "agent/slurm/associations/associations.h"
#include "agent/slurm/associations/wanted_associations.h"

namespace mesolys::agent {

struct AssociationChange {
  // In the order in which they are made.
  enum class Kind {
    kFreezeAccount,
    kFreezeUser,     // one that shall go, until it has no jobs
    kLowerAccount,   // `minutes` are the new limits of some TRES
    kLowerUser,      // the same
    kNarrowQos,      // `qos` are all that it shall have
    kInheritQos,     // a user's, that are more than those of the account
    kMoveDefault,    // `account` becomes the one that the user's jobs go to when none is named
    kRemoveUser,     // it has no jobs any more
    kCreateAccount,  // below `parent`, with `shares`; frozen but for a node
    kMoveAccount,    // below `parent`
    kSetShares,
    kAddUser,
    kRaiseAccount,  // as kLowerAccount; kNoLimit takes a limit away
    kRaiseUser,
    kWidenQos,
    kOpenUser,
    kOpenAccount,
  };
  Kind kind = Kind::kFreezeAccount;
  std::string account;
  std::string user;
  std::string partition;  // of which alone the user's association is; empty for the ordinary one
  std::string parent;
  int64_t shares = 0;
  TresMinutes minutes;
  std::vector<std::string> qos;  // the first is what a job gets that names none
  bool is_node = false;

  friend bool operator==(const AssociationChange&, const AssociationChange&) = default;
};

// In `minutes` of a change: the limit is taken away.
inline constexpr int64_t kNoLimit = -1;

struct AssociationPlan {
  std::vector<AssociationChange> changes;
  // Accounts of which something wanted waits: no limit is raised while it is not known what was
  // used.
  std::set<std::string> waiting;
  // Users that are removed or wait for it, and accounts that are closed as nobody wants them.
  int64_t removal_count = 0;
  // Users and accounts of ours that there are.
  int64_t held_count = 0;
};

// `may_raise`: what was used is known up to now. Otherwise everything that gives waits.
AssociationPlan ChangesTo(const WantedAssociations& wanted, const ClusterAssociations& held,
                          bool may_raise);

// "account proj_a is to be limited to cpu=600 minutes".
std::string Describe(const AssociationChange& change);

// What was found in its place, for auditors: "cpu=999999", or "none". Empty where the change says
// it all.
std::string FoundText(const AssociationChange& change, const ClusterAssociations& held);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_ASSOCIATION_CHANGES_H_
