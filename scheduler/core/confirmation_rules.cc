#include "scheduler/core/confirmation_rules.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/core/grant_rules.h"
#include "scheduler/core/settled_order.h"

namespace mesolys {
namespace {

// The grant as it will be after the confirmation.
GrantEntry Confirmed(GrantEntry entry, const std::string& site, Amount ceiling) {
  entry.held[site] = ceiling;
  entry.grant.ceilings[site] = ceiling;
  entry.lowered.erase(site);
  return entry;
}

// Carries out the orders of a grant that wait for no site any more, the oldest first.
void AppendSettledOrders(const Ledger& ledger, GrantEntry entry, absl::Time now,
                         std::vector<Event>& events) {
  if (!entry.lowered.empty()) return;
  int64_t new_grants = 0;
  for (const Event& event : events) new_grants += std::holds_alternative<GrantIssued>(event);
  const std::vector<ReductionOrder> orders = std::exchange(entry.orders, {});
  for (const ReductionOrder& order : orders) {
    const Amount done = std::min(order.amount, entry.grant.amount - entry.Held());
    for (Event& event : SettledOrder(ledger, entry, order, done, new_grants, now)) {
      new_grants += std::holds_alternative<GrantIssued>(event);
      const auto* changed = std::get_if<GrantChanged>(&event);
      if (changed != nullptr && changed->change.grant == entry.grant.number) {
        entry.grant.amount += changed->change.amount;
        for (const auto& [site, raise] : changed->change.ceilings) entry.held[site] += raise;
        entry.grant.normalised = entry.grant.normalised + changed->change.normalised;
        for (const Placement& taken : changed->change.placements) {
          for (Placement& placement : entry.grant.placements) {
            if (placement.site == taken.site && placement.month == taken.month) {
              placement.amount += taken.amount;
            }
          }
        }
      }
      events.push_back(std::move(event));
    }
  }
}

absl::StatusOr<Verdict> ConfirmAll(const Ledger& ledger, CeilingsConfirmed event, absl::Time now) {
  std::vector<Event> events = {event};
  for (const auto& [grant, ceiling] : event.held) {
    AppendSettledOrders(ledger, Confirmed(*ledger.FindGrant(grant), event.site, ceiling), now,
                        events);
  }
  return Verdict{std::move(events), {}};
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
  return ConfirmAll(ledger, std::move(event), now);
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
  return ConfirmAll(ledger, std::move(event), now);
}

}  // namespace mesolys
