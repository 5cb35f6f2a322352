#include "scheduler/core/rules/under_use.h"

#include <algorithm>

#include "proto/values/day.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/reduction_rules.h"

namespace mesolys {
namespace {

const Programme* ProgrammeOf(const Ledger& ledger, const Grant& grant) {
  const auto it = ledger.catalogue().programmes.find(grant.programme);
  return it == ledger.catalogue().programmes.end() ? nullptr : &it->second;
}

}  // namespace

Lateness LatenessOf(const Ledger& ledger, const GrantEntry& entry, absl::Time now) {
  Lateness lateness;
  const Grant& grant = entry.grant;
  const Programme* programme = ProgrammeOf(ledger, grant);
  const Period period{grant.period.start, entry.EndProper()};
  const bool runs = period.Contains(now) && !entry.revoked;
  if (programme == nullptr || !runs || IsStock(grant.resource) || grant.amount == Amount()) {
    return lateness;
  }
  const Amount used = std::min(grant.amount, std::max(Amount(), entry.Used().Spent()));
  const absl::Time reached = ReachedWith(grant.curve, period, grant.amount, used);
  lateness.days = Period{reached, now}.Seconds() / kSecondsPerDay;
  lateness.warned = programme->late_days_warned > 0 && lateness.days >= programme->late_days_warned;
  if (programme->late_days_max == 0) return lateness;
  const absl::Time allowed = now - absl::Hours(24) * programme->late_days_max;
  const Amount expected = ExpectedBy(grant.curve, period, grant.amount, allowed);
  lateness.excess = std::max(Amount(), expected - used);
  return lateness;
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const NoticeUnderUse& command) {
  const GrantEntry* entry = at.ledger.FindGrant(command.grant);
  if (entry == nullptr) {
    return NoGrant(command.grant);
  }
  const Lateness lateness = LatenessOf(at.ledger, *entry, at.now);
  const bool told = entry->notice.has_value() && at.now < entry->notice->give_back_time;
  if (lateness.excess == Amount() || told) return Verdict{{}, {}, /*recorded=*/false};
  const int days = ProgrammeOf(at.ledger, entry->grant)->notice_days;
  return Verdict{{UnderUseNoticed{{command.grant, lateness.days, lateness.excess,
                                   at.now + absl::Hours(24) * days}}},
                 {}};
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const GiveBackUnused& command) {
  const GrantEntry* entry = at.ledger.FindGrant(command.grant);
  if (entry == nullptr) {
    return NoGrant(command.grant);
  }
  const bool due = entry->notice.has_value() && at.now >= entry->notice->give_back_time;
  const Amount excess = std::min(LatenessOf(at.ledger, *entry, at.now).excess, UnclaimedOf(*entry));
  if (!due || excess == Amount()) return Verdict{{}, {}, /*recorded=*/false};
  return DecideReduction(
      at.ledger, *entry, ChangeKind::kGiveBack, excess,
      Say("not used in time: noticed $0 days late", entry->notice->late_days).Render(), at.now);
}

}  // namespace mesolys
