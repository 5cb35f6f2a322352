#ifndef MESOLYS_AGENT_SLURM_TEXT_SACCT_TIME_H_
#define MESOLYS_AGENT_SLURM_TEXT_SACCT_TIME_H_

// The moments that sacct prints, in the zone of whoever ran it. Pure; any thread.

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mesolys::agent {

// What a text may mean: two instants in the hour that clocks go through twice as summer ends, else
// one.
struct SacctTime {
  absl::Time first;
  absl::Time second;

  friend bool operator==(const SacctTime&, const SacctTime&) = default;
};

// "2016-12-22T07:15:12" of `zone`, the same with an offset ("+0100", "+01:00", "Z"), or seconds
// since 1970. Nothing for a time that has not come: "Unknown", "None", "0" or an empty text.
// INVALID_ARGUMENT says what would be right.
absl::StatusOr<std::optional<SacctTime>> ParseSacctTime(absl::string_view text,
                                                        absl::TimeZone zone);

// Whether it has the form of a date and says nothing of its zone.
bool IsWithoutZone(absl::string_view text);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_SACCT_TIME_H_
