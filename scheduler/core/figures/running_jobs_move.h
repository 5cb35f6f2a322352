#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_RUNNING_JOBS_MOVE_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_RUNNING_JOBS_MOVE_H_

// The grant that ends soonest pays: a new grant that ends before those that running jobs are
// charged to takes these jobs over, whether it has enough for them or not. Whoever asks for it
// should know. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// What running jobs are charged to one grant.
struct RunningUse {
  int64_t grant = 0;
  std::string resource;
  Period period;
  std::map<std::string, Totals> sites;  // only in_flight and committed count
};

// Of all grants of a project that running jobs are charged to; empty for an unknown project.
std::vector<RunningUse> RunningUseOf(const Ledger& ledger, absl::string_view project);

struct RunningJobsMove {
  int64_t from = 0;  // the grant that pays until now
  absl::Time from_end;
  Amount in_flight;  // taken from it so far; at most so much goes over
  Amount committed;  // what they may still take; at most so much goes over
};

// What goes over to `grant`, by the grant that paid `before` it was issued.
std::vector<RunningJobsMove> RunningJobsMovesTo(const std::vector<RunningUse>& before,
                                                const Grant& grant, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_RUNNING_JOBS_MOVE_H_
