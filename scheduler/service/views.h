#ifndef MESOLYS_SCHEDULER_SERVICE_VIEWS_H_
#define MESOLYS_SCHEDULER_SERVICE_VIEWS_H_

// What several services show of the ledger, as messages of the contract. Any thread that may read
// the ledger.

#include "absl/time/time.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

// The name of a grant by its number alone; empty for one that does not exist (a dry run's).
std::string GrantNameOf(const Ledger& ledger, int64_t number);
// `entry` need not be of the ledger, which names the grants that it speaks of.
v1::Grant GrantView(const Ledger& ledger, const GrantEntry& entry, const SiteSessions& sessions,
                    absl::Time now);
// A grant as it was issued, of which no site has said anything yet.
v1::Grant NewGrantView(const Ledger& ledger, const Grant& grant, absl::Time now);
v1::GrantChange ChangeView(const Ledger& ledger, const GrantChange& change, absl::Time time);
v1::ReductionOrder OrderView(const Ledger& ledger, const ReductionOrder& order);
void AddCurve(const UsageCurve& curve, google::protobuf::RepeatedPtrField<v1::UsagePoint>& out);
v1::UsageImport ImportView(const ImportEntry& entry);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_VIEWS_H_
