#ifndef MESOLYS_AGENT_SLURM_TEXT_HOST_LIST_H_
#define MESOLYS_AGENT_SLURM_TEXT_HOST_LIST_H_

// Slurm's short form of many names: "n[1-3,07],login1" is n1, n2, n3, n07 and login1. Pure; any
// thread.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mesolys::agent {

constexpr size_t kHostListMax = 100'000;

// In the order of the text. None for an empty one and for "(null)". INVALID_ARGUMENT for a list
// that is not of that form, and for one of more than kHostListMax names.
absl::StatusOr<std::vector<std::string>> ExpandHostList(absl::string_view text);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_HOST_LIST_H_
