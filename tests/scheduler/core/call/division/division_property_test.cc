// What a fair rule promises, to whoever thinks of cheating too.

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scheduler/core/call/certificate.h"
#include "scheduler/core/call/division/division.h"
#include "tests/scheduler/core/call/division/property.h"
#include "tests/scheduler/core/call/division/random_problem.h"

namespace mesolys::division {
namespace {

Division Certified(const Problem& problem) {
  RC_LOG() << Told(problem);
  RC_ASSERT(Check(problem).ok());
  Division division = Divide(problem);
  const absl::Status valid = Certify(problem, division);
  if (!valid.ok()) RC_FAIL(std::string(valid.message()));
  return division;
}

std::vector<int64_t> AmountsOf(const Division& division) {
  std::vector<int64_t> amounts;
  for (const Award& award : division.awards) amounts.push_back(award.amount);
  return amounts;
}

RandomShape AnyShape(Drawn& drawn) {
  return {.minimums = Pick(drawn, 1) == 1,
          .extremes = Pick(drawn, 1) == 1,
          .wishes = Pick(drawn, 1) == 1};
}

template <typename T>
void Shuffle(std::vector<T>& values, Drawn& drawn) {
  for (size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<size_t>(Pick(drawn, static_cast<int64_t>(i) - 1))]);
  }
}

// The same problem told in another order, sites and periods too.
Problem Shuffled(const Problem& problem, Drawn& drawn) {
  Problem other = problem;
  const auto permute = [&](std::vector<std::string>& names) {
    std::vector<uint32_t> place(names.size());
    std::iota(place.begin(), place.end(), 0);
    Shuffle(place, drawn);
    const std::vector<std::string> old = names;
    for (size_t i = 0; i < names.size(); ++i) names[place[i]] = old[i];
    return place;
  };
  const std::vector<uint32_t> site = permute(other.sites);
  const std::vector<uint32_t> period = permute(other.periods);
  const auto renumber = [&](std::vector<NameSet>& sets, const std::vector<uint32_t>& place) {
    for (NameSet& set : sets) {
      for (uint32_t& name : set) name = place[name];
      Shuffle(set, drawn);
    }
  };
  renumber(other.site_sets, site);
  renumber(other.period_sets, period);
  for (CostSet& costs : other.cost_sets) {
    for (SiteCost& each : costs) each.site = site[each.site];
    Shuffle(costs, drawn);
  }
  for (Pool& pool : other.pools) {
    pool = {site[pool.site], period[pool.period], pool.capacity, pool.cost};
  }
  for (Claim& claim : other.claims) {
    if (claim.last_site < 0) continue;
    claim.last_site = static_cast<int32_t>(site[static_cast<size_t>(claim.last_site)]);
  }
  Shuffle(other.pools, drawn);
  Shuffle(other.claims, drawn);
  return other;
}

// Everything that people see, by name.
std::map<std::string, int64_t> Seen(const Problem& problem, const Division& division) {
  std::map<std::string, int64_t> seen;
  for (const Placement& placement : division.placements) {
    const Pool& pool = problem.pools[placement.pool];
    seen[absl::StrCat(problem.claims[placement.claim].request, " ", problem.sites[pool.site], " ",
                      problem.periods[pool.period])] = placement.amount;
  }
  for (const Drop& drop : division.drops) {
    seen[absl::StrCat(problem.claims[drop.claim].request, " for ",
                      problem.claims[drop.blocker].request)] = 0;
  }
  return seen;
}

TEST(DivisionPropertyTest, DoesNotDependOnTheOrderOfTheInput) {
  Holds(1'000, [](Drawn& drawn) {
    const Problem problem = RandomProblem(drawn, AnyShape(drawn));
    const Problem other = Shuffled(problem, drawn);
    RC_ASSERT(Seen(problem, Certified(problem)) == Seen(other, Certified(other)));
  });
}

TEST(DivisionPropertyTest, SumsAreExactAndNobodyIsBelowTheirMinimum) {
  Holds(2'000, [](Drawn& drawn) {
    const Problem problem = RandomProblem(drawn, AnyShape(drawn));
    const Division division = Certified(problem);
    std::vector<Wide> of_claim(problem.claims.size());
    std::vector<Wide> of_pool(problem.pools.size());
    for (const Placement& placement : division.placements) {
      of_claim[placement.claim] += placement.amount;
      of_pool[placement.pool] += placement.amount;
    }
    for (size_t i = 0; i < of_claim.size(); ++i) {
      RC_ASSERT(of_claim[i] == division.awards[i].amount);
      const bool dropped = division.awards[i].status == AwardStatus::kDropped;
      RC_ASSERT(dropped || division.awards[i].amount >= problem.claims[i].minimum);
    }
    for (size_t i = 0; i < of_pool.size(); ++i) {
      RC_ASSERT(of_pool[i] == division.pools[i].allocated);
      RC_ASSERT(of_pool[i] <= problem.pools[i].capacity);
    }
  });
}

