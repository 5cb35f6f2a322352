#ifndef MESOLYS_SCHEDULER_PROBLEM_JSON_H_
#define MESOLYS_SCHEDULER_PROBLEM_JSON_H_

// The offline form of a call: its pools and claims as JSON, and the divisions as JSON. What comes
// in may be hostile. Any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/core/division/division.h"
#include "scheduler/core/division/problem.h"

namespace mesolys {

// Where an entry of the file is: which problem, and its index there.
struct EntryPlace {
  uint32_t problem = 0;
  uint32_t index = 0;
};

struct Call {
  std::vector<std::string> resources;  // in the order of the pools; one problem each
  std::vector<division::Problem> problems;
  std::vector<EntryPlace> pools;   // in the order of the file
  std::vector<EntryPlace> claims;  // likewise
};

// INVALID_ARGUMENT is one line that names the entry, what is wrong there and what would be right.
absl::StatusOr<Call> ParseCall(absl::string_view text);

// `divisions` are those of the problems, and have passed their certificates.
std::string FormatDivisions(const Call& call, const std::vector<division::Division>& divisions,
                            double solve_seconds);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_PROBLEM_JSON_H_
