#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_PLACEMENT_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_PLACEMENT_H_

// Where and in which months an amount finds room. A promise of capacity at admission, not a monthly
// limit; only seconds still to come are placed. Pure.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/values/period.h"
#include "scheduler/core/facts/grant.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

// The room of one site for one resource within a period.
class Room {
 public:
  // Looks at what of `period` lies after `now`.
  Room(const Ledger& ledger, absl::string_view site, absl::string_view resource,
       const Period& period, absl::Time now);

  // What can still be placed: over all months of a flow, in the fullest month of a stock.
  Amount free() const { return free_; }

  // `amount` is at most free(). A flow is spread over the months in proportion to what is free in
  // each, rounded down, the remainder to the earliest; a stock is held in every month.
  std::vector<Placement> Place(Amount amount) const;

 private:
  struct Cell {
    Month month;
    Amount free;
  };
  std::string site_;
  bool stock_ = false;
  std::vector<Cell> cells_;
  Amount free_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_PLACEMENT_H_
