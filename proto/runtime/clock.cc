#include "proto/runtime/clock.h"

#include "absl/time/clock.h"

namespace mesolys {

absl::Time SystemClock::Now() const { return absl::Now(); }

}  // namespace mesolys
