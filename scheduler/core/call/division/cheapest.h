#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_CHEAPEST_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_CHEAPEST_H_

// Where parcels go when what a unit costs depends on the parcel and not on the pool alone: a flow
// of least cost, by shortest paths, exact in whole costs. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/pool_set.h"

namespace mesolys::division {

// What is to be placed together, and what a unit of it costs in each pool that it may use.
struct Parcel {
  Wide amount = 0;
  std::vector<size_t> pools;
  std::vector<int64_t> costs;  // of each of these
};

class Cheapest {
 public:
  explicit Cheapest(std::vector<Wide> room);  // of each pool

  // Places all parcels, which must be possible. Cells by increasing pool.
  GroupCells Place(const std::vector<Parcel>& parcels);

 private:
  // The cheapest way on from a full pool: what one parcel has there goes to another pool.
  struct Step {
    size_t parcel = 0;
    size_t to = 0;
  };

  // To room, for what is not placed yet.
  struct Way {
    size_t first = 0;  // its first pool
    Wide cost = 0;     // what a unit costs, then its steps
  };

  // Nothing where no pool of the parcel is open; of equals that of the first pool.
  std::optional<Way> CheapestWay(const Parcel& parcel) const;
  void FindWays(const std::vector<Parcel>& parcels, size_t placed);
  bool Improve(const Parcel& parcel, size_t number);
  bool Push(const Parcel& parcel, size_t number, Wide& left);
  Wide& CellOf(size_t parcel, size_t pool);
  // Whether the cell became empty.
  bool Take(size_t parcel, size_t pool, Wide amount);

  std::vector<Wide> room_;
  std::vector<bool> open_;  // there is a way from the pool to room
  std::vector<Wide> way_;   // what it costs, then its steps
  std::vector<Step> step_;
  GroupCells cells_;
};

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_CHEAPEST_H_
