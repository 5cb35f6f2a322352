#ifndef MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_LINEAR_PROGRAMS_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_LINEAR_PROGRAMS_H_

// The same question by another way: weighted leximin as linear programs one after the other, by
// GLPK. In doubles, so for amounts of some thousands.

#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {

// What each claim gets, of a problem without minimums.
std::vector<double> LeximinByPrograms(const Problem& problem);

// The least that it costs to place these awards.
double LeastCost(const Problem& problem, const std::vector<int64_t>& awards);

}  // namespace mesolys::division

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_CALL_DIVISION_LINEAR_PROGRAMS_H_
