#include "client/frame/arguments.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "client/language/known_sentence.h"
#include "client/language/language.h"
#include "proto/values/amount_text.h"
#include "proto/values/names.h"
#include "proto/values/quoted.h"
#include "proto/values/reason.h"

namespace mesolys::client {
namespace {

// RFC 3339 ends with the year 9999, and so do the timestamps of the wire.
constexpr int kYearMax = 9999;

absl::Time MidnightOf(absl::CivilDay day) { return absl::FromCivil(day, absl::UTCTimeZone()); }

bool IsDigits(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return '0' <= c && c <= '9'; });
}

// "2026-12-01" and no other spelling.
bool ParseDay(absl::string_view text, absl::CivilDay* day) {
  int year = 0;
  int month = 0;
  int number = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !IsDigits(text.substr(0, 4)) ||
      !IsDigits(text.substr(5, 2)) || !IsDigits(text.substr(8, 2)) ||
      !absl::SimpleAtoi(text.substr(0, 4), &year) || !absl::SimpleAtoi(text.substr(5, 2), &month) ||
      !absl::SimpleAtoi(text.substr(8, 2), &number)) {
    return false;
  }
  *day = absl::CivilDay(year, month, number);
  // A 30 February would silently become a day of March.
  return year >= 1 && day->month() == month && day->day() == number;
}

// "2026-12-01T08:00:00+01:00", with a day of the calendar.
bool ParseRfc3339(absl::string_view text, absl::Time* time) {
  absl::CivilDay day;
  std::string error;
  return text.size() > 10 && ParseDay(text.substr(0, 10), &day) &&
         absl::ParseTime(absl::RFC3339_sec, std::string(text), time, &error);
}

// "08:00" behind a day, and no other spelling.
bool ParseMinute(absl::CivilDay day, absl::string_view text, absl::CivilMinute* minute) {
  int hours = 0;
  int minutes = 0;
  if (text.size() != 5 || text[2] != ':' || !IsDigits(text.substr(0, 2)) ||
      !IsDigits(text.substr(3)) || !absl::SimpleAtoi(text.substr(0, 2), &hours) ||
      !absl::SimpleAtoi(text.substr(3), &minutes)) {
    return false;
  }
  *minute = absl::CivilMinute(day.year(), day.month(), day.day(), hours, minutes);
  return hours < 24 && minutes < 60;
}

// "proj_a/g17" with its collections, "projects/proj_a/grants/g17"; a full name as it is.
std::string FullName(absl::string_view collection, absl::string_view text) {
  if (absl::StartsWith(text, "projects/")) return std::string(text);
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return std::string(text);
  return absl::StrCat(ProjectName(text.substr(0, slash)), "/", collection, text.substr(slash));
}

}  // namespace

absl::StatusOr<absl::Time> ParseInstant(absl::string_view option, absl::string_view text,
                                        absl::Time now) {
  if (text == "today") return MidnightOf(absl::ToCivilDay(now, absl::UTCTimeZone()));
  absl::CivilDay day;
  if (ParseDay(text, &day)) return MidnightOf(day);
  absl::Time time;
  if (!ParseRfc3339(text, &time)) {
    return absl::InvalidArgumentError(Tr(
        "$0: $1 is not a date; write 2026-12-01 (midnight UTC), 2026-12-01T08:00:00+01:00 or today",
        option, Quoted(text)));
  }
  return time;
}

absl::StatusOr<absl::Time> ParseLocalInstant(absl::string_view option, absl::string_view text,
                                             const absl::TimeZone& zone) {
  absl::Time time;
  if (ParseRfc3339(text, &time)) return time;
  absl::CivilDay day;
  const bool is_day = ParseDay(text, &day);
  absl::CivilMinute minute(day);
  const bool is_minute = text.size() == 16 && (text[10] == 'T' || text[10] == ' ') &&
                         ParseDay(text.substr(0, 10), &day) &&
                         ParseMinute(day, text.substr(11), &minute);
  if (!is_day && !is_minute) {
    return absl::InvalidArgumentError(
        Tr("$0: $1 is not a time; write 2026-12-01 or 2026-12-01T08:00 (local), or "
           "2026-12-01T08:00:00+01:00",
           option, Quoted(text)));
  }
  const absl::TimeZone::TimeInfo found = zone.At(absl::CivilSecond(minute));
  if (found.kind != absl::TimeZone::TimeInfo::UNIQUE) {
    return absl::InvalidArgumentError(
        Tr("$0: the clocks change, so $1 comes twice or never; write it with its offset, as in "
           "2026-12-01T08:00:00+01:00",
           option, Quoted(text)));
  }
  return found.pre;
}

