#include "scheduler/core/figures/comparison.h"

#include <algorithm>
#include <cstdlib>

#include "absl/numeric/int128.h"
#include "proto/values/charging.h"

namespace mesolys {
namespace {

// What the ledger holds of one job and resource, apart by who pays.
struct Held {
  Amount paid;        // by grants, before refunds
  Amount refunded;    // of that
  Amount uncovered;   // by nobody: no grant
  Amount unassigned;  // by nobody: no project

  Amount Gross() const { return paid + uncovered + unassigned; }
};

struct Sides {
  Amount whole;   // of the accounting, the whole job
  Amount within;  // of that, within the span
  Held held;
};

// `amount`, in the share of the job's wall time that lies within the period; rounded down.
Amount Within(Amount amount, const UsageRecord& record, const Period& period) {
  const int64_t all = Period{record.start_time, record.end_time}.Seconds();
  const int64_t some = Intersection({record.start_time, record.end_time}, period).Seconds();
  if (some == all) return amount;
  return Amount(static_cast<int64_t>(absl::int128(amount.count()) * some / all));
}

void AddTold(const Ledger& ledger, const UsageRecord& record, const Period& period,
             std::map<std::string, Sides>& sides) {
  const Site& site = ledger.catalogue().sites.at(ledger.SiteOf(record.key.cluster));
  const int64_t seconds = SpansOf(record).charged_seconds;
  for (const HeldUnits& held : HeldBy(record, site.Charges())) {
    sides[held.resource].whole += AmountOf(held, seconds);
  }
  for (auto& [resource, side] : sides) side.within = Within(side.whole, record, period);
}

void AddHeld(const Job& job, std::map<std::string, Sides>& sides) {
  for (const Charge& charge : job.charges) {
    if (charge.kind == ChargeKind::kCommitted) continue;
    Held& held = sides[charge.resource].held;
    if (charge.kind == ChargeKind::kRefund) {
      // What nobody paid, nobody gets back.
      if (charge.grant != 0) held.refunded += charge.amount;
    } else if (charge.grant != 0) {
      held.paid += charge.amount;
    } else if (job.project.empty()) {
      held.unassigned += charge.amount;
    } else {
      held.uncovered += charge.amount;
    }
  }
}

// Why the two do not count the same seconds of the job.
DifferenceCause CauseOfRest(const ComparedSpan& span, const UsageRecord* told, const Job* held) {
  const bool told_runs = told != nullptr && !IsTerminal(told->state);
  const bool held_runs = held != nullptr && !IsTerminal(held->record.state);
  if (told_runs) return DifferenceCause::kRunning;
  // It began, or its end was reported, after the accounting was read.
  if (told == nullptr && held->record.start_time >= span.begin) return DifferenceCause::kRunning;
  if (told == nullptr) return DifferenceCause::kUnexplained;
  const bool is_behind = held == nullptr || Newer(*told, held->record);
  if (!is_behind) return DifferenceCause::kUnexplained;
  const bool comes_by_itself = span.spool_waits || told->end_time >= span.begin - span.late;
  if (!comes_by_itself) return DifferenceCause::kUnexplained;
  return held_runs && told->end_time >= span.begin - absl::Minutes(5) ? DifferenceCause::kRunning
                                                                      : DifferenceCause::kLate;
}

}  // namespace

ComparedJob CompareJob(const Ledger& ledger, const ComparedSpan& span, const UsageRecord* told,
                       const Job* held) {
  if (told == nullptr && held == nullptr) std::abort();
  std::map<std::string, Sides> sides;
  if (told != nullptr) AddTold(ledger, *told, span.period, sides);
  if (held != nullptr) AddHeld(*held, sides);
  const UsageRecord& record = told != nullptr ? *told : held->record;
  ComparedJob compared;
  compared.is_new = told != nullptr && (held == nullptr || Newer(*told, held->record));
  for (const auto& [resource, side] : sides) {
    const ComparedAmounts amounts = {side.within, side.held.paid - side.held.refunded};
    compared.amounts[resource] = amounts;
    const auto differ = [&, &resource = resource](DifferenceCause cause, Amount amount) {
      if (amount == Amount()) return;
      compared.differences.push_back(
          {record.key, record.account, record.user, resource, cause, amount, amounts});
    };
    differ(DifferenceCause::kUnknownAccount, Amount() - side.held.unassigned);
    differ(DifferenceCause::kNoGrant, Amount() - side.held.uncovered);
    differ(DifferenceCause::kRefunded, Amount() - side.held.refunded);
    differ(DifferenceCause::kClipped, side.whole - side.within);
    differ(CauseOfRest(span, told, held), side.held.Gross() - side.whole);
  }
  return compared;
}

bool RanWithin(const UsageRecord& record, const Period& period) {
  return record.start_time < period.end && record.end_time > period.start;
}

}  // namespace mesolys
