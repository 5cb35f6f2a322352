#ifndef MESOLYS_AGENT_PORTS_IN_FORCE_H_
#define MESOLYS_AGENT_PORTS_IN_FORCE_H_

// What may be taken away from a site in one step. Pure; any thread.

#include <cstdint>

#include "absl/status/status.h"
#include "agent/ports/enforcer.h"

namespace mesolys::agent {

// What a plan takes away.
struct Removals {
  int64_t count = 0;
  int64_t held_count = 0;  // of the same kinds, held now
};

// FAILED_PRECONDITION, with numbers, when it is more than the limit allows.
absl::Status CheckRemovals(const Removals& removals, const RemovalLimit& limit);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_IN_FORCE_H_
