#ifndef MESOLYS_SCHEDULER_SERVICE_VIEWS_H_
#define MESOLYS_SCHEDULER_SERVICE_VIEWS_H_

// What the ledger holds, as messages of the contract. Any thread that may read the ledger.

#include "absl/time/time.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "mesolys/v1/site_service.pb.h"
#include "scheduler/core/balance.h"
#include "scheduler/core/desired_state.h"
#include "scheduler/core/ledger.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

v1::Site SiteView(const Ledger& ledger, const std::string& id, bool with_capacities,
                  absl::Time now);
v1::Project ProjectView(const ProjectEntry& entry);
v1::Member MemberView(const Member& member);
v1::Grant GrantView(const GrantEntry& entry, const SiteSessions& sessions, absl::Time now);
v1::Request RequestView(const Request& request, const RequestOutcome& outcome,
                        absl::Time decide_time);
v1::BalanceLine BalanceView(const Ledger& ledger, const std::string& project,
                            const BalanceLine& line);
// `grants` name their project, so the charges of a job can be named.
v1::Job JobView(const Ledger& ledger, const Job& job);
v1::DesiredState DesiredView(const DesiredState& state);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_VIEWS_H_
