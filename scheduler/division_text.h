#ifndef MESOLYS_SCHEDULER_DIVISION_TEXT_H_
#define MESOLYS_SCHEDULER_DIVISION_TEXT_H_

// Divisions in sentences, for people. Any thread.

#include <string>
#include <vector>

#include "scheduler/core/division/division.h"
#include "scheduler/problem_json.h"

namespace mesolys {

// Each bottleneck: which pools, how many times over they are asked, what a point of weight gets,
// who was cut. Then who was dropped, and who stands in their way.
std::string Explain(const Call& call, const std::vector<division::Division>& divisions);

// Which awards and levels differ between two divisions of the same claims and pools.
std::string Differences(const Call& call, const std::vector<division::Division>& before,
                        const std::vector<division::Division>& after);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_DIVISION_TEXT_H_
