#include "scheduler/core/confirmation_rules.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/core/grant_rules.h"
#include "scheduler/core/settled_order.h"

namespace mesolys {
namespace {

// The ledger as it will be: each order is decided on what the ones before it left, for two of them
// cannot have the same room.
class Ahead {
 public:
  Ahead(const Ledger& ledger, absl::Time now)
      : ledger_(ledger), revision_(ledger.revision() + 1), now_(now) {}

  void Record(Event event) {
    ledger_.Apply(event, now_, revision_);
    events_.push_back(std::move(event));
  }
  const Ledger& ledger() const { return ledger_; }
  std::vector<Event> Take() { return std::move(events_); }

 private:
  Ledger ledger_;
  const int64_t revision_;
  const absl::Time now_;
  std::vector<Event> events_;
};

// What the order gets of what no site holds any more. A ceiling that moves stays the grant's: what
// is taken away goes first.
Amount DoneOf(const GrantEntry& entry, const ReductionOrder& order) {
  Amount free = entry.grant.amount - entry.Held();
  if (order.kind == ChangeKind::kMove) {
    if (entry.revoked) return {};
    for (const ReductionOrder& other : entry.orders) free -= other.Claimed();
  }
  return std::max(Amount(), std::min(order.amount, free));
}

// Carries out the orders of a grant that wait for no site any more, the oldest first.
void RecordSettledOrders(int64_t grant, absl::Time now, Ahead& ahead) {
  if (!ahead.ledger().FindGrant(grant)->lowered.empty()) return;
  const std::vector<ReductionOrder> orders = ahead.ledger().FindGrant(grant)->orders;
  for (const ReductionOrder& order : orders) {
    const GrantEntry& entry = *ahead.ledger().FindGrant(grant);
    for (Event& event : SettledOrder(ahead.ledger(), entry, order, DoneOf(entry, order), now)) {
      ahead.Record(std::move(event));
    }
  }
}

Verdict ConfirmAll(const Ledger& ledger, const CeilingsConfirmed& event, absl::Time now) {
  Ahead ahead(ledger, now);
  ahead.Record(event);
  for (const auto& [grant, ceiling] : event.held) RecordSettledOrders(grant, now, ahead);
  return {ahead.Take(), {}};
}

}  // namespace

absl::StatusOr<Verdict> DecideConfirmation(const Ledger& ledger, const ConfirmCeilings& command,
                                           absl::Time now) {
  std::map<int64_t, Amount> said;
  for (const HeldCeiling& held : command.held) {
    Amount& most = said[held.grant];
    most = std::max(most, held.ceiling);
  }
  CeilingsConfirmed event;
  event.site = command.site;
  for (int64_t number : ledger.Awaited(command.site)) {
    const GrantEntry& entry = *ledger.FindGrant(number);
    // What was in force before the order cannot confirm it.
    if (entry.lowered.at(command.site) > command.generation) continue;
    // Nor does silence: the site may not have looked at what it used yet.
    const auto used = said.find(number);
    if (used == said.end()) continue;
    const Amount wanted = entry.grant.ceilings.at(command.site);
    const Amount least = std::max({wanted, used->second, entry.UsedAt(command.site)});
    event.held.push_back({number, std::min(least, entry.held.at(command.site))});
  }
  if (event.held.empty()) return Verdict{{}, {}, /*recorded=*/false};
  return ConfirmAll(ledger, event, now);
}

absl::StatusOr<Verdict> DecideSiteWriteOff(const Ledger& ledger, const WriteOffSite& command,
                                           absl::Time now) {
  if (!ledger.catalogue().sites.contains(command.site)) {
    return Refuse(Reason::kUnknownSite,
                  absl::StrCat("there is no site \"", command.site, "\"; see `mesolys site list`"),
                  {{"site", command.site}});
  }
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  CeilingsConfirmed event;
  event.site = command.site;
  event.written_off = true;
  event.reason = command.reason;
  for (int64_t number : ledger.Awaited(command.site)) {
    const GrantEntry& entry = *ledger.FindGrant(number);
    const Amount held = entry.held.at(command.site);
    const Amount wanted = entry.grant.ceilings.at(command.site);
    const Amount least = std::min(held, std::max(wanted, entry.UsedAt(command.site)));
    event.held.push_back({number, least});
    event.at_risk.push_back({number, held - least});
  }
  if (event.held.empty()) {
    return Refuse(
        Reason::kNothingAwaited,
        absl::StrCat("nothing waits for site ", command.site, ": there is nothing to write off"),
        {{"site", command.site}});
  }
  return ConfirmAll(ledger, event, now);
}

}  // namespace mesolys
