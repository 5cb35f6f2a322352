#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_WANTED_ASSOCIATIONS_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_WANTED_ASSOCIATIONS_H_

// What the associations of a cluster shall be, so that Slurm lets each project start exactly what
// is left of its grants: for each TRES one limit of
//   floor(what Slurm has counted) + floor(R / 60)
// with R of proto/values/lease.h. Slurm's counters decay, and start at 0 after a lost state: so the
// limit is set anew from what they are now. Pure; any thread.
//
//   root ── _chair_ia ──┬── chair_ia     the hours of the chair itself
//                       ├── proj_a
//                       └── proj_b ── old_b    an older account that bills to it
//
// The account of a chair counts what those below it use: one that has any, "_chair_ia", carries
// shares only, and the hours of each project sit on a leaf that is called as the project is.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

// Where a limit may be. It is not one number: Slurm counts what runs every few minutes, the agent
// at another moment. Every value within would be right at some moment since Slurm last counted, so
// one that is held is left alone.
struct MinutesRange {
  int64_t least = 0;
  int64_t most = 0;

  bool Holds(int64_t minutes) const { return least <= minutes && minutes <= most; }

  friend bool operator==(const MinutesRange&, const MinutesRange&) = default;
};

using MinutesRanges = std::map<std::string, MinutesRange>;  // by TRES

struct WantedAccount {
  enum class Role {
    kNode,     // carries shares for those below it
    kProject,  // the hours of a project
    kLinked,   // an older account below a project; its users and limits are the site's
    kRetired,  // ours, of a project that has nothing here any more: closed, and emptied
    kStray,    // below a project, and bills to none: closed
  };
  Role role = Role::kProject;
  std::string parent;
  int64_t shares = 0;
  bool is_frozen = true;
  MinutesRanges minutes;
  std::vector<std::string> qos;                    // empty: as they are; the first is the default
  std::map<AssociationUser, MinutesRanges> users;  // their own ceilings
  // What cannot be set, and why, by resource; "" for the whole account.
  std::map<std::string, std::string> problems;
  // How what is left of a resource is split over several TRES, by resource.
  std::map<std::string, std::string> splits{};
};

using WantedAssociations = std::map<std::string, WantedAccount>;  // by account

// What a site's configuration says.
struct SlurmRules {
  // Of an account that is open. Empty: the agent sets no QOS.
  std::vector<std::string> qos;
  // Beside them, of one whose jobs may run in it. Empty: there is none at the site.
  std::string eco_qos;
  // The default of one that has used something up and may spend its bonus; the only one where no
  // job can do without. Empty: there is no bonus at the site.
  std::string bonus_qos;
  // Never touched.
  std::set<std::string> protected_accounts = {kRootAccount};
};

// The account that carries the shares of those below `project`: "_chair_ia".
std::string NodeOf(const std::string& project);

// `use` is null where it is not known what was used; then, and while slurmctld cannot be asked,
// limits stay as they are. What is left is divided evenly over the clusters of the site.
WantedAssociations WantedAt(const std::string& cluster, const SiteState& state, const SiteUse* use,
                            const ClusterAssociations& held, const SlurmRules& rules,
                            absl::Time now);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_WANTED_ASSOCIATIONS_H_
