#ifndef MESOLYS_CLIENT_FRAME_ARGUMENTS_H_
#define MESOLYS_CLIENT_FRAME_ARGUMENTS_H_

// What people write on a command line, parsed. Errors are INVALID_ARGUMENT and say what would be
// right. Pure; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"

namespace mesolys::client {

// "2026-12-01" (midnight UTC), "2026-12-01T08:00:00+01:00" or "today" (midnight UTC of `now`).
absl::StatusOr<absl::Time> ParseInstant(absl::string_view option, absl::string_view text,
                                        absl::Time now);

// "2026-12-01" (midnight) or "2026-12-01T08:00" in `zone`, or "2026-12-01T08:00:00+01:00". A time
// that the clocks of the zone skip or show twice is refused.
absl::StatusOr<absl::Time> ParseLocalInstant(absl::string_view option, absl::string_view text,
                                             const absl::TimeZone& zone);

// `start` plus "6m", "90d", "2w" or "1y" of the calendar; the day of the month is kept where there
// is one, else it is the last.
absl::StatusOr<absl::Time> ParseSpan(absl::string_view text, absl::Time start);

// --from (today when empty) with exactly one of --to and --for.
absl::StatusOr<Period> ParsePeriod(absl::string_view from, absl::string_view to,
                                   absl::string_view span, absl::Time now);

// "500h" of cpu, "2TB" of storage-scratch; names the option where the amount or the resource is
// wrong.
absl::StatusOr<Amount> ParseAmountOf(absl::string_view option, absl::string_view resource,
                                     absl::string_view text);

// "1200kWh", "1.5MWh" or "500Wh", in watt-hours.
absl::StatusOr<int64_t> ParseEnergy(absl::string_view option, absl::string_view text);

// "10s", "500ms", "1m"; above zero and at most an hour.
absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view text);

// A number of rows, for --limit; 0, for no limit, when the text is empty.
absl::StatusOr<int64_t> ParseLimit(absl::string_view text);

// KEY<separator>VALUE, both not empty; `form` says so in the error: "MODEL=AMOUNT".
absl::StatusOr<std::pair<std::string, std::string>> ParsePair(absl::string_view option,
                                                              absl::string_view form,
                                                              char separator,
                                                              absl::string_view text);

// "proj_a" or "projects/proj_a": the latter. Likewise "proj_a/g17", "proj_a/r5" and "psmn".
absl::StatusOr<std::string> ParseProject(absl::string_view text);
absl::StatusOr<std::string> ParseGrant(absl::string_view text);
absl::StatusOr<std::string> ParseRequest(absl::string_view text);
absl::StatusOr<std::string> ParseSite(absl::string_view text);

// "psmn:4002" or, since clusters use an id again, "psmn:4002@2026-11-20T07:00:00Z"; for a job in
// the queue also a task of an array as squeue prints it, "psmn:4002_7".
struct JobWords {
  std::string cluster;
  int64_t job_id = 0;
  std::optional<int64_t> array_task_id;
  std::optional<absl::Time> submit_time;
};
absl::StatusOr<JobWords> ParseJob(absl::string_view text);
absl::StatusOr<JobWords> ParseQueuedJob(absl::string_view text);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_FRAME_ARGUMENTS_H_
