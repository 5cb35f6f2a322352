#include "scheduler/core/call/division/limited_levels.h"

#include <cstddef>
#include <utility>

namespace mesolys::division {

LimitedLevels::LimitedLevels(Problem problem)
    : problem_(std::move(problem)),
      grouping_(GroupClaims(problem_)),
      levels_(problem_, grouping_) {}

void LimitedLevels::Ask(uint32_t claim, int64_t amount) {
  Claim& asked = problem_.claims[claim];
  if (asked.amount == amount) return;
  asked.amount = amount;
  const int32_t number = grouping_.group_of[claim];
  if (number < 0) return;
  const auto place = static_cast<size_t>(number);
  Group& group = grouping_.groups[place];
  group.Remove(claim);
  group.Insert({amount, asked.weight, asked.minimum, claim}, problem_.claims);
  levels_.Resolve(place);
}

int64_t LimitedLevels::Award(uint32_t claim) const {
  const int32_t number = grouping_.group_of[claim];
  if (number < 0) return 0;
  const Claim& asked = problem_.claims[claim];
  const Level& level = levels_.of(static_cast<size_t>(number));
  if (level.Covers(asked.amount, asked.weight)) return asked.amount;
  return static_cast<int64_t>(level.Share(asked.weight).whole);
}

}  // namespace mesolys::division
