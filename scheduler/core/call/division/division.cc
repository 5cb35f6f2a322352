#include "scheduler/core/call/division/division.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/core/call/division/flow.h"
#include "scheduler/core/call/division/grouping.h"
#include "scheduler/core/call/division/levels.h"
#include "scheduler/core/call/division/placement.h"

namespace mesolys::division {
namespace {

// From exact levels to whole units: first what each group gets from each pool, by integral flows,
// so that every pool with a level is full to the unit and nobody is a unit from the exact number;
// then within a group by largest remainder, then request.

// Adds what the groups of a bottleneck with a finite level get.
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

// The awards of a group's members, in their order, that sum up to `total`.
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

// Minimums as a veto: of the claims that get less than their minimum the one of lowest priority is
// dropped (of equals the greater request), then again, until none is left; then each dropped one is
// tried again, the highest priority first (of equals the lesser request), and stays if that leaves
// nobody below a minimum.
class Veto {
 public:
  Veto(const Problem& problem, Grouping& grouping, Levels& levels, Progress* progress)
      : problem_(problem),
        grouping_(grouping),
        levels_(levels),
        progress_(progress),
        neediest_(grouping.groups.size()) {
    for (size_t group = 0; group < neediest_.size(); ++group) FindNeediest(group);
  }

  std::vector<Drop> Run() {
    std::vector<uint32_t> order = WithMinimum();
    std::vector<uint32_t> dropped;
    // Dropping raises levels and never lowers one. So who is passed here as having enough has it to
    // the end, and one walk meets the violators in the order of the rule.
    size_t done = 0;
    for (const uint32_t claim : order) {
      Tell("claims with a minimum", done++, order.size());
      if (GroupOf(claim) < 0) {
        dropped.push_back(claim);
      } else if (!Enough(claim)) {
        Take(claim);
        dropped.push_back(claim);
      }
    }
    std::vector<Drop> drops;
    for (auto claim = dropped.rbegin(); claim != dropped.rend(); ++claim) {
      Tell("dropped claims, tried again", static_cast<size_t>(claim - dropped.rbegin()),
           dropped.size());
      const std::optional<uint32_t> blocker = TryAgain(*claim);
      if (blocker.has_value()) drops.push_back({*claim, *blocker});
    }
    return drops;
  }

 private:
  void Tell(absl::string_view work, size_t done, size_t all) const {
    if (progress_ != nullptr) progress_->Tell(work, done, all);
  }

  // In the order in which they are dropped.
  std::vector<uint32_t> WithMinimum() const {
    std::vector<uint32_t> order;
    for (uint32_t i = 0; i < problem_.claims.size(); ++i) {
      if (problem_.claims[i].minimum > 0) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const Claim& left = problem_.claims[a];
      const Claim& right = problem_.claims[b];
      if (left.priority != right.priority) return left.priority < right.priority;
      return left.request > right.request;
    });
    return order;
  }

  int32_t GroupOf(uint32_t claim) const { return grouping_.group_of[claim]; }

  bool Enough(uint32_t claim) const {
    const Claim& asked = problem_.claims[claim];
    return levels_.of(static_cast<size_t>(GroupOf(claim))).Covers(asked.minimum, asked.weight);
  }

  void Take(uint32_t claim) {
    const auto group = static_cast<size_t>(GroupOf(claim));
    grouping_.groups[group].Remove(claim);
    FindNeediest(group);
    levels_.Resolve(group);
  }

  // Who stands in the way, if anybody; else the claim is back.
  std::optional<uint32_t> TryAgain(uint32_t claim) {
    // Its return can only lower the level that it sees now.
    if (GroupOf(claim) < 0 || !Enough(claim)) return claim;
    const auto group = static_cast<size_t>(GroupOf(claim));
    const Claim& asked = problem_.claims[claim];
    Levels before = levels_;
    grouping_.groups[group].Insert({asked.amount, asked.weight, asked.minimum, claim},
                                   problem_.claims);
    levels_.Resolve(group);
    FindNeediest(group);
    std::optional<uint32_t> blocker = Enough(claim) ? FirstBelow() : std::optional(claim);
    if (!blocker.has_value()) return blocker;
    grouping_.groups[group].Remove(claim);
    levels_ = std::move(before);
    FindNeediest(group);
    return blocker;
  }

  // The member of a group that needs the highest level for its minimum: if it has enough, all have.
  void FindNeediest(size_t group) {
    const Member* neediest = nullptr;
    for (const Member& member : grouping_.groups[group].members()) {
      if (member.minimum == 0) continue;
      if (neediest != nullptr) {
        const Wide needs = Wide(member.minimum) * neediest->weight;
        const Wide most = Wide(neediest->minimum) * member.weight;
        if (needs < most || (needs == most && RequestOf(member) > RequestOf(*neediest))) continue;
      }
      neediest = &member;
    }
    neediest_[group].reset();
    if (neediest != nullptr) neediest_[group] = neediest->claim;
  }

  const std::string& RequestOf(const Member& member) const {
    return problem_.claims[member.claim].request;
  }

  std::optional<uint32_t> FirstBelow() const {
    for (const std::optional<uint32_t>& claim : neediest_) {
      if (claim.has_value() && !Enough(*claim)) return claim;
    }
    return std::nullopt;
  }

  const Problem& problem_;
  Grouping& grouping_;
  Levels& levels_;
  Progress* const progress_;
  std::vector<std::optional<uint32_t>> neediest_;  // of each group
};

// Takes dropped claims out of `grouping`; `levels` are those of what is left. `progress` may be
// null.
std::vector<Drop> DropBelowMinimum(const Problem& problem, Grouping& grouping, Levels& levels,
                                   Progress* progress) {
  if (!grouping.has_minimums) return {};
  return Veto(problem, grouping, levels, progress).Run();
}

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
