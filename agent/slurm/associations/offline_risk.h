#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_OFFLINE_RISK_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_OFFLINE_RISK_H_

// The most that a site can spend beyond its grants while it is cut off: from what its limits let
// begin, not from what it burns now. Slurm is taken to keep room for the whole time limit of what
// it starts (AccountingStorageEnforce=safe). Pure; any thread.
//
//   scheduler away   what begins within one tick, before a limit follows it, and what runs across
//                    the end of a grant; the agent closes those that end
//   agent away       what is left of those that end, for nobody closes them: that holds what runs
//                    across; and for a half-life H, ln 2 x A / H of what Slurm has counted and lets
//                    be used again
//
// Architecture page, *Leases*.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "agent/slurm/associations/associations.h"
#include "proto/values/quantity.h"

namespace mesolys::agent {

struct OfflineRisk {
  std::string project;
  std::string resource;
  Amount left;  // what may begin now
  Amount one_tick;
  Amount across_ends;
  Amount ended;
  Amount forgotten;

  Amount SchedulerAway() const { return one_tick + across_ends; }
  Amount AgentAway() const { return one_tick + ended + forgotten; }

  friend bool operator==(const OfflineRisk&, const OfflineRisk&) = default;
};

// What is known of the site.
struct OfflineSite {
  absl::Duration tick = absl::Seconds(40);              // from one look at everything to the next
  absl::Duration job_max = absl::InfiniteDuration();    // the longest time limit of a job
  absl::Duration half_life = absl::InfiniteDuration();  // PriorityDecayHalfLife
  std::map<std::string, int64_t> units;                 // that a project can hold, by resource
  std::map<std::string, TresMinutes> counted;           // by account
};

// Cut off from `now` for `away`. By project, then resource; of every one that jobs use up.
std::vector<OfflineRisk> OfflineRisksOf(const SiteState& state, const SiteUse& use,
                                        const OfflineSite& site, absl::Time now,
                                        absl::Duration away);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_OFFLINE_RISK_H_
