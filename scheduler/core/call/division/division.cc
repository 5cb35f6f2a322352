#include "scheduler/core/call/division/division.h"

#include <algorithm>
#include <utility>

#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/levels.h"
#include "scheduler/core/call/division/placement.h"
#include "scheduler/core/call/division/rounding.h"
#include "scheduler/core/call/division/veto.h"

namespace mesolys::division {
namespace {

// Shares in place of bottlenecks: those that are not full are one.
std::vector<Share> SharesOf(const Grouping& grouping, const std::vector<Bottleneck>& bottlenecks) {
  std::vector<Share> shares;
  for (const Bottleneck& bottleneck : bottlenecks) {
    if (shares.empty() || !bottleneck.level.infinite() || !shares.back().level.infinite()) {
      shares.push_back({bottleneck.level, {}});
    }
    bottleneck.pools.Each(
        [&](size_t bit) { shares.back().pools.push_back(grouping.pool_order[bit]); });
  }
  return shares;
}

// By claim; the parts of one claim stay in order.
std::vector<Placement> ByClaim(const std::vector<Placement>& placements, size_t claims) {
  std::vector<uint32_t> next(claims + 1);
  for (const Placement& placement : placements) ++next[placement.claim + 1];
  for (size_t i = 0; i < claims; ++i) next[i + 1] += next[i];
  std::vector<Placement> sorted(placements.size());
  for (const Placement& placement : placements) sorted[next[placement.claim]++] = placement;
  return sorted;
}

}  // namespace

Division Divide(const Problem& problem, Progress* progress) {
  Division division;
  division.awards.resize(problem.claims.size());
  division.pools.resize(problem.pools.size());
  Grouping grouping = GroupClaims(problem);
  Levels levels(problem, grouping);
  division.drops = DropBelowMinimum(problem, grouping, levels, progress);

  GroupCells cells(grouping.groups.size());
  for (const Bottleneck& bottleneck : levels.bottlenecks()) {
    if (!bottleneck.level.infinite()) FillBottleneck(problem, grouping, bottleneck, cells);
  }
  FillByCost(problem, grouping, levels.bottlenecks(), cells);

  division.shares = SharesOf(grouping, levels.bottlenecks());
  for (size_t share = 0; share < division.shares.size(); ++share) {
    for (const uint32_t pool : division.shares[share].pools) {
      division.pools[pool].share = static_cast<int32_t>(share);
    }
  }
  std::vector<std::vector<int64_t>> awards;
  awards.reserve(grouping.groups.size());
  for (size_t i = 0; i < grouping.groups.size(); ++i) {
    const Group& group = grouping.groups[i];
    Wide total = 0;
    for (const GroupCell& cell : cells[i]) total += cell.amount;
    awards.push_back(AwardsOf(problem, group, levels.of(i), total));
    const auto share = static_cast<int32_t>(std::min(levels.place(i), division.shares.size() - 1));
    for (size_t member = 0; member < group.members().size(); ++member) {
      Award& award = division.awards[group.members()[member].claim];
      const int64_t amount = awards[i][member];
      const bool full = amount == group.members()[member].amount;
      award = {amount, share, full ? AwardStatus::kFull : AwardStatus::kPartial};
    }
  }
  for (size_t i = 0; i < problem.claims.size(); ++i) {
    if (grouping.group_of[i] < 0 && problem.claims[i].amount == 0) {
      division.awards[i].status = AwardStatus::kFull;
    }
  }
  for (const Drop& drop : division.drops) {
    division.awards[drop.claim].status = AwardStatus::kDropped;
  }
  const std::vector<Placement> placements =
      Place(problem, grouping, levels.bottlenecks(), std::move(cells), awards);
  for (const Placement& placement : placements) {
    division.pools[placement.pool].allocated += placement.amount;
  }
  division.placements = ByClaim(placements, problem.claims.size());
  return division;
}

}  // namespace mesolys::division
