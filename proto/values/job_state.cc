#include "proto/values/job_state.h"

#include <array>
#include <cstdlib>

namespace mesolys {
namespace {

// Indexed by the state's number.
constexpr std::array<absl::string_view, 14> kNames = {
    "UNSPECIFIED", "RUNNING",   "SUSPENDED", "COMPLETED",     "FAILED",   "TIMEOUT",  "CANCELLED",
    "NODE_FAIL",   "BOOT_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "DEADLINE", "REQUEUED", "OTHER",
};
static_assert(kNames.size() == static_cast<size_t>(JobState::kOther) + 1);

}  // namespace

absl::string_view JobStateName(JobState state) {
  const auto index = static_cast<size_t>(state);
  if (index >= kNames.size()) std::abort();
  return kNames[index];
}

std::optional<JobState> ParseJobState(absl::string_view word) {
  // From 1: no job is in the state "UNSPECIFIED".
  for (size_t i = 1; i < kNames.size(); ++i) {
    if (kNames[i] == word) return static_cast<JobState>(i);
  }
  return std::nullopt;
}

}  // namespace mesolys