TEST(DivisionPropertyTest, OfAllClaimsFewerAreSplitThanThereArePools) {
  Holds(1'000, [](Drawn& drawn) {
    // Wishes make groups of their own, and are still counted together.
    const Problem problem = RandomProblem(drawn, AnyShape(drawn));
    const Division division = Certified(problem);
    size_t placed = 0;
    for (const Award& award : division.awards) placed += award.amount > 0 ? 1 : 0;
    RC_ASSERT(problem.pools.empty() || division.placements.size() < placed + problem.pools.size());
  });
}

// Which claims stay when these are in: the first violator by the rule goes, then again.
TEST(DivisionPropertyTest, ADroppedClaimCannotBePutBack) {
  Holds(1'000, [](Drawn& drawn) {
    const Problem problem =
        RandomProblem(drawn, {.minimums = true, .extremes = Pick(drawn, 3) == 0});
    const Division division = Certified(problem);
    for (const Drop& back : division.drops) {
      Problem with = problem;
      for (const Drop& drop : division.drops) {
        if (drop.claim != back.claim) with.claims[drop.claim].amount = 0;
      }
      for (Claim& claim : with.claims) claim.minimum = 0;
      const Division once = Certified(with);
      // Exactly, on the rational: somebody who is in is below their minimum then.
      bool below = false;
      for (size_t i = 0; i < with.claims.size(); ++i) {
        const bool out = division.awards[i].status == AwardStatus::kDropped && i != back.claim;
        const int32_t share = once.awards[i].share;
        const Level level = share < 0 ? Level() : once.shares[static_cast<size_t>(share)].level;
        const Claim& asked = problem.claims[i];
        below = below || (!out && !level.Covers(asked.minimum, asked.weight));
      }
      RC_ASSERT(below);
    }
  });
}

size_t OneOf(Drawn& drawn, size_t count) {
  return static_cast<size_t>(Pick(drawn, static_cast<int64_t>(count) - 1));
}

// Takes one of the names away; all of them are told one by one first.
uint32_t Hidden(std::vector<NameSet>& sets, uint32_t number, size_t names, Drawn& drawn) {
  NameSet set = sets[number];
  for (uint32_t name = 0; set.empty() && name < names; ++name) set.push_back(name);
  if (set.size() > 1) {
    set.erase(set.begin() + static_cast<std::ptrdiff_t>(OneOf(drawn, set.size())));
  }
  sets.push_back(set);
  return static_cast<uint32_t>(sets.size() - 1);
}

TEST(DivisionPropertyTest, NeitherInflatingAClaimNorHidingASiteOrPeriodPays) {
  Holds(4'000, [](Drawn& drawn) {
    const Problem problem = RandomProblem(drawn, {.extremes = Pick(drawn, 3) == 0});
    if (problem.claims.empty()) return;
    Problem other = problem;
    const size_t one = OneOf(drawn, problem.claims.size());
    Claim& claim = other.claims[one];
    switch (Pick(drawn, 2)) {
      case 0:
        claim.amount += Pick(drawn, std::min<int64_t>(300, kAmountMax - claim.amount));
        break;
      case 1:
        claim.site_set = Hidden(other.site_sets, claim.site_set, other.sites.size(), drawn);
        break;
      default:
        claim.period_set = Hidden(other.period_sets, claim.period_set, other.periods.size(), drawn);
    }
    const int64_t before = Certified(problem).awards[one].amount;
    const int64_t after = Certified(other).awards[one].amount;
    RC_ASSERT(std::min(after, problem.claims[one].amount) <= before + 1);
  });
}

TEST(DivisionPropertyTest, MoreCapacityOrFewerClaimsLowerNobody) {
  Holds(4'000, [](Drawn& drawn) {
    const Problem problem = RandomProblem(drawn, {.extremes = Pick(drawn, 3) == 0});
    if (problem.claims.empty() || problem.pools.empty()) return;
    Problem other = problem;
    size_t gone = problem.claims.size();
    if (Pick(drawn, 1) == 0) {
      int64_t& capacity = other.pools[OneOf(drawn, other.pools.size())].capacity;
      capacity += Pick(drawn, std::min<int64_t>(300, kAmountMax - capacity));
    } else {
      gone = OneOf(drawn, problem.claims.size());
      other.claims[gone].amount = 0;
    }
    const std::vector<int64_t> before = AmountsOf(Certified(problem));
    const std::vector<int64_t> after = AmountsOf(Certified(other));
    for (size_t i = 0; i < before.size(); ++i) RC_ASSERT(i == gone || after[i] >= before[i] - 1);
  });
}

}  // namespace
}  // namespace mesolys::division
