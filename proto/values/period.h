#ifndef MESOLYS_PROTO_VALUES_PERIOD_H_
#define MESOLYS_PROTO_VALUES_PERIOD_H_

// A half-open span of time [start, end), in whole seconds of UTC. Pure; any thread.

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace mesolys {

struct Period {
  absl::Time start;
  absl::Time end;

  friend bool operator==(const Period&, const Period&) = default;

  bool Contains(absl::Time time) const { return start <= time && time < end; }

  // 0 for an empty or inverted period.
  int64_t Seconds() const {
    return std::max<int64_t>(0, absl::ToUnixSeconds(end) - absl::ToUnixSeconds(start));
  }
};

// Possibly empty.
inline Period Intersection(const Period& a, const Period& b) {
  return {std::max(a.start, b.start), std::min(a.end, b.end)};
}

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_PERIOD_H_
