#ifndef MESOLYS_AGENT_IN_FORCE_H_
#define MESOLYS_AGENT_IN_FORCE_H_

// Putting a desired state in force: read what is held, reconcile, act, read back. One thread.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/access.h"
#include "agent/enforcers/enforcer.h"
#include "agent/reconcile.h"
#include "mesolys/v1/site_service.pb.h"

namespace mesolys {

// What may be taken away in one step. More than that is doubt, and on doubt nothing is deleted.
struct RemovalLimit {
  // max(this, half of what is held).
  int64_t count = 10;
  // The desired state cannot be told from an older one: nothing may be removed.
  bool is_doubtful = false;
};

// FAILED_PRECONDITION, with numbers, when the plan takes away more than the limit allows.
absl::Status CheckRemovals(const Plan& plan, const RemovalLimit& limit);

// What was read back.
struct InForce {
  // OK when everything that is desired is in force.
  absl::Status status;
  // One for each grant of the desired state. One whose end has passed is in force when the site
  // holds nothing of it.
  std::vector<v1::Enforcement> enforcements;
  // Actions taken.
  int64_t change_count = 0;
};

// Where it is not known what was used, every access stays as it is. Changes nothing when what is
// held cannot be read or the limit is passed; the enforcements are true even then, as far as
// anything could be read.
InForce PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                   const RemovalLimit& limit, absl::Time now, Enforcer& enforcer);

}  // namespace mesolys

#endif  // MESOLYS_AGENT_IN_FORCE_H_
