#include "scheduler/core/under_use.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "scheduler/core/reduction_rules.h"

namespace mesolys {
namespace {

constexpr int64_t kDay = 86'400;

const Programme* ProgrammeOf(const Ledger& ledger, const Grant& grant) {
  const auto it = ledger.catalogue().programmes.find(grant.programme);
  return it == ledger.catalogue().programmes.end() ? nullptr : &it->second;
}

}  // namespace

Lateness LatenessOf(const Ledger& ledger, const GrantEntry& entry, absl::Time now) {
  Lateness lateness;
  const Grant& grant = entry.grant;
  const Programme* programme = ProgrammeOf(ledger, grant);
  const bool runs = now >= grant.period.start && now < grant.period.end && !entry.revoked;
  if (programme == nullptr || !runs || IsStock(grant.resource) || grant.amount == Amount()) {
    return lateness;
  }
  const int64_t duration = grant.period.Seconds();
  const int64_t elapsed = Period{grant.period.start, now}.Seconds();
  const Amount used = std::min(grant.amount, std::max(Amount(), entry.Used().Spent()));
  const int64_t reached = MulDiv(duration, used.count(), grant.amount.count());
  lateness.days = std::max<int64_t>(0, (elapsed - reached) / kDay);
  lateness.warned = programme->late_days_warned > 0 && lateness.days >= programme->late_days_warned;
  const int64_t allowed = elapsed - programme->late_days_max * kDay;
  if (programme->late_days_max == 0 || allowed <= reached) return lateness;
  const Amount expected(MulDiv(grant.amount.count(), allowed, duration));
  lateness.excess = std::max(Amount(), expected - used);
  return lateness;
}

absl::StatusOr<Verdict> DecideNotice(const Ledger& ledger, const NoticeUnderUse& command,
                                     absl::Time now) {
  const GrantEntry* entry = ledger.FindGrant(command.grant);
  if (entry == nullptr) {
    return Refuse(Reason::kUnknownGrant, absl::StrCat("there is no grant g", command.grant));
  }
  const Lateness lateness = LatenessOf(ledger, *entry, now);
  const bool told = entry->notice.has_value() && now < entry->notice->give_back_time;
  if (lateness.excess == Amount() || told) return Verdict{{}, {}, /*recorded=*/false};
  const int days = ProgrammeOf(ledger, entry->grant)->notice_days;
  return Verdict{{UnderUseNoticed{{command.grant, lateness.days, lateness.excess,
                                   now + absl::Hours(24) * days}}},
                 {}};
}

absl::StatusOr<Verdict> DecideGiveBack(const Ledger& ledger, const GiveBackUnused& command,
                                       absl::Time now) {
  const GrantEntry* entry = ledger.FindGrant(command.grant);
  if (entry == nullptr) {
    return Refuse(Reason::kUnknownGrant, absl::StrCat("there is no grant g", command.grant));
  }
  const bool due = entry->notice.has_value() && now >= entry->notice->give_back_time;
  const Amount excess = std::min(LatenessOf(ledger, *entry, now).excess, UnclaimedOf(*entry));
  if (!due || excess == Amount()) return Verdict{{}, {}, /*recorded=*/false};
  return DecideReduction(
      ledger, *entry, ChangeKind::kGiveBack, excess,
      absl::StrCat("not used in time: noticed ", entry->notice->late_days, " days late"), now);
}

}  // namespace mesolys
