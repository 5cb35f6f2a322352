#include "scheduler/metrics/figures.h"

#include <algorithm>
#include <cstdlib>

#include "proto/values/names.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/reserve.h"

namespace mesolys {
namespace {

constexpr GrantState kGrantStates[] = {GrantState::kPending,   GrantState::kActive,
                                       GrantState::kExhausted, GrantState::kExpired,
                                       GrantState::kRevoked,   GrantState::kGrace};
constexpr RequestState kRequestStates[] = {RequestState::kUndecided, RequestState::kGranted,
                                           RequestState::kPartlyGranted, RequestState::kRefused,
                                           RequestState::kWithdrawn};
const char* StateText(RequestState state) {
  switch (state) {
    case RequestState::kUndecided:
      return "pending";
    case RequestState::kGranted:
      return "granted";
    case RequestState::kPartlyGranted:
      return "partly_granted";
    case RequestState::kRefused:
      return "refused";
    case RequestState::kWithdrawn:
      return "withdrawn";
  }
  std::abort();
}

const char* StateText(GrantState state) {
  switch (state) {
    case GrantState::kPending:
      return "pending";
    case GrantState::kActive:
      return "active";
    case GrantState::kExhausted:
      return "exhausted";
    case GrantState::kExpired:
      return "expired";
    case GrantState::kRevoked:
      return "revoked";
    case GrantState::kGrace:
      return "grace";
  }
  std::abort();
}

void AddGrants(const GrantSums& grants, Figures& figures) {
  for (const auto& [resource, sites] : grants.sums()) {
    std::map<std::string, PoolFigures>& pools = figures.pools[resource];
    for (const auto& [site, sum] : sites) {
      PoolFigures& pool = pools[site];
      pool.leased += sum.leased;
      pool.used += sum.used;
    }
  }
  for (const auto& [resource, sites] : figures.pools) {
    const auto counts = grants.counts().find(resource);
    for (const GrantState state : kGrantStates) {
      figures.grants[{resource, StateText(state)}] =
          counts == grants.counts().end() ? 0 : counts->second[static_cast<size_t>(state)];
    }
  }
}

void AddCensus(const Ledger& ledger, Figures& figures) {
  for (const auto& [programme, rules] : ledger.catalogue().programmes) {
    figures.projects[programme] = 0;
    for (const RequestState state : kRequestStates) {
      figures.requests[{programme, StateText(state)}] = 0;
    }
  }
  // Programmes that the catalogue has no more, too.
  for (const auto& [programme, count] : ledger.project_counts())
    figures.projects[programme] = count;
  for (const auto& [key, count] : ledger.request_counts()) {
    figures.requests[{key.first, StateText(key.second)}] = count;
  }
}

// What the catalogue has, and what its months promise.
Pools CapacitiesOf(const Ledger& ledger, absl::Time now) {
  Pools pools;
  const Catalogue& catalogue = ledger.catalogue();
  const Month month = catalogue.MonthAt(now);
  for (const auto& [id, site] : catalogue.sites) {
    for (const Capacity& capacity : site.capacities) {
      PoolFigures& pool = pools[capacity.resource][id];
      pool.capacity = catalogue.CapacityOf(site, capacity.resource, catalogue.PeriodOf(month));
      pool.granted = ledger.Placed(id, capacity.resource, month);
      if (IsStock(capacity.resource)) continue;
      const Reserve reserve = ReserveAt(ledger, id, capacity.resource, now);
      pool.reserve = reserve.released;
      pool.reserve_drawn = reserve.drawn;
    }
  }
  for (const auto& [site, resource, each] : ledger.OverbookedCells()) {
    if (each < month) continue;
    Amount& overbooked = pools[resource][site].overbooked;
    const Amount more = ledger.Overbooked(site, resource, each);
    overbooked = IsStock(resource) ? std::max(overbooked, more) : overbooked + more;
  }
  return pools;
}

}  // namespace

Figures FiguresOf(const Ledger& ledger, const GrantSums& grants, absl::Time now) {
  Figures figures;
  figures.pools = CapacitiesOf(ledger, now);
  AddGrants(grants, figures);
  AddCensus(ledger, figures);
  for (const auto* uses : {&ledger.uncovered(), &ledger.unassigned()}) {
    for (const auto& [key, used] : *uses) {
      figures.pools[key.resource][ledger.SiteOf(key.cluster)].used += used.Spent();
    }
  }
  return figures;
}

std::map<std::string, ProjectFigures> FiguresOf(const Ledger& ledger, const ProjectEntry& project,
                                                absl::Time now) {
  std::map<std::string, ProjectFigures> figures;
  for (const BalanceLine& line : BalanceOf(ledger, project, now)) {
    ProjectFigures& each = figures[line.resource];
    const Amount spent = line.settled + line.in_flight;
    if (line.grant == 0) {
      each.uncovered += spent;
      continue;
    }
    if (now < line.period.start || now >= line.period.end) continue;
    each.granted += line.granted;
    each.used += spent;
    each.committed += line.committed;
  }
  // Never grant by grant: one pays for the others while they overlap.
  for (auto& [resource, each] : figures) {
    for (const auto& [site, facts] : ledger.catalogue().sites) {
      each.left += RemainingAt(ledger, project, resource, site, now).left;
    }
  }
  return figures;
}

}  // namespace mesolys
