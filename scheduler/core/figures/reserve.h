#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_RESERVE_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_RESERVE_H_

// The reserve of dynamic access: a share of each month's capacity, released as the months of a
// calendar year begin and drawn by what is decided in that year. Pure.

#include <string>

#include "absl/time/time.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

struct Reserve {
  Amount released;  // by the months of this year so far
  Amount drawn;     // of it; more than was released where a catalogue has cut the capacity since

  Amount Left() const;
};

// At a site of the catalogue. A stock has no reserve: nothing bounds it.
Reserve ReserveAt(const Ledger& ledger, const std::string& site, const std::string& resource,
                  absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_RESERVE_H_
