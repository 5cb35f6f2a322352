#ifndef MESOLYS_SCHEDULER_SERVICE_VIEWS_H_
#define MESOLYS_SCHEDULER_SERVICE_VIEWS_H_

// What the ledger holds, as messages of the contract. Any thread that may read the ledger.

#include <vector>

#include "absl/time/time.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "mesolys/v1/site_service.pb.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/desired_state.h"
#include "scheduler/core/figures/running_jobs_move.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

v1::Site SiteView(const Ledger& ledger, const std::string& id, bool with_capacities,
                  absl::Time now);
v1::Project ProjectView(const Catalogue& catalogue, const ProjectEntry& entry);
v1::Member MemberView(const Member& member);
// `entry` need not be of the ledger, which names the grants that it speaks of.
v1::Grant GrantView(const Ledger& ledger, const GrantEntry& entry, const SiteSessions& sessions,
                    absl::Time now);
v1::GrantChange ChangeView(const Ledger& ledger, const GrantChange& change, absl::Time time);
v1::ReductionOrder OrderView(const Ledger& ledger, const ReductionOrder& order);
v1::RefundJobResponse RefundView(const Ledger& ledger, const JobRefunded& refunded);
v1::WriteOffSiteResponse WriteOffView(const Ledger& ledger, const std::vector<Event>& events,
                                      absl::Time time);
v1::SiteWindow WindowView(const SiteWindow& window);
v1::Request RequestView(const Request& request, const RequestOutcome& outcome,
                        absl::Time decide_time);
// What running jobs were charged `before` to other grants and go over to the new one.
void AddRunningJobsMoves(const std::vector<RunningUse>& before, const Grant& grant, absl::Time now,
                         v1::Request& out);
v1::BalanceLine BalanceView(const Ledger& ledger, const std::string& project,
                            const BalanceLine& line);
// `grants` name their project, so the charges of a job can be named.
v1::Job JobView(const Ledger& ledger, const Job& job);
v1::MemberCeiling CeilingView(const MemberCeilingSet& ceiling, absl::Time set_time);
// With what the ledger has settled at the site by now, which is no part of the state itself.
v1::DesiredState DesiredView(const Ledger& ledger, const std::string& site,
                             const DesiredState& state);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_VIEWS_H_
