#include "scheduler/core/call/division/veto.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace mesolys::division {
namespace {

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

}  // namespace

std::vector<Drop> DropBelowMinimum(const Problem& problem, Grouping& grouping, Levels& levels,
                                   Progress* progress) {
  if (!grouping.has_minimums) return {};
  return Veto(problem, grouping, levels, progress).Run();
}

}  // namespace mesolys::division
