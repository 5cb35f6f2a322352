#ifndef MESOLYS_SCHEDULER_CORE_CALL_DIVISION_WISH_H_
#define MESOLYS_SCHEDULER_CORE_CALL_DIVISION_WISH_H_

// Members of a group whose place matters in the same way: a unit of each costs the same in every
// pool, and all were at the same site last year. Pure.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/problem.h"

namespace mesolys::division {

struct Wish {
  size_t group = 0;
  std::vector<size_t> members;  // of the group, in its order
  // Of each pool that the group may use, by increasing bit. Energy counts first, and of equals last
  // year's site is better than another.
  std::vector<int64_t> costs;
};

// Whether any claim has costs of its own, or a site of last year; else pools alone decide.
bool HasWishes(const Problem& problem);

// By group, then in an order that comes from names and costs and not from the order of the input.
std::vector<Wish> WishesOf(const Problem& problem, const Grouping& grouping);

}  // namespace mesolys::division

#endif  // MESOLYS_SCHEDULER_CORE_CALL_DIVISION_WISH_H_
