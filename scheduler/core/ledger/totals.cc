#include "scheduler/core/ledger/totals.h"

#include <cstdlib>

namespace mesolys {

Amount Totals::Of(ChargeKind kind) const {
  switch (kind) {
    case ChargeKind::kSettled:
      return settled;
    case ChargeKind::kInFlight:
      return in_flight;
    case ChargeKind::kCommitted:
      return committed;
    case ChargeKind::kRefund:
      return refund;
    case ChargeKind::kNone:
      break;
  }
  std::abort();
}

void Totals::Add(ChargeKind kind, Amount amount) {
  switch (kind) {
    case ChargeKind::kSettled:
      settled += amount;
      return;
    case ChargeKind::kInFlight:
      in_flight += amount;
      return;
    case ChargeKind::kCommitted:
      committed += amount;
      return;
    case ChargeKind::kRefund:
      refund += amount;
      return;
    case ChargeKind::kNone:
      break;
  }
  std::abort();
}

void Totals::Add(const Totals& other) {
  settled += other.settled;
  in_flight += other.in_flight;
  committed += other.committed;
  refund += other.refund;
  opening += other.opening;
}

}  // namespace mesolys
