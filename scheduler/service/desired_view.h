#ifndef MESOLYS_SCHEDULER_SERVICE_DESIRED_VIEW_H_
#define MESOLYS_SCHEDULER_SERVICE_DESIRED_VIEW_H_

// What a site shall put in force, as its agent is told. Any thread that may read the ledger.

#include <string>

#include "mesolys/v1/agent.pb.h"
#include "scheduler/core/figures/desired_state.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// With what the ledger has settled at the site by now, which is no part of the state itself.
v1::DesiredState DesiredView(const Ledger& ledger, const std::string& site,
                             const DesiredState& state);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_DESIRED_VIEW_H_
