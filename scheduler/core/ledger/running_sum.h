#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_RUNNING_SUM_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_RUNNING_SUM_H_

// Pure value.

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace mesolys {

// A sum that remembers when it grew.
class RunningSum {
 public:
  // Times never fall.
  void Add(absl::Time time, int64_t amount);
  // What was added after `since`.
  int64_t Since(absl::Time since) const;

 private:
  std::vector<std::pair<absl::Time, int64_t>> sums_;  // (time, sum up to and including it)
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_RUNNING_SUM_H_
