#ifndef MESOLYS_SCHEDULER_METRICS_FIGURES_H_
#define MESOLYS_SCHEDULER_METRICS_FIGURES_H_

// What the metrics say of the ledger: of sites and resources, of programmes, of projects. Any
// thread that may read the ledger.

#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "proto/values/lease.h"
#include "scheduler/core/ledger/ledger.h"
#include "scheduler/metrics/grant_sums.h"

namespace mesolys {

struct PoolFigures {
  Amount capacity;  // of the month; of a stock, what there is at least
  Amount granted;   // of it, promised to grants
  Amount leased;    // the ceilings that the site may believe in, of grants that have not ended
  Amount used;      // ever, net of refunds, with and without a grant
  // In this month and later, of a stock in the worst of them: what was promised before a catalogue
  // cut the capacity below it.
  Amount overbooked;
  // Of a flow: the reserve of dynamic access that this year released so far, and what was drawn.
  Amount reserve;
  Amount reserve_drawn;

  // What of the month's capacity is promised to nobody.
  Amount Free() const { return LeftOf(capacity, granted); }
};

// By resource, then site: what the catalogue has, and what was granted or used of anything else.
using Pools = std::map<std::string, std::map<std::string, PoolFigures>>;

struct Figures {
  Pools pools;
  // How many there are, by the words of the metrics' labels: 0, too, of what the catalogue has.
  std::map<std::string, int64_t> projects;  // by programme; archived ones left out
  std::map<std::pair<std::string, std::string>, int64_t> requests;  // by (programme, state)
  std::map<std::pair<std::string, std::string>, int64_t> grants;    // by (resource, state)
};
// `grants` are up to date.
Figures FiguresOf(const Ledger& ledger, const GrantSums& grants, absl::Time now);

// Of a project's grants of one resource that are valid now.
struct ProjectFigures {
  Amount granted;
  Amount used;  // net of refunds
  Amount committed;
  Amount left;       // what all sites together may still start now
  Amount uncovered;  // used where no grant covered it, ever
};

// By resource.
std::map<std::string, ProjectFigures> FiguresOf(const Ledger& ledger, const ProjectEntry& project,
                                                absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_METRICS_FIGURES_H_
