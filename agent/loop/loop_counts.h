#ifndef MESOLYS_AGENT_LOOP_LOOP_COUNTS_H_
#define MESOLYS_AGENT_LOOP_LOOP_COUNTS_H_

// What the loops of an agent did since it started: figures for who watches it, of which nothing
// else depends.

#include <cstdint>

#include "absl/time/time.h"

namespace mesolys::agent {

// Grants of what jobs use up, by what was read back of their ceilings.
struct CeilingCounts {
  int64_t enforced = 0;
  int64_t tighter = 0;  // enforced, and the site lets less pass
  int64_t drifted = 0;
  int64_t failed = 0;
};

struct LoopCounts {
  // When each last came to its end without an error; the epoch for never.
  absl::Time collect_time = absl::UnixEpoch();  // a look at all that ran
  absl::Time report_time = absl::UnixEpoch();
  absl::Time synchronize_time = absl::UnixEpoch();
  int64_t report_failures = 0;
  int64_t synchronize_failures = 0;
  // Records.
  int64_t collected = 0;
  int64_t sent = 0;
  int64_t rejected = 0;

  int64_t changes = 0;  // at the site
  int64_t generation_wanted = 0;
  int64_t generation_in_force = 0;
  CeilingCounts ceilings;  // as read back last
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_LOOP_COUNTS_H_
