#ifndef MESOLYS_SCHEDULER_CALL_PROBLEM_JSON_H_
#define MESOLYS_SCHEDULER_CALL_PROBLEM_JSON_H_

// The offline form of a call: its pools and claims as JSON, which may be hostile. Any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/core/call/division/bundles.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys {

// Where an entry of the file is: which problem, and its index there.
struct EntryPlace {
  uint32_t problem = 0;
  uint32_t index = 0;
};

struct Call {
  std::vector<std::string> resources;       // in the order of the pools; one problem each
  std::vector<division::Problem> problems;  // with the same sites and periods
  std::vector<EntryPlace> pools;            // in the order of the file
  std::vector<EntryPlace> claims;           // likewise
  std::vector<division::Bundle> bundles;    // claims of one request that are marked together
};

// INVALID_ARGUMENT is one line that names the entry, what is wrong there and what would be right.
// `progress` may be null.
absl::StatusOr<Call> ParseCall(absl::string_view text, division::Progress* progress = nullptr);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_PROBLEM_JSON_H_
