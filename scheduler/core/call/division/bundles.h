#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_BUNDLES_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_BUNDLES_H_

// Claims of one request on several resources that are of use only together: each is granted the
// same part of what it asks, and what they cannot use goes to others. A bundle gets the part of its
// scarcest line; then bundles that are still not held by any of their lines rise together, until
// one is. A bundle with a line below its minimum is dropped whole, and tried again at the end as
// claims are. Storage is given only at sites where the other lines were placed. Pure; any thread.

#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/division.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {

struct BundleLine {
  uint32_t problem = 0;
  uint32_t claim = 0;       // of that problem
  bool is_storage = false;  // goes where the others are; no line that is not storage claims
                            // anything of its problem
};

// Lines of one request, at most one of each problem.
using Bundle = std::vector<BundleLine>;

struct TogetherDivision {
  // As asked, but for lines of bundles: these claim what their bundle can use (nothing if it was
  // dropped), and storage the sites where it can be. `divisions` are those of these problems.
  std::vector<Problem> problems;
  std::vector<Division> divisions;
  std::vector<bool> dropped;  // of each bundle
};

// Of problems that passed Check, and bundles of which no two have a line in common.
// `progress` may be null.
TogetherDivision DivideTogether(std::vector<Problem> problems, const std::vector<Bundle>& bundles,
                                Progress* progress = nullptr);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_BUNDLES_H_
