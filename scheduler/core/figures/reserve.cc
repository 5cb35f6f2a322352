#include "scheduler/core/figures/reserve.h"

#include <algorithm>

#include "proto/values/names.h"
#include "proto/values/quantity.h"

namespace mesolys {
Amount Reserve::Left() const { return std::clamp(released - drawn, Amount(), kAmountMax); }

Reserve ReserveAt(const Ledger& ledger, const std::string& site, const std::string& resource,
                  absl::Time now) {
  if (IsStock(resource)) return {kAmountMax, Amount()};
  const Catalogue& catalogue = ledger.catalogue();
  const Month current = catalogue.MonthAt(now);
  Reserve reserve;
  for (Month month(current.year(), 1); month <= current; month = month.Plus(1)) {
    reserve.released +=
        catalogue.CapacityOf(catalogue.sites.at(site), resource, catalogue.PeriodOf(month));
  }
  reserve.released =
      Amount(MulDiv(reserve.released.count(), catalogue.dynamic_reserve.count(), kMillion));
  reserve.drawn = ledger.ReserveDrawn(site, resource, current.year());
  return reserve;
}

}  // namespace mesolys
