#ifndef MESOLYS_AGENT_SLURM_SLURM_CURSOR_H_
#define MESOLYS_AGENT_SLURM_SLURM_CURSOR_H_

// Which spans of a cluster's accounting are read when. Rows come late (slurmctld keeps them while
// slurmdbd is away), so a span is read more than once: each pass begins a little before what was
// read, every hour at 48 hours ago, every day at 72. A pass is read in slices, one `sacct` each.
// Instants are in seconds since 1970. Pure; any thread.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mesolys::agent {

struct SlurmWindows {
  absl::Duration overlap = absl::Minutes(10);
  absl::Duration recent = absl::Hours(48);
  absl::Duration recent_interval = absl::Hours(1);
  absl::Duration old = absl::Hours(72);  // and how far the first pass goes back
  absl::Duration old_interval = absl::Hours(24);
  absl::Duration slice = absl::Hours(4);
  // Between two times that running jobs are told.
  absl::Duration in_flight_interval = absl::Minutes(5);
};

struct SlurmCursor {
  static constexpr int64_t kNotYet = std::numeric_limits<int64_t>::min();

  int64_t read_until = kNotYet;      // by the passes that are over
  int64_t last_recent = kNotYet;     // when a pass over `recent` began
  int64_t last_old = kNotYet;        // when one over `old` began
  int64_t last_in_flight = kNotYet;  // when running jobs were told

  // The pass under way: its end, where its next slice begins, and whether its last slice tells
  // running jobs.
  bool is_in_pass = false;
  bool tells_running = false;
  bool is_old_pass = false;
  int64_t until = 0;
  int64_t next = 0;
  // Groups of records that were told of the slice.
  int64_t told_groups = 0;

  friend bool operator==(const SlurmCursor&, const SlurmCursor&) = default;
};

std::string ToText(const SlurmCursor& cursor);
// Nothing for a text that ToText did not make.
std::optional<SlurmCursor> ParseSlurmCursor(absl::string_view text);

// Begins a pass at `now`; the clock may have gone backwards.
void StartPass(const SlurmWindows& windows, absl::Time now, SlurmCursor& cursor);

// The slice of the pass that is to be read: every job that ended or ran in it.
struct SlurmSlice {
  int64_t from = 0;
  int64_t to = 0;
  bool is_last = false;
};
SlurmSlice SliceOf(const SlurmWindows& windows, const SlurmCursor& cursor);

// The slice was read and told.
void FinishSlice(const SlurmSlice& slice, SlurmCursor& cursor);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLURM_CURSOR_H_
