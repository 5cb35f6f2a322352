#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_PROMISES_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_PROMISES_H_

// The book of what is promised of the capacity, and of what dynamic access has drawn. Pure.

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"
#include "scheduler/core/ledger/running_sum.h"

namespace mesolys {

// Where and when capacity is promised.
struct CapacityCell {
  std::string site;
  std::string resource;
  Month month;
};

class Promises {
 public:
  // Σ placements of all grants in a cell.
  Amount Placed(absl::string_view site, absl::string_view resource, Month month) const;
  // What was promised in a cell beyond its capacity because a catalogue took capacity away
  // afterwards: no decision may add to it. 0 for none.
  Amount Overbooked(absl::string_view site, absl::string_view resource, Month month) const;
  // The cells of which that is so.
  std::vector<CapacityCell> OverbookedCells() const;
  // What dynamic access decided at a site in a calendar year, out of its released reserve.
  Amount ReserveDrawn(absl::string_view site, absl::string_view resource, int year) const;
  // What dynamic access gave a PI within a programme after `since`.
  NormalisedSeconds DynamicNormalised(absl::string_view pi, absl::string_view programme,
                                      absl::Time since) const;
  // The same of one resource, in its base unit.
  Amount DynamicAmount(absl::string_view pi, absl::string_view programme,
                       absl::string_view resource, absl::Time since) const;

 protected:
  void On(const CatalogueAdopted& event, const Folding& at);
  void On(const GrantIssued& event, const Folding& at);
  void On(const GrantChanged& event, const Folding& at);

 private:
  struct Overbooking {
    Amount promised;
    Amount capacity;  // by the catalogue in force
  };

  std::map<std::pair<std::string, std::string>, std::map<int, Amount>> placed_;  // (site, resource)
  // (site, resource, month), of the cells that the catalogue in force cut below what is promised.
  std::map<std::tuple<std::string, std::string, int>, Overbooking> overbooked_;
  std::map<std::tuple<std::string, std::string, int>, Amount> reserve_drawn_;
  // What dynamic access gave so far, by (PI, programme, resource); resource "" is normalised.
  std::map<std::tuple<std::string, std::string, std::string>, RunningSum> dynamic_given_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_PROMISES_H_
