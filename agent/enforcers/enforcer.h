#ifndef MESOLYS_AGENT_ENFORCERS_ENFORCER_H_
#define MESOLYS_AGENT_ENFORCERS_ENFORCER_H_

// Puts limits in force at a site. What it answers to a change is not trusted: what counts is what
// it reads back. One thread.

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/reconcile.h"

namespace mesolys {

class Enforcer {
 public:
  virtual ~Enforcer() = default;

  // What the site holds now. An error when any part of it cannot be read: a partial answer would
  // look like something that has to be created again.
  virtual absl::StatusOr<SiteState> ReadBack() = 0;

  // Takes the actions in their order; one status for each. A failed one does not stop the others.
  virtual std::vector<absl::Status> Take(const std::vector<Action>& actions) = 0;
};

}  // namespace mesolys

#endif  // MESOLYS_AGENT_ENFORCERS_ENFORCER_H_
