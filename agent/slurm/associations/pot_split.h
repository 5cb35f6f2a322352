#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_POT_SPLIT_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_POT_SPLIT_H_

// One pot of GPU-minutes over the TRES that are fed by it: cards, slices, shards. Slurm has no
// limit of a sum, so each gets a part of its own, moved with each look at what runs and waits.
// Pure; any thread.

#include <cstdint>
#include <string>
#include <vector>

namespace mesolys::agent {

// A TRES of which one counts parts / whole of a GPU of the pot.
struct FedTres {
  std::string tres;
  int64_t parts = 1;  // at least 1, and at most `whole`
  int64_t whole = 1;  // the common multiple of those of one pot is at most 10^10
  // Minutes of the TRES, 0 to kMinutesMax: what is kept for jobs that run, and what those that wait
  // ask.
  int64_t kept = 0;
  int64_t waiting = 0;
};

// Minutes of each TRES, in their order. What runs comes first, in its shares where the pot is too
// small for all of it; then what waits, the least first, so that most of it can start; the rest
// evenly, for what comes next. No part is below 0 or beyond kMinutesMax, and counted in minutes of
// the pot, of which there are at most kMinutesMax, they never add up to more than it.
std::vector<int64_t> SplitPot(int64_t minutes, const std::vector<FedTres>& fed);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_POT_SPLIT_H_
