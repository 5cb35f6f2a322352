#include "scheduler/config/month_starts.h"

#include "proto/values/reason.h"

namespace mesolys {
namespace {

absl::StatusOr<absl::TimeZone> ZoneOf(const std::string& name) {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(name, &zone)) return zone;
  return Refuse(
      Reason::kInvalidArgument,
      Say("there is no time zone \"$0\" in the system's database; write it as Europe/Paris", name));
}

}  // namespace

absl::StatusOr<std::vector<absl::Time>> MonthStarts(const std::string& time_zone, Month first,
                                                    int count) {
  absl::StatusOr<absl::TimeZone> zone = ZoneOf(time_zone);
  if (!zone.ok()) return zone.status();
  std::vector<absl::Time> starts;
  for (int i = 0; i <= count; ++i) {
    const Month month = first.Plus(i);
    // Where a clock change skips midnight, the month begins at the first instant after it.
    starts.push_back(zone->At(absl::CivilSecond(month.year(), month.month(), 1)).pre);
  }
  return starts;
}

absl::StatusOr<absl::Time> DayStart(const std::string& time_zone, absl::CivilDay day) {
  absl::StatusOr<absl::TimeZone> zone = ZoneOf(time_zone);
  if (!zone.ok()) return zone.status();
  return zone->At(absl::CivilSecond(day)).pre;
}

}  // namespace mesolys