absl::StatusOr<absl::Time> ParseSpan(absl::string_view text, absl::Time start) {
  int count = 0;
  const absl::string_view digits = text.substr(0, text.empty() ? 0 : text.size() - 1);
  const char unit = text.empty() ? ' ' : text.back();
  const bool right = IsDigits(digits) && absl::SimpleAtoi(digits, &count) && count > 0 &&
                     count <= 36500 &&
                     absl::string_view("dwmy").find(unit) != absl::string_view::npos;
  if (!right) {
    return absl::InvalidArgumentError(Tr(
        "--for: $0 is not a span; write 90d, 2w, 6m (months) or 1y, at most 36500", Quoted(text)));
  }
  const absl::CivilSecond from = absl::ToCivilSecond(start, absl::UTCTimeZone());
  if (unit == 'd' || unit == 'w') {
    return start + absl::Hours(int64_t{24} * (unit == 'w' ? 7 : 1)) * count;
  }
  const absl::CivilMonth month = absl::CivilMonth(from) + int64_t{count} * (unit == 'y' ? 12 : 1);
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  if (month.year() > kYearMax) {
    return absl::InvalidArgumentError(Tr("--for: ends after the year 9999"));
  }
  const int day = std::min(from.day(), last.day());
  return absl::FromCivil(absl::CivilSecond(month.year(), month.month(), day, from.hour(),
                                           from.minute(), from.second()),
                         absl::UTCTimeZone());
}

absl::StatusOr<Period> ParsePeriod(absl::string_view from, absl::string_view to,
                                   absl::string_view span, absl::Time now) {
  if (to.empty() == span.empty()) {
    return absl::InvalidArgumentError(
        Tr("say until when with exactly one of --to 2027-06-01 and --for 6m"));
  }
  const absl::StatusOr<absl::Time> start =
      ParseInstant("--from", from.empty() ? "today" : from, now);
  if (!start.ok()) return start.status();
  const absl::StatusOr<absl::Time> end =
      to.empty() ? ParseSpan(span, *start) : ParseInstant("--to", to, now);
  if (!end.ok()) return end.status();
  if (*end <= *start) {
    const auto text = [](absl::Time time) {
      return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
    };
    return absl::InvalidArgumentError(
        Tr("the period ends at $0, which must be after its start, $1", text(*end), text(*start)));
  }
  return Period{*start, *end};
}

absl::StatusOr<Amount> ParseAmountOf(absl::string_view option, absl::string_view resource,
                                     absl::string_view text) {
  absl::Status status = CheckResource(resource);
  if (status.ok()) {
    absl::StatusOr<Amount> amount = ParseAmount(resource, text);
    if (amount.ok()) return amount;
    status = amount.status();
  }
  // The reason stays, for programs.
  std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal.has_value()) return status;
  refusal->message = Tr("$0: $1", option, Told(status));
  return Refuse(*refusal);
}

absl::StatusOr<int64_t> ParseEnergy(absl::string_view option, absl::string_view text) {
  const auto refuse = [&] {
    return absl::InvalidArgumentError(
        Tr("$0: $1 is not an energy; write 1200kWh, 1.5MWh or 500Wh, in whole watt-hours, at most "
           "9000000MWh",
           option, Quoted(text)));
  };
  absl::string_view number = text;
  size_t decimals_max = 0;  // of the unit: more would be a fraction of a watt-hour
  if (absl::ConsumeSuffix(&number, "kWh")) {
    decimals_max = 3;
  } else if (absl::ConsumeSuffix(&number, "MWh")) {
    decimals_max = 6;
  } else if (!absl::ConsumeSuffix(&number, "Wh")) {
    return refuse();
  }
  const size_t point = number.find('.');
  const absl::string_view whole = number.substr(0, point);
  const absl::string_view decimals =
      point == absl::string_view::npos ? absl::string_view() : number.substr(point + 1);
  const bool decimals_right =
      point == absl::string_view::npos || (IsDigits(decimals) && decimals.size() <= decimals_max);
  if (!IsDigits(whole) || whole.size() > 13 || !decimals_right) return refuse();
  int64_t watt_hours = 0;
  const std::string digits =
      absl::StrCat(whole, decimals, std::string(decimals_max - decimals.size(), '0'));
  constexpr int64_t kWattHoursMax = 9'000'000'000'000;
  if (!absl::SimpleAtoi(digits, &watt_hours) || watt_hours > kWattHoursMax) return refuse();
  return watt_hours;
}

absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view text) {
  absl::Duration timeout;
  if (!absl::ParseDuration(text, &timeout) || timeout <= absl::ZeroDuration() ||
      timeout > absl::Hours(1)) {
    return absl::InvalidArgumentError(
        Tr("--timeout: $0 is not a time limit; write 10s, 500ms or 1m, at most 1h", Quoted(text)));
  }
  return timeout;
}

absl::StatusOr<int64_t> ParseLimit(absl::string_view text) {
  int64_t limit = 0;
  if (text.empty()) return limit;
  if (absl::SimpleAtoi(text, &limit) && limit > 0) return limit;
  return absl::InvalidArgumentError(
      Tr("--limit: $0 is not a number of rows; write 100", Quoted(text)));
}

absl::StatusOr<std::pair<std::string, std::string>> ParsePair(absl::string_view option,
                                                              absl::string_view form,
                                                              char separator,
                                                              absl::string_view text) {
  const size_t at = text.find(separator);
  if (at == absl::string_view::npos || at == 0 || at + 1 == text.size()) {
    return absl::InvalidArgumentError(
        Tr("$0: $1 is not of the form $2", option, Quoted(text), form));
  }
  return std::make_pair(std::string(text.substr(0, at)), std::string(text.substr(at + 1)));
}

absl::StatusOr<std::string> ParseProject(absl::string_view text) {
  absl::ConsumePrefix(&text, "projects/");
  if (absl::Status status = CheckId("project", text); !status.ok()) return status;
  return ProjectName(text);
}

absl::StatusOr<std::string> ParseGrant(absl::string_view text) {
  const std::string name = FullName("grants", text);
  if (ParseGrantName(name).ok()) return name;
  return absl::InvalidArgumentError(
      Tr("$0 is not a grant; write PROJECT/gNUMBER, for example proj_a/g17", Quoted(text)));
}

absl::StatusOr<std::string> ParseRequest(absl::string_view text) {
  const std::string name = FullName("requests", text);
  if (ParseRequestName(name).ok()) return name;
  return absl::InvalidArgumentError(
      Tr("$0 is not a request; write PROJECT/rNUMBER, for example proj_a/r5", Quoted(text)));
}

absl::StatusOr<std::string> ParseSite(absl::string_view text) {
  absl::ConsumePrefix(&text, "sites/");
  if (absl::Status status = CheckId("site", text); !status.ok()) return status;
  return SiteName(text);
}

absl::StatusOr<JobWords> ParseQueuedJob(absl::string_view text) {
  const auto refuse = [text] {
    return absl::InvalidArgumentError(
        Tr("$0 is not a job; write CLUSTER:JOBID, for example psmn:4002, for a task of an array in "
           "the queue psmn:4002_7, or with the time of its submission "
           "psmn:4002@2026-11-20T07:00:00Z",
           Quoted(text)));
  };
  JobWords job;
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return refuse();
  job.cluster = std::string(text.substr(0, colon));
  absl::string_view number = text.substr(colon + 1);
  if (const size_t at = number.find('@'); at != absl::string_view::npos) {
    absl::Time submit;
    if (!ParseRfc3339(number.substr(at + 1), &submit)) return refuse();
    job.submit_time = submit;
    number = number.substr(0, at);
  }
  if (const size_t bar = number.find('_'); bar != absl::string_view::npos) {
    int64_t task = 0;
    const absl::string_view digits = number.substr(bar + 1);
    if (!IsDigits(digits) || !absl::SimpleAtoi(digits, &task)) return refuse();
    job.array_task_id = task;
    number = number.substr(0, bar);
  }
  const bool right = CheckId("cluster", job.cluster).ok() && IsDigits(number) &&
                     absl::SimpleAtoi(number, &job.job_id) && job.job_id > 0;
  if (!right) return refuse();
  return job;
}

absl::StatusOr<JobWords> ParseJob(absl::string_view text) {
  absl::StatusOr<JobWords> job = ParseQueuedJob(text);
  if (!job.ok() || !job->array_task_id.has_value()) return job;
  return absl::InvalidArgumentError(
      Tr("$0 is a task of an array, which is counted under an id of its own: see `sacct -M $1 -j "
         "$2_$3 --format=JobIDRaw`",
         Quoted(text), job->cluster, job->job_id, *job->array_task_id));
}

}  // namespace mesolys::client
