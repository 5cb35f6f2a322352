#include "proto/values/day.h"

namespace mesolys {

std::string DayText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

}  // namespace mesolys
