#ifndef MESOLYS_SCHEDULER_CONFIG_MONTH_STARTS_H_
#define MESOLYS_SCHEDULER_CONFIG_MONTH_STARTS_H_

// Where months begin in a time zone, in UTC: the one place that knows of zones and clock changes.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/month.h"

namespace mesolys {

// `count` + 1 instants: the last one only ends the month before. INVALID_ARGUMENT for a zone that
// the system's time zone database does not have.
absl::StatusOr<std::vector<absl::Time>> MonthStarts(const std::string& time_zone, Month first,
                                                    int count);

// Midnight of a day in that zone.
absl::StatusOr<absl::Time> DayStart(const std::string& time_zone, absl::CivilDay day);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CONFIG_MONTH_STARTS_H_
