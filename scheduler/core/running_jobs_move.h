#ifndef MESOLYS_SCHEDULER_CORE_RUNNING_JOBS_MOVE_H_
#define MESOLYS_SCHEDULER_CORE_RUNNING_JOBS_MOVE_H_

// The grant that ends soonest pays: a new grant that ends before those that running jobs are
// charged to takes these jobs over, whether it has enough for them or not. Whoever asks for it
// should know. Pure.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/ledger.h"

namespace mesolys {

struct RunningJobsMove {
  int64_t from = 0;  // the grant that pays until now
  Amount in_flight;  // taken from it so far; at most so much goes over
  Amount committed;  // what they may still take; at most so much goes over
};

// What goes over to `grant`, by the grant that pays now. `ledger` may hold `grant` already, as long
// as the project's jobs were not charged anew.
std::vector<RunningJobsMove> RunningJobsMovesTo(const Ledger& ledger, const Grant& grant,
                                                absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_RUNNING_JOBS_MOVE_H_
