#ifndef MESOLYS_SCHEDULER_CORE_GRANT_H_
#define MESOLYS_SCHEDULER_CORE_GRANT_H_

// An amount of one resource for one project and period. Immutable: changed only by further entries.
// Pure.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"
#include "scheduler/core/month.h"

namespace mesolys {

// A promise of capacity; for storage the stock held through the month.
struct Placement {
  std::string site;
  Month month;
  Amount amount;

  friend bool operator==(const Placement&, const Placement&) = default;
};

struct Grant {
  int64_t number = 0;  // over the whole ledger, from 1
  std::string project;
  std::string resource;
  Amount amount;
  Period period;
  int64_t request = 0;
  // What the thresholds of dynamic access count, copied here so that they never change.
  std::string pi;
  std::string programme;
  NormalisedSeconds normalised;
  absl::Time issue_time;
  std::vector<Placement> placements;  // by site, then month
  std::map<std::string, Amount>
      ceilings;  // site -> cumulative ceiling; their sum is at most `amount`

  friend bool operator==(const Grant&, const Grant&) = default;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_GRANT_H_
