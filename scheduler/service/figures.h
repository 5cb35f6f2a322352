#ifndef MESOLYS_SCHEDULER_SERVICE_FIGURES_H_
#define MESOLYS_SCHEDULER_SERVICE_FIGURES_H_

// What the metrics say of the ledger, site by site and resource by resource. Any thread that may
// read the ledger.

#include <map>
#include <string>

#include "absl/time/time.h"
#include "scheduler/core/ledger.h"

namespace mesolys {

struct PoolFigures {
  Amount capacity;  // of the month; of a stock, what there is at least
  Amount granted;   // of it, promised to grants
  Amount leased;    // the ceilings that the site may believe in, of grants that have not ended
  Amount used;      // ever, net of refunds, with and without a grant
  // In this month and later, of a stock in the worst of them: what was promised before a catalogue
  // cut the capacity below it.
  Amount overbooked;
};

// By resource, then site: what the catalogue has, and what was granted or used of anything else.
using Pools = std::map<std::string, std::map<std::string, PoolFigures>>;
Pools PoolsOf(const Ledger& ledger, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_FIGURES_H_
