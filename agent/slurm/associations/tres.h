#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_TRES_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_TRES_H_

// TRES as Slurm calls them: "cpu", "gres/gpu", "gres/gpu:a100", "gres/shard". Pure; any thread.

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace mesolys::agent {

// Whole minutes, as GrpTRESMins holds them. No entry: no limit.
using TresMinutes = std::map<std::string, int64_t>;

// Beyond this a limit is the same as none; 1.9 million years of one core.
inline constexpr int64_t kMinutesMax = 1'000'000'000'000;

inline constexpr char kAllGpus[] = "gres/gpu";

// Of a resource; empty for one that Slurm does not count.
std::string TresOf(absl::string_view resource);

// "gres/gpu:a100": GPUs of one type.
bool IsTypedGpu(absl::string_view tres);

// "gres/shard", "gres/mps:v100": parts of GPUs that several jobs share, which count in no other
// TRES of GPUs.
bool IsSharedTres(absl::string_view tres);

// Whether the agent may write a limit of it. A type of GPUs with a name that it cannot write keeps
// no limit of its own; that of all GPUs holds for it, and what it used is never given again there.
bool IsLimitable(absl::string_view tres);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_TRES_H_
