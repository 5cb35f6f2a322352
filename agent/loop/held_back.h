#ifndef MESOLYS_AGENT_LOOP_HELD_BACK_H_
#define MESOLYS_AGENT_LOOP_HELD_BACK_H_

// The words for what a site gives less of than its grants have left. Pure; any thread.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "mesolys/v1/agent.pb.h"

namespace mesolys::agent {

// Of each grant of `state` that has not ended, is in force, and of which something is held back: it
// is TIGHTER, and what it takes to have it free.
void TellHeldBack(const std::string& site, const SiteState& state, const SiteUse& use,
                  absl::Time now, std::vector<v1::Enforcement>& enforcements);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_HELD_BACK_H_
