#include "scheduler/core/figures/balance.h"

#include <algorithm>

#include "proto/values/day.h"
#include "proto/values/names.h"

namespace mesolys {
namespace {

constexpr int64_t kForecastDaysMax = 36'500;  // beyond a century, nothing is foreseen

}  // namespace

BalanceLine BalanceOf(const GrantEntry& entry, absl::Time now) {
  const Grant& grant = entry.grant;
  const Totals totals = entry.Used();
  BalanceLine line;
  line.grant = grant.number;
  line.resource = grant.resource;
  line.granted = grant.amount;
  line.settled = totals.settled - totals.refund + totals.opening;
  line.in_flight = totals.in_flight;
  line.committed = totals.committed;
  line.period = grant.period;
  line.sites = entry.used;
  const Amount spent = line.settled + line.in_flight;
  for (const ReductionOrder& order : entry.orders) line.ordered += order.Claimed();
  const Amount unspent = LeftOf(grant.amount, spent + line.committed + line.ordered);
  line.overdraft = OverdraftOf(grant.amount, spent);
  (now >= grant.period.end ? line.expired : line.left) = unspent;
  const int64_t seconds = Period{grant.period.start, std::min(now, grant.period.end)}.Seconds();
  if (seconds > 0) {
    line.burn_per_day = Amount(EstimateMulDiv(spent.count(), kSecondsPerDay, seconds));
  }
  const bool foreseeable = line.burn_per_day > Amount() && line.left > Amount() &&
                           line.left.count() / line.burn_per_day.count() < kForecastDaysMax;
  if (foreseeable) {
    line.exhaust_time = now + absl::Seconds(EstimateMulDiv(line.left.count(), kSecondsPerDay,
                                                           line.burn_per_day.count()));
  }
  return line;
}

std::vector<BalanceLine> BalanceOf(const Ledger& ledger, const ProjectEntry& project,
                                   absl::Time now) {
  std::vector<BalanceLine> lines;
  lines.reserve(project.grants.size());
  for (int64_t number : project.grants) lines.push_back(BalanceOf(*ledger.FindGrant(number), now));

  std::map<std::string, std::map<std::string, Totals>> uncovered;  // resource -> site -> totals
  for (auto it = ledger.uncovered().lower_bound({project.project.id, "", "", ""});
       it != ledger.uncovered().end() && it->first.project == project.project.id; ++it) {
    if (it->second == Totals()) continue;
    uncovered[it->first.resource][ledger.SiteOf(it->first.cluster)].Add(it->second);
  }
  for (auto& [resource, sites] : uncovered) {
    BalanceLine line;
    line.resource = resource;
    Totals totals;
    for (const auto& [site, used] : sites) totals.Add(used);
    line.settled = totals.settled - totals.refund;
    line.in_flight = totals.in_flight;
    line.committed = totals.committed;
    line.overdraft = OverdraftOf(Amount(), line.settled + line.in_flight);
    line.sites = std::move(sites);
    lines.push_back(std::move(line));
  }
  return lines;
}

Amount BonusOf(const Grant& grant, Amount ceiling) {
  return Amount(MulDiv(ceiling.count(), grant.bonus.count(), 1'000'000));
}

Amount BonusOf(const Grant& grant, const std::set<std::string>& bonus_sites) {
  Amount bonus;
  for (const auto& [site, ceiling] : grant.ceilings) {
    if (bonus_sites.contains(site)) bonus += BonusOf(grant, ceiling);
  }
  return bonus;
}

std::map<std::string, Exposure> ExposuresOf(const Ledger& ledger, const std::string& site,
                                            absl::Time now) {
  std::map<std::string, Exposure> exposures;
  for (const GrantEntry& entry : ledger.grants()) {
    const Grant& grant = entry.grant;
    const auto held = entry.held.find(site);
    // An agent ends a grant by its date alone; only a revocation it must be told of.
    const bool ended = now >= entry.PeriodAt(site).end && !entry.lowered.contains(site);
    if (held == entry.held.end() || ended || IsStock(grant.resource)) continue;
    Exposure& exposure = exposures[grant.resource];
    exposure.spendable += LeftOf(held->second + BonusOf(grant, held->second), entry.UsedAt(site));
    exposure.awaited += held->second - grant.ceilings.at(site);
  }
  return exposures;
}

Remaining RemainingAt(const Ledger& ledger, const ProjectEntry& project,
                      const std::string& resource, const std::string& site, absl::Time now) {
  std::vector<Lease> leases;
  for (int64_t number : project.grants) {
    const GrantEntry& entry = *ledger.FindGrant(number);
    const Grant& grant = entry.grant;
    const auto ceiling = grant.ceilings.find(site);
    if (grant.resource != resource || ceiling == grant.ceilings.end()) continue;
    leases.push_back({number, entry.PeriodAt(site), ceiling->second,
                      entry.revoked ? Amount() : BonusOf(grant, ceiling->second),
                      entry.UsedAt(site)});
  }
  return RemainingOf(leases, now);
}

GrantState StateOf(const GrantEntry& grant, absl::Time now) {
  if (grant.revoked) return GrantState::kRevoked;
  if (now >= grant.grant.period.end) return GrantState::kExpired;
  if (now < grant.grant.period.start) return GrantState::kPending;
  if (grant.Used().Spent() >= grant.grant.amount) return GrantState::kExhausted;
  return now >= grant.EndProper() ? GrantState::kGrace : GrantState::kActive;
}

}  // namespace mesolys
