#include "scheduler/core/call/division/rounding.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "scheduler/core/call/division/flow.h"

namespace mesolys::division {

void FillBottleneck(const Problem& problem, const Grouping& grouping, const Bottleneck& bottleneck,
                    GroupCells& cells) {
  std::vector<const PoolSet*> allowed;
  for (const size_t group : bottleneck.groups) allowed.push_back(&grouping.groups[group].pools());
  Flow flow(std::move(allowed), problem.pools.size(), 1);
  std::vector<size_t> broken;
  for (size_t i = 0; i < bottleneck.groups.size(); ++i) {
    const Group::Cut cut = grouping.groups[bottleneck.groups[i]].At(bottleneck.level);
    const Fraction share = bottleneck.level.Share(cut.weight);
    flow.AddSupply(i, {cut.amount + share.whole, 0});
    if (share.part > 0) broken.push_back(i);
  }
  bottleneck.pools.Each([&](size_t bit) {
    flow.AddRoom(bit, {problem.pools[grouping.pool_order[bit]].capacity, 0});
  });
  // The exact flow exists, so by integrality a whole one does: with what each group gets rounded
  // down all is carried, and with one unit more to ask for the pools become full.
  if (!flow.Run()) std::abort();
  for (const size_t i : broken) flow.AddSupply(i, {1, 0});
  flow.Run();
  bottleneck.pools.Each([&](size_t bit) {
    if (flow.room_left(bit).whole != 0) std::abort();
  });
  for (size_t i = 0; i < bottleneck.groups.size(); ++i) {
    for (const Flow::Cell& cell : flow.cells(i)) {
      cells[bottleneck.groups[i]].push_back({cell.pool, cell.amount.whole});
    }
  }
}

std::vector<int64_t> AwardsOf(const Problem& problem, const Group& group, const Level& level,
                              Wide total) {
  const std::vector<Member>& members = group.members();
  std::vector<int64_t> awards(members.size());
  const size_t full = level.infinite() ? members.size() : group.At(level).full;
  for (size_t i = 0; i < full; ++i) {
    awards[i] = members[i].amount;
    total -= awards[i];
  }
  struct Remainder {
    int64_t part = 0;
    uint32_t claim = 0;
    size_t member = 0;
  };
  std::vector<Remainder> remainders;
  remainders.reserve(members.size() - full);
  for (size_t i = full; i < members.size(); ++i) {
    const Fraction share = level.Share(members[i].weight);
    awards[i] = static_cast<int64_t>(share.whole);
    total -= share.whole;
    remainders.push_back({share.part, members[i].claim, i});
  }
  if (total < 0 || total > static_cast<int64_t>(remainders.size())) std::abort();
  const auto units = remainders.begin() + static_cast<std::ptrdiff_t>(static_cast<int64_t>(total));
  if (units != remainders.end()) {
    std::nth_element(remainders.begin(), units, remainders.end(),
                     [&](const Remainder& a, const Remainder& b) {
                       if (a.part != b.part) return a.part > b.part;
                       return problem.claims[a.claim].request < problem.claims[b.claim].request;
                     });
  }
  for (auto it = remainders.begin(); it != units; ++it) ++awards[it->member];
  return awards;
}

}  // namespace mesolys::division
