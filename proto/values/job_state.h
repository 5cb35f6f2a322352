#ifndef MESOLYS_PROTO_VALUES_JOB_STATE_H_
#define MESOLYS_PROTO_VALUES_JOB_STATE_H_

// The states of a job that holds, or held, an allocation. Pure; any thread.

#include <optional>

#include "absl/strings/string_view.h"

namespace mesolys {

// Numbered as UsageRecord.State of the contract, and stored so: never renumber.
enum class JobState {
  kUnspecified = 0,
  kRunning = 1,
  kSuspended = 2,
  kCompleted = 3,
  kFailed = 4,
  kTimeout = 5,
  kCancelled = 6,
  kNodeFail = 7,
  kBootFail = 8,
  kPreempted = 9,
  kOutOfMemory = 10,
  kDeadline = 11,
  kRequeued = 12,
  kOther = 13,  // over, in a way that this version does not know
};

// Slurm's word for it: "NODE_FAIL".
absl::string_view JobStateName(JobState state);

// Nothing for a word that is none of them. "CANCELLED by 380693" is the caller's to split.
std::optional<JobState> ParseJobState(absl::string_view word);

// Whether the job will use nothing more.
constexpr bool IsTerminal(JobState state) {
  return state != JobState::kRunning && state != JobState::kSuspended &&
         state != JobState::kUnspecified;
}

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_JOB_STATE_H_
