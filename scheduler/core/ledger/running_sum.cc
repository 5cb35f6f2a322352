#include "scheduler/core/ledger/running_sum.h"

#include <algorithm>
#include <iterator>

namespace mesolys {

void RunningSum::Add(absl::Time time, int64_t amount) {
  const int64_t sum = (sums_.empty() ? 0 : sums_.back().second) + amount;
  if (!sums_.empty() && sums_.back().first == time) {
    sums_.back().second = sum;
  } else {
    sums_.emplace_back(time, sum);
  }
}

int64_t RunningSum::Since(absl::Time since) const {
  const auto later = std::upper_bound(
      sums_.begin(), sums_.end(), since,
      [](absl::Time time, const std::pair<absl::Time, int64_t>& sum) { return time < sum.first; });
  const int64_t before = later == sums_.begin() ? 0 : std::prev(later)->second;
  return sums_.empty() ? 0 : sums_.back().second - before;
}

}  // namespace mesolys
