#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_TOTALS_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_TOTALS_H_

// Sums of what is booked. Pure values.

#include "proto/values/quantity.h"
#include "scheduler/core/facts/job.h"

namespace mesolys {

// What is booked somewhere, kind by kind.
struct Totals {
  Amount settled;
  Amount in_flight;
  Amount committed;
  Amount refund;
  Amount opening{};  // used before the ledger began; no job of ours stands behind it

  friend bool operator==(const Totals&, const Totals&) = default;

  // Finished and running use, net of refunds.
  Amount Spent() const { return settled - refund + opening + in_flight; }

  Amount Of(ChargeKind kind) const;
  void Add(ChargeKind kind, Amount amount);
  void Add(const Totals& other);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_TOTALS_H_
