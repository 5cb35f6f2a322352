#ifndef MESOLYS_AGENT_PORTS_SUBMISSION_COUNTS_H_
#define MESOLYS_AGENT_PORTS_SUBMISSION_COUNTS_H_

// How it stands with what a site is told of jobs before they are queued: figures for who watches
// it, of which nothing else depends.

#include <cstdint>

#include "absl/time/time.h"

namespace mesolys::agent {

struct SubmissionCounts {
  // Since when the oldest of the files says what it says; the epoch for one that was not written
  // since the start.
  absl::Time write_time = absl::UnixEpoch();
  int64_t failures = 0;  // files that could not be written
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_SUBMISSION_COUNTS_H_
