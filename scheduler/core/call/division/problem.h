#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PROBLEM_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PROBLEM_H_

// What a call asks of one resource: claims, and the pools (a site in a period) that they share.
// Names stand once; pools and claims point to them by index. Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "scheduler/core/call/division/level.h"

namespace mesolys::division {

struct Pool {
  uint32_t site = 0;    // of Problem::sites
  uint32_t period = 0;  // of Problem::periods
  int64_t capacity = 0;
  double cost = 0;  // of one unit; orders pools, is never counted
};

struct Claim {
  std::string request;
  int64_t amount = 0;
  int64_t minimum = 0;            // less is of no use to it
  int64_t weight = kWeightScale;  // millionths of a point
  int64_t priority = 0;           // a larger number is a higher priority
  uint32_t site_set = 0;          // of Problem::site_sets
  uint32_t period_set = 0;        // of Problem::period_sets
  uint32_t cost_set = 0;          // of Problem::cost_sets
  int32_t last_site = -1;         // of Problem::sites: where it was last year; -1: nowhere known
};

// What a unit costs some claims at a site, in place of what its pools say.
struct SiteCost {
  uint32_t site = 0;
  double cost = 0;

  friend auto operator<=>(const SiteCost&, const SiteCost&) = default;
};
using CostSet = std::vector<SiteCost>;  // each site once, in any order

// Indices, in any order. None means all of them.
using NameSet = std::vector<uint32_t>;

struct Problem {
  std::vector<std::string> sites;
  std::vector<std::string> periods;
  std::vector<Pool> pools;  // a (site, period) without a pool has nothing to give
  std::vector<NameSet> site_sets = {{}};
  std::vector<NameSet> period_sets = {{}};
  std::vector<CostSet> cost_sets = {{}};
  std::vector<Claim> claims;
};

// What a unit of a claim with this cost set costs in a pool.
double CostOf(const Problem& problem, uint32_t cost_set, const Pool& pool);

// INVALID_ARGUMENT names the entry that is out of its bounds, twice there or points nowhere, and
// says what would be right.
absl::Status Check(const Problem& problem);

// Who is told how far a long division is, often and on its thread.
class Progress {
 public:
  virtual ~Progress() = default;
  // `work` is a noun that people know; `all` is 0 where nobody can say how much there is.
  virtual void Tell(absl::string_view work, size_t done, size_t all) = 0;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_PROBLEM_H_
