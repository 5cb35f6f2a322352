#ifndef MESOLYS_AGENT_RECONCILE_USE_SUM_H_
#define MESOLYS_AGENT_RECONCILE_USE_SUM_H_

// Sums of what was used, bounded whatever a site or a scheduler says. Pure; any thread.

#include <cstdint>

#include "agent/reconcile/access.h"
#include "proto/values/quantity.h"

namespace mesolys::agent {

// No sum grows beyond this: a hundred of them still add up.
inline constexpr Amount kSumMax{int64_t{1} << 56};

void AddBounded(Amount more, Amount& sum);

// Of grants and logins, committed or not.
void AddBounded(const SiteUse& more, SiteUse& sum);

// What `all` has of each grant and login beyond `part`; nothing where it has less.
SiteUse ExcessOf(const SiteUse& all, const SiteUse& part);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_RECONCILE_USE_SUM_H_
