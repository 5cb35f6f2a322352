#include "agent/slurm/text/sacct_time.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "agent/slurm/text/digits.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

constexpr size_t kCivilBytes = 19;

// "YYYY-MM-DDTHH:MM:SS" by position: many times faster than a general parser, and four of them
// stand in every line.
std::optional<absl::CivilSecond> ParseCivil(absl::string_view text) {
  if (!IsWithoutZone(text)) return std::nullopt;
  constexpr std::pair<size_t, size_t> kPlaces[] = {{0, 4},  {5, 2},  {8, 2},
                                                   {11, 2}, {14, 2}, {17, 2}};
  int64_t parts[6] = {};
  for (size_t at = 0; at < 6; ++at) {
    const absl::string_view part = text.substr(kPlaces[at].first, kPlaces[at].second);
    if (!IsNumber(part)) return std::nullopt;
    parts[at] = Number(part);
  }
  const absl::CivilDay day(parts[0], parts[1], parts[2]);
  // A day that does not exist would have become another one.
  if (day.month() != parts[1] || day.day() != parts[2]) return std::nullopt;
  if (parts[3] > 23 || parts[4] > 59 || parts[5] > 60) return std::nullopt;
  return absl::CivilSecond(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
}

// "+0100", "-05:30" or "Z".
std::optional<absl::Duration> ParseOffset(absl::string_view text) {
  if (text == "Z") return absl::ZeroDuration();
  const bool is_west = absl::ConsumePrefix(&text, "-");
  if (!is_west && !absl::ConsumePrefix(&text, "+")) return std::nullopt;
  const absl::string_view hours = text.substr(0, 2);
  absl::string_view minutes = text.substr(hours.size());
  absl::ConsumePrefix(&minutes, ":");
  if (!IsNumber(hours) || !IsNumber(minutes) || hours.size() != 2 || minutes.size() != 2 ||
      Number(hours) > 23 || Number(minutes) > 59) {
    return std::nullopt;
  }
  const absl::Duration offset = absl::Hours(Number(hours)) + absl::Minutes(Number(minutes));
  return is_west ? -offset : offset;
}

// Nothing in the hour that does not come as summer begins.
std::optional<SacctTime> In(absl::TimeZone zone, absl::CivilSecond civil) {
  using Info = absl::TimeZone::TimeInfo;
  const Info info = zone.At(civil);
  if (info.kind == Info::SKIPPED) return std::nullopt;
  return SacctTime{info.pre, info.kind == Info::REPEATED ? info.post : info.pre};
}

}  // namespace

bool IsWithoutZone(absl::string_view text) {
  return text.size() == kCivilBytes && text[4] == '-' && text[7] == '-' && text[10] == 'T' &&
         text[13] == ':' && text[16] == ':';
}

absl::StatusOr<std::optional<SacctTime>> ParseSacctTime(absl::string_view text,
                                                        absl::TimeZone zone) {
  if (text.empty() || text == "0" || absl::EqualsIgnoreCase(text, "Unknown") ||
      absl::EqualsIgnoreCase(text, "None")) {
    return std::optional<SacctTime>();
  }
  if (IsNumber(text) && text.size() <= 12) {
    const absl::Time time = absl::FromUnixSeconds(Number(text));
    return SacctTime{time, time};
  }
  const std::optional<absl::CivilSecond> civil = ParseCivil(text.substr(0, kCivilBytes));
  if (civil.has_value() && text.size() == kCivilBytes) {
    if (const auto time = In(zone, *civil); time.has_value()) return time;
    return absl::InvalidArgumentError(absl::StrCat("a time is ", text, ", which does not come in ",
                                                   zone.name(), ": is time_zone right?"));
  }
  if (civil.has_value()) {
    if (const auto offset = ParseOffset(text.substr(kCivilBytes)); offset.has_value()) {
      const absl::Time time = absl::FromCivil(*civil, absl::UTCTimeZone()) - *offset;
      return SacctTime{time, time};
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a time is ", Quoted(text),
                   ": give 2016-12-22T07:15:12, the same with an offset as +0100, or seconds "
                   "since 1970"));
}

}  // namespace mesolys::agent
