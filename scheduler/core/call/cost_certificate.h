#ifndef MESOLYS_SCHEDULER_CORE_CALL_COST_CERTIFICATE_H_
#define MESOLYS_SCHEDULER_CORE_CALL_COST_CERTIFICATE_H_

// Checks that a placement is of least cost: no unit can move to another pool, and there push out
// another if it is full, and so on to a pool with room or around to the first, so that less is
// paid. That is all there is to check, for such moves lead from any placement to any other. Pure.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "scheduler/core/call/division/division.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys {

// Claims that may be in the same pools at the same costs.
struct PlacedAlike {
  std::vector<uint32_t> pools;
  std::vector<double> costs;  // of a unit, in each of these
  std::vector<bool> used;     // whether any of them is there
};

// INTERNAL names the first pool out of which a move would save.
absl::Status CertifyCost(const division::Problem& problem, const division::Division& division,
                         const std::vector<PlacedAlike>& alike);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_CALL_COST_CERTIFICATE_H_
