#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_PRICE_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_PRICE_H_

// What the entries of a job are worth. An amount that was used across the date of a new rate is
// shown in one piece per rate; the pieces add up to it exactly. A view of what is booked: nothing
// is booked by it, and base units never change with a rate. Pure.

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

struct PricedCharge {
  Charge charge;                    // with the amount of this piece
  PartsPerMillion rate;             // normalised seconds of a million base units
  std::optional<absl::Time> since;  // when the rate began; nothing where there is none
};

// In the order of the job's charges, and of time within each.
std::vector<PricedCharge> Priced(const Ledger& ledger, const Job& job);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_PRICE_H_
