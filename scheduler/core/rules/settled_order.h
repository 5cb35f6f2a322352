#ifndef MESOLYS_SCHEDULER_CORE_RULES_SETTLED_ORDER_H_
#define MESOLYS_SCHEDULER_CORE_RULES_SETTLED_ORDER_H_

// The second phase of a reduction: the hours are free, and go where the order says. Pure.

#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// The entries that carry out `order` with `done` base units of `entry`'s grant, one of the
// ledger's, which no site holds any more.
std::vector<Event> SettledOrder(const Ledger& ledger, const GrantEntry& entry,
                                const ReductionOrder& order, Amount done, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RULES_SETTLED_ORDER_H_
