#include "agent/loop/backoff.h"

#include <algorithm>

namespace mesolys::agent {

absl::Duration Backoff::Next() {
  // 2^8 * 0.2 s is past the maximum already.
  const absl::Duration bound = std::min(kMax, kFirst * (int64_t{1} << std::min(failures_, 8)));
  ++failures_;
  std::uniform_int_distribution<int64_t> pick(0, absl::ToInt64Microseconds(bound));
  return absl::Microseconds(pick(random_));
}

}  // namespace mesolys::agent
