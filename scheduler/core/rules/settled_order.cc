#include "scheduler/core/rules/settled_order.h"

#include <algorithm>
#include <utility>

#include "proto/values/names.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/placement.h"
#include "scheduler/core/rules/grant_rules.h"

namespace mesolys {
namespace {

ChangeKind Received(ChangeKind kind) {
  return kind == ChangeKind::kAdjustmentOut ? ChangeKind::kAdjustmentIn : ChangeKind::kTransferIn;
}

// `amount` over the weights in proportion, rounded down, the remainder to the first that has room.
// It is at most the sum of the weights.
std::vector<Amount> Spread(const std::vector<Amount>& weights, Amount amount) {
  Amount sum;
  for (Amount weight : weights) sum += weight;
  std::vector<Amount> parts;
  Amount given;
  for (Amount weight : weights) {
    parts.push_back(sum == Amount() ? Amount()
                                    : Amount(MulDiv(weight.count(), amount.count(), sum.count())));
    given += parts.back();
  }
  for (size_t i = 0; given < amount && i < parts.size(); ++i) {
    const Amount more = std::min(amount - given, weights[i] - parts[i]);
    parts[i] += more;
    given += more;
  }
  return parts;
}

// The promises of months still to come that go with `done`; of a stock, the same in every month.
std::vector<Placement> PlacementsWith(const Ledger& ledger, const Grant& grant, Amount done,
                                      absl::Time now) {
  const Month current = ledger.catalogue().MonthAt(now);
  std::vector<Placement> ahead;
  for (const Placement& placement : grant.placements) {
    if (placement.month >= current && placement.amount > Amount()) ahead.push_back(placement);
  }
  std::vector<Amount> weights;
  if (IsStock(grant.resource)) {
    std::map<std::string, Amount> least;  // by site
    for (const Placement& placement : ahead) {
      const auto it = least.try_emplace(placement.site, placement.amount).first;
      it->second = std::min(it->second, placement.amount);
    }
    Amount sum;
    for (const auto& [site, amount] : least) {
      weights.push_back(amount);
      sum += amount;
    }
    const std::vector<Amount> parts = Spread(weights, std::min(done, sum));
    size_t i = 0;
    for (auto& [site, amount] : least) amount = parts[i++];
    for (Placement& placement : ahead) placement.amount = least[placement.site];
  } else {
    Amount sum;
    for (const Placement& placement : ahead) {
      weights.push_back(placement.amount);
      sum += placement.amount;
    }
    const std::vector<Amount> parts = Spread(weights, std::min(done, sum));
    for (size_t i = 0; i < ahead.size(); ++i) ahead[i].amount = parts[i];
  }
  std::erase_if(ahead, [](const Placement& p) { return p.amount == Amount(); });
  return ahead;
}

// Where the receiver may spend `done`: at the sites whose promises go along, else where the giver
// was.
std::map<std::string, Amount> SitesWith(const Grant& grant, const std::vector<Placement>& moved,
                                        Amount done) {
  std::map<std::string, Amount> weight;
  for (const Placement& placement : moved) {
    Amount& at = weight[placement.site];
    at = IsStock(grant.resource) ? placement.amount : at + placement.amount;
  }
  Amount sum;
  for (const auto& [site, amount] : weight) sum += amount;
  if (sum == Amount()) return {{grant.ceilings.begin()->first, done}};
  Amount given;
  for (auto& [site, amount] : weight) {
    amount = Amount(MulDiv(amount.count(), done.count(), sum.count()));
    given += amount;
  }
  weight.begin()->second += done - given;
  return weight;
}

std::vector<Placement> Within(const Catalogue& catalogue, std::vector<Placement> placements,
                              const Period& period) {
  std::erase_if(placements, [&](const Placement& placement) {
    return Intersection(catalogue.PeriodOf(placement.month), period).Seconds() == 0;
  });
  return placements;
}

// The promises of a stock in the months after those that its giver promised, as far as there is
// room: who receives it for longer holds it for longer.
std::vector<Placement> PromisesAfter(const Ledger& ledger, const Grant& grant, absl::Time end,
                                     const std::vector<Placement>& moved, absl::Time now) {
  std::map<std::string, Placement> last;  // by site
  for (const Placement& placement : moved) {
    Placement& at = last.try_emplace(placement.site, placement).first->second;
    if (placement.month > at.month) at = placement;
  }
  std::vector<Placement> promises;
  for (const auto& [site, placement] : last) {
    const absl::Time held_until = ledger.catalogue().PeriodOf(placement.month).end;
    const Room room(ledger, site, grant.resource, {held_until, std::max(held_until, end)}, now);
    for (Placement& later : room.Place(std::min(placement.amount, room.free()))) {
      promises.push_back(std::move(later));
    }
  }
  return promises;
}

// The promises that a grant receives with the hours: those of its own months, and for the others
// new ones in its months, as far as there is room.
std::vector<Placement> PromisesIn(const Ledger& ledger, const GrantEntry& to,
                                  const std::vector<Placement>& moved, absl::Time now) {
  const Grant& grant = to.grant;
  const Period proper{grant.period.start, to.EndProper()};
  std::vector<Placement> promises = Within(ledger.catalogue(), moved, proper);
  if (IsStock(grant.resource)) {
    for (Placement& later : PromisesAfter(ledger, grant, proper.end, moved, now)) {
      promises.push_back(std::move(later));
    }
    return promises;
  }
  std::map<std::string, Amount> homeless;  // by site
  for (const Placement& placement : moved) homeless[placement.site] += placement.amount;
  for (const Placement& placement : promises) homeless[placement.site] -= placement.amount;
  for (const auto& [site, amount] : homeless) {
    const Room room(ledger, site, grant.resource, proper, now);
    for (Placement& placement : room.Place(std::min(amount, room.free()))) {
      promises.push_back(std::move(placement));
    }
  }
  return promises;
}

// What of `done` the receiver that the order names can still take; the rest stays where it was.
Amount TakenBy(const Ledger& ledger, const GrantEntry& from, const ReductionOrder& order,
               Amount done, absl::Time now) {
  if (order.kind == ChangeKind::kAdjustmentOut) {
    // A debt outlives its grant, but it may have shrunk since.
    return std::min(done, BalanceOf(*ledger.FindGrant(order.to_grant), now).overdraft);
  }
  if (order.to_grant != 0) {
    const GrantEntry& to = *ledger.FindGrant(order.to_grant);
    const bool takes = !to.revoked && !ledger.FindProject(to.grant.project)->archived;
    return takes ? done : Amount();
  }
  if (order.to_project.empty()) return done;
  const bool takes = now < from.EndProper() && !ledger.FindProject(order.to_project)->archived;
  return takes ? done : Amount();
}

// What the grant's normalised hours were counted for: what it has, and what left it counted.
Amount CountedOf(const GrantEntry& entry) {
  Amount counted = entry.grant.amount;
  for (const auto& [time, change] : entry.changes) {
    const bool left_counted = change.kind == ChangeKind::kTransferOut ||
                              change.kind == ChangeKind::kAdjustmentOut ||
                              change.kind == ChangeKind::kGiveBack;
    if (left_counted) counted -= change.amount;
  }
  return counted;
}

Grant NewGrant(const Ledger& ledger, const GrantEntry& from, const ReductionOrder& order,
               absl::Time now) {
  const Project& project = ledger.FindProject(order.to_project)->project;
  Grant grant;
  grant.project = project.id;
  grant.resource = from.grant.resource;
  // Seconds of use are whole.
  const absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
  grant.period = {std::max(second, from.grant.period.start), from.EndProper()};
  grant.pi = project.pi;
  grant.programme = project.programme;
  grant.issue_time = now;
  grant.bonus = from.grant.bonus;
  grant.of_call = from.grant.of_call;
  return grant;
}

// The same grant, at another site: the promises of the first go along as far as the second has
// room.
Event Moved(const Ledger& ledger, const GrantEntry& entry, const ReductionOrder& order, Amount done,
            absl::Time now) {
  GrantChange change = ChangeOf(entry, order.kind, order.reason);
  change.order = order.number;
  if (done == Amount()) return GrantChanged{std::move(change)};
  change.ceilings[order.to_site] = done;
  if (order.ceilings.empty()) return GrantChanged{std::move(change)};
  Grant at_site = entry.grant;
  const std::string& from_site = order.ceilings.begin()->first;
  std::erase_if(at_site.placements, [&](const Placement& p) { return p.site != from_site; });
  const Room room(ledger, order.to_site, entry.grant.resource, entry.grant.period, now);
  Amount left = std::min(room.free(), done);
  Amount moved;
  for (Placement& placement : PlacementsWith(ledger, at_site, left, now)) {
    // A stock is held in every month, and moves once.
    moved = IsStock(entry.grant.resource) ? placement.amount : moved + placement.amount;
    placement.amount = Amount() - placement.amount;
    change.placements.push_back(std::move(placement));
  }
  if (moved > Amount()) {
    for (Placement& placement : room.Place(moved))
      change.placements.push_back(std::move(placement));
  }
  return GrantChanged{std::move(change)};
}

}  // namespace

std::vector<Event> SettledOrder(const Ledger& ledger, const GrantEntry& entry,
                                const ReductionOrder& order, Amount done, absl::Time now) {
  const Grant& from = entry.grant;
  if (order.kind == ChangeKind::kMove) return {Moved(ledger, entry, order, done, now)};
  done = TakenBy(ledger, entry, order, done, now);
  GrantChange out = ChangeOf(entry, order.kind, order.reason);
  out.order = order.number;
  if (order.kind == ChangeKind::kRevocation) {
    // Seconds are whole; a grant that has not begun is never valid.
    const absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
    out.end = std::max(from.period.start, std::min(second, from.period.end));
  }
  out.amount = Amount() - done;
  // Of a grant that is over, no promise stays.
  const bool over = order.kind == ChangeKind::kRevocation;
  std::vector<Placement> moved = PlacementsWith(ledger, from, over ? kAmountMax : done, now);
  for (const Placement& placement : moved) {
    out.placements.push_back(placement);
    out.placements.back().amount = Amount() - placement.amount;
  }
  const bool moves = order.to_grant != 0 || !order.to_project.empty();
  // What is taken back because it was not used feeds the reserve; else only what came from there.
  const bool feeds_reserve = !from.of_call || order.kind == ChangeKind::kGiveBack;
  if (!moves && feeds_reserve && !IsStock(from.resource)) {
    for (const Placement& placement : moved) out.reserve[placement.site] -= placement.amount;
  }
  if (order.kind == ChangeKind::kRelease && from.amount > Amount()) {
    // What is given back by will counts no more; what was not used in time was had.
    const Amount counted = CountedOf(entry);
    out.normalised =
        NormalisedSeconds(-MulDiv(from.normalised.count(), done.count(), counted.count()));
  }
  std::vector<Event> events;
  if (!moves || done == Amount()) {
    events.push_back(GrantChanged{std::move(out)});
    return events;
  }
  if (order.to_grant != 0) {
    const GrantEntry& to = *ledger.FindGrant(order.to_grant);
    out.counterpart = order.to_grant;
    GrantChange in = ChangeOf(to, Received(order.kind), order.reason);
    in.amount = done;
    in.counterpart = from.number;
    if (order.kind != ChangeKind::kAdjustmentOut) {
      in.placements = PromisesIn(ledger, to, moved, now);
      in.ceilings = SitesWith(from, moved, done);
    }
    events.push_back(GrantChanged{std::move(out)});
    events.push_back(GrantChanged{std::move(in)});
    return events;
  }
  Grant grant = NewGrant(ledger, entry, order, now);
  grant.number = ledger.next_grant();
  grant.amount = done;
  grant.placements = Within(ledger.catalogue(), moved, grant.period);
  grant.ceilings = SitesWith(from, moved, done);
  out.counterpart = grant.number;
  events.push_back(GrantChanged{std::move(out)});
  events.push_back(GrantIssued{std::move(grant)});
  return events;
}

}  // namespace mesolys
