#ifndef MESOLYS_PROTO_VALUES_DAY_H_
#define MESOLYS_PROTO_VALUES_DAY_H_

// Days as sentences and sums name them, UTC. Pure; any thread.

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace mesolys {

inline constexpr int64_t kSecondsPerDay = 86'400;

// "2027-03-10"
std::string DayText(absl::Time time);

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_DAY_H_
