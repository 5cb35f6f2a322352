#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_DIVISION_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_DIVISION_H_

// Divides what there is of one resource among claims: as equal as their weights, places and amounts
// allow (weighted leximin), to the unit; then placed where it costs least, with few claims split.
// A claim that would get less than its minimum is dropped, so that others have it. The result does
// not depend on the order of the input. Pure; any thread.

#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {

enum class AwardStatus : uint8_t { kFull, kPartial, kDropped };

struct Award {
  int64_t amount = 0;
  int32_t share = -1;  // of Division::shares; -1: no pool, or dropped
  AwardStatus status = AwardStatus::kPartial;
};

struct PoolAward {
  int64_t allocated = 0;
  int32_t share = -1;
};

// Pools that are used at one level, and what their claims get for each point of weight: all they
// ask if it is infinite. Index 0 has the lowest level; at most one is infinite, the last.
struct Share {
  Level level;
  std::vector<uint32_t> pools;
};

struct Placement {
  uint32_t claim = 0;
  uint32_t pool = 0;
  int64_t amount = 0;
};

// A claim that was dropped, and who would have been below their minimum had it come back: itself,
// or a claim that its return would have pushed there.
struct Drop {
  uint32_t claim = 0;
  uint32_t blocker = 0;
};

struct Division {
  std::vector<Award> awards;          // of each claim
  std::vector<Placement> placements;  // by claim, then site and period
  std::vector<PoolAward> pools;       // of each pool
  std::vector<Share> shares;
  std::vector<Drop> drops;  // the highest priority first; none of them alone could come back
};

// Of a problem that passed Check. `progress` may be null.
Division Divide(const Problem& problem, Progress* progress = nullptr);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_DIVISION_H_
