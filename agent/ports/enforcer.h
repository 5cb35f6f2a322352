#ifndef MESOLYS_AGENT_PORTS_ENFORCER_H_
#define MESOLYS_AGENT_PORTS_ENFORCER_H_

// Puts limits in force at a site: a port. What a site answers to a change is not trusted: what
// counts is what is read back. One thread.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/waiting_job.pb.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {

// What may be taken away in one step. More than that is doubt, and on doubt nothing is deleted.
struct RemovalLimit {
  // max(this, half of what is held).
  int64_t count = 10;
  // The desired state cannot be told from an older one: nothing may be removed.
  bool is_doubtful = false;
};

// What was read back.
struct InForce {
  // OK when everything that is desired is in force.
  absl::Status status;
  // Each grant was judged by itself: what is wrong is the matter of those that are said to be so,
  // and of no other.
  bool is_judged = true;
  // One for each grant of the desired state. One whose end has passed is in force when the site
  // holds nothing of it.
  std::vector<v1::Enforcement> enforcements;
  // Actions taken.
  int64_t change_count = 0;
  // What somebody else had changed meanwhile.
  int64_t drift_count = 0;
};

class Enforcer {
 public:
  virtual ~Enforcer() = default;

  // Whether it puts ceilings of this resource in force, and reads them back.
  virtual bool IsFor(absl::string_view resource) const = 0;

  // Whether the site lets jobs spend the bonus of what is used up, at low priority.
  virtual bool GivesBonus() const = 0;

  // FAILED_PRECONDITION when the way to `wanted` would take away more than the limit allows; `last`
  // was wanted before, null at first.
  virtual absl::Status Allow(const SiteState* last, const SiteState& wanted,
                             const RemovalLimit& limit, absl::Time now) = 0;

  // Where it is not known what was used, every access stays as it is. Changes nothing when what is
  // held cannot be read or the limit is passed; the enforcements are true even then, as far as
  // anything could be read.
  virtual InForce PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                             const RemovalLimit& limit, absl::Time now) = 0;

  // How a job of the site stands to what is in force.
  // NOT_FOUND for one that is not in the queue of its cluster.
  virtual absl::StatusOr<v1::JobSituation> Inspect(const v1::WantedJob& /*wanted*/) {
    return absl::FailedPreconditionError(
        SayLater("the agent of this site sets no limits in Slurm, and reads none"));
  }
};

// A site that can be told grant by grant, and tells them so.
class StateEnforcer : public Enforcer {
 public:
  bool GivesBonus() const override { return true; }

  // What the site holds now. An error when any part of it cannot be read: a partial answer would
  // look like something that has to be created again.
  virtual absl::StatusOr<SiteState> ReadBack() = 0;

  // Takes the actions in their order; one status for each. A failed one does not stop the others.
  virtual std::vector<absl::Status> Take(const std::vector<Action>& actions) = 0;

  absl::Status Allow(const SiteState* last, const SiteState& wanted, const RemovalLimit& limit,
                     absl::Time now) override;
  InForce PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                     const RemovalLimit& limit, absl::Time now) override;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_ENFORCER_H_
