#ifndef MESOLYS_SCHEDULER_CORE_CALL_CERTIFICATE_H_
#define MESOLYS_SCHEDULER_CORE_CALL_CERTIFICATE_H_

// Checks a division by conditions that make it the right one, however it was found (those of
// Karush, Kuhn and Tucker):
//   (a) nobody gets more than they ask, no pool gives more than it has, all sums agree;
//   (b) a claim is placed only in those of its pools that have the highest level;
//   (c) a claim gets min(amount, weight × that level), within one unit, and its minimum;
//   (d) a pool with a finite level is full to the unit;
//   (e) and of the placements that this leaves open none costs less.
// Shares the exact Level with what it checks, and no other code. Pure; any thread.

#include "absl/status/status.h"
#include "scheduler/core/call/division/division.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys {

// INTERNAL names the first condition that does not hold, and where.
absl::Status Certify(const division::Problem& problem, const division::Division& division);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_CALL_CERTIFICATE_H_
