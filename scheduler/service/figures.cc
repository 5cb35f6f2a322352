#include "scheduler/service/figures.h"

#include <algorithm>

#include "proto/values/names.h"

namespace mesolys {

Pools PoolsOf(const Ledger& ledger, absl::Time now) {
  Pools pools;
  const Catalogue& catalogue = ledger.catalogue();
  const Month month = catalogue.MonthAt(now);
  for (const auto& [id, site] : catalogue.sites) {
    for (const Capacity& capacity : site.capacities) {
      PoolFigures& pool = pools[capacity.resource][id];
      pool.capacity = catalogue.CapacityOf(site, capacity.resource, catalogue.PeriodOf(month));
      pool.granted = ledger.Placed(id, capacity.resource, month);
    }
  }
  for (const auto& [site, resource, each] : ledger.OverbookedCells()) {
    if (each < month) continue;
    Amount& overbooked = pools[resource][site].overbooked;
    const Amount more = ledger.Overbooked(site, resource, each);
    overbooked = IsStock(resource) ? std::max(overbooked, more) : overbooked + more;
  }
  for (const GrantEntry& entry : ledger.grants()) {
    std::map<std::string, PoolFigures>& sites = pools[entry.grant.resource];
    if (now < entry.grant.period.end) {
      for (const auto& [site, held] : entry.held) sites[site].leased += held;
    }
    for (const auto& [site, used] : entry.used) sites[site].used += used.Spent();
  }
  for (const auto* uses : {&ledger.uncovered(), &ledger.unassigned()}) {
    for (const auto& [key, used] : *uses) {
      pools[key.resource][ledger.SiteOf(key.cluster)].used += used.Spent();
    }
  }
  return pools;
}

}  // namespace mesolys
