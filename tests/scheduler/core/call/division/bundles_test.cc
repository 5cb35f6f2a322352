// Lines that are of use only together: tables of small calls, and what holds for any.

#include "scheduler/core/call/division/bundles.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/call/bundle_certificate.h"
#include "tests/scheduler/core/call/division/property.h"
#include "tests/scheduler/core/call/division/random_problem.h"
#include "tests/scheduler/core/call/division/small_problem.h"

namespace mesolys::division {
namespace {

using testing::ElementsAreArray;

// A line of a request on one resource; request "A" is one bundle, "a" asks for itself.
struct Line {
  std::string request;
  int64_t amount = 0;
  int64_t minimum = 0;
  int64_t priority = 0;
  int64_t weight = kPoint;
  std::string sites = "";
};

struct Case {
  std::string rule;
  std::vector<int64_t> cpu, gpu, storage;  // capacities of sites a, b, ...
  std::vector<Line> cpu_lines, gpu_lines, storage_lines;
  std::vector<int64_t> cpu_awards, gpu_awards, storage_awards;
};

struct Asked {
  std::vector<Problem> problems;
  std::vector<Bundle> bundles;
};

Asked AskedIn(const Case& each) {
  Asked asked;
  std::vector<std::pair<std::string, Bundle>> bundles;
  const std::vector<Line>* const lines[] = {&each.cpu_lines, &each.gpu_lines, &each.storage_lines};
  const std::vector<int64_t>* const pools[] = {&each.cpu, &each.gpu, &each.storage};
  for (uint32_t i = 0; i < 3; ++i) {
    Problem problem = WithPools(*pools[i]);
    for (const Line& line : *lines[i]) {
      Ask(problem, line.sites, line.amount, line.weight, line.minimum, line.priority);
      problem.claims.back().request = line.request;
      if (line.request >= "a") continue;
      auto it = std::find_if(bundles.begin(), bundles.end(),
                             [&](const auto& bundle) { return bundle.first == line.request; });
      if (it == bundles.end()) it = bundles.insert(it, {line.request, {}});
      it->second.push_back({i, static_cast<uint32_t>(problem.claims.size() - 1), i == 2});
    }
    asked.problems.push_back(std::move(problem));
  }
  for (auto& [request, bundle] : bundles) asked.bundles.push_back(std::move(bundle));
  return asked;
}

std::vector<int64_t> AwardsOf(const Division& division) {
  std::vector<int64_t> awards;
  for (const Award& award : division.awards) awards.push_back(award.amount);
  return awards;
}

TEST(BundlesTest, FollowTheRule) {
  for (const Case& each : std::vector<Case>{
           {"all of it, if it fits",
            {10},
            {10},
            {10},
            {{"A", 5}},
            {{"A", 5}},
            {{"A", 5}},
            {5},
            {5},
            {5}},
           {"the scarcest line cuts the others, and their rest goes to who may use it",
            {100},
            {10},
            {},
            {{"A", 80}, {"x", 90}},
            {{"A", 40}},
            {},
            {20, 80},
            {10},
            {}},
           {"units are rounded down together",
            {100},
            {10},
            {},
            {{"A", 7}},
            {{"A", 30}},
            {},
            {2},
            {10},
            {}},
           {"what one bundle gives up another can use",
            {100},
            {100},
            {},
            {{"A", 200}, {"B", 100}},
            {{"A", 50}, {"B", 150}},
            {},
            // Each alone would have half of both; then B can use what A gives up of gpu.
            {50, 50},
            {12, 75},
            {}},
           {"a line below its minimum drops the whole bundle",
            {100},
            {10},
            {},
            {{"A", 80}, {"x", 90}},
            {{"A", 40, 11}},
            {},
            {0, 90},
            {0},
            {}},
           {"of two bundles the lower priority goes, and the other has enough",
            {100},
            {10},
            {},
            {{"A", 20, 0, 1}, {"B", 20, 0, 2}},
            {{"A", 10, 8, 1}, {"B", 10, 8, 2}},
            {},
            {0, 20},
            {0, 10},
            {}},
           {"of equals the greater request goes",
            {100},
            {10},
            {},
            {{"A", 20}, {"B", 20}},
            {{"A", 10, 8}, {"B", 10, 8}},
            {},
            {20, 0},
            {10, 0},
            {}},
           {"a dropped bundle comes back if it fits after all",
            {100},
            {10},
            {},
            {{"A", 10, 0, 0}, {"B", 10, 0, 1}, {"C", 10, 0, 2}},
            {{"A", 10, 4, 0}, {"B", 10, 5, 1}, {"C", 10, 8, 2}},
            {},
            {5, 5, 0},
            {5, 5, 0},
            {}},
           {"storage is where the rest is, and cuts it if there is little",
            {10, 0},
            {},
            {4, 99},
            {{"A", 10}},
            {},
            {{"A", 8}},
            {5},
            {},
            {4}},
           {"storage that may not be there is none, and so is the rest",
            {10, 0},
            {},
            {4, 99},
            {{"A", 10}},
            {},
            {{"A", 8, 0, 0, kPoint, "b"}},
            {0},
            {},
            {0}},
           {"storage by itself may be anywhere", {}, {}, {4, 99}, {}, {}, {{"A", 8}}, {}, {}, {8}},
           {"lines of nothing are no reason to give nothing",
            {10},
            {0},
            {},
            {{"A", 8}},
            {{"A", 0}},
            {},
            {8},
            {0},
            {}},
       }) {
    SCOPED_TRACE(each.rule);
    const Asked asked = AskedIn(each);
    const TogetherDivision together = DivideTogether(asked.problems, asked.bundles);
    EXPECT_EQ(CertifyTogether(asked.problems, asked.bundles, together), absl::OkStatus());
    EXPECT_THAT(AwardsOf(together.divisions[0]), ElementsAreArray(each.cpu_awards));
    EXPECT_THAT(AwardsOf(together.divisions[1]), ElementsAreArray(each.gpu_awards));
    EXPECT_THAT(AwardsOf(together.divisions[2]), ElementsAreArray(each.storage_awards));
  }
}

// Claims of the same request on up to three resources, some of them together.
Asked RandomCall(Drawn& drawn, const RandomShape& shape, bool storage) {
  Asked asked;
  const int64_t count = 2 + Pick(drawn, 1);
  for (int64_t i = 0; i < count; ++i) {
    Problem problem = RandomProblem(drawn, shape);
    // Sites are the same for all resources.
    while (problem.sites.size() < 4)
      problem.sites.push_back(absl::StrCat("s", problem.sites.size()));
    asked.problems.push_back(std::move(problem));
  }
  for (uint32_t claim = 0; claim < 9; ++claim) {
    if (Pick(drawn, 1) == 0) continue;
    Bundle bundle;
    for (uint32_t i = 0; i < asked.problems.size(); ++i) {
      if (claim >= asked.problems[i].claims.size()) continue;
      bundle.push_back({i, claim, storage && i + 1 == asked.problems.size()});
    }
    if (!bundle.empty()) asked.bundles.push_back(std::move(bundle));
  }
  for (const Problem& problem : asked.problems) RC_LOG() << Told(problem) << "\n";
  return asked;
}

TogetherDivision Certified(const Asked& asked) {
  TogetherDivision together = DivideTogether(asked.problems, asked.bundles);
  const absl::Status valid = CertifyTogether(asked.problems, asked.bundles, together);
  if (!valid.ok()) RC_FAIL(std::string(valid.message()));
  return together;
}

TEST(BundlesPropertyTest, HoldTheirCertificate) {
  Holds(1'000, [](Drawn& drawn) {
    const RandomShape shape = {.minimums = Pick(drawn, 1) == 1,
                               .extremes = Pick(drawn, 3) == 0,
                               .wishes = Pick(drawn, 1) == 1};
    Certified(RandomCall(drawn, shape, Pick(drawn, 1) == 1));
  });
}

TEST(BundlesPropertyTest, DoNotDependOnTheirOrder) {
  Holds(500, [](Drawn& drawn) {
    Asked asked = RandomCall(drawn, {.minimums = Pick(drawn, 1) == 1}, Pick(drawn, 1) == 1);
    const TogetherDivision once = Certified(asked);
    std::reverse(asked.bundles.begin(), asked.bundles.end());
    for (Bundle& bundle : asked.bundles) std::reverse(bundle.begin(), bundle.end());
    const TogetherDivision again = Certified(asked);
    for (size_t i = 0; i < asked.problems.size(); ++i) {
      RC_ASSERT(AwardsOf(once.divisions[i]) == AwardsOf(again.divisions[i]));
    }
  });
}

TEST(BundlesPropertyTest, TakeNothingFromWhoAsksForItself) {
  Holds(1'000, [](Drawn& drawn) {
    const Asked asked = RandomCall(drawn, {}, /*storage=*/false);
    const TogetherDivision together = Certified(asked);
    for (uint32_t i = 0; i < asked.problems.size(); ++i) {
      const std::vector<int64_t> alone = AwardsOf(Divide(asked.problems[i]));
      for (uint32_t claim = 0; claim < alone.size(); ++claim) {
        const bool bundled =
            std::any_of(asked.bundles.begin(), asked.bundles.end(), [&](const Bundle& bundle) {
              return std::any_of(bundle.begin(), bundle.end(), [&](const BundleLine& line) {
                return line.problem == i && line.claim == claim;
              });
            });
        RC_ASSERT(bundled || together.divisions[i].awards[claim].amount >= alone[claim] - 1);
      }
    }
  });
}

// What is left in the pools that a claim may use.
Wide RoomFor(const Problem& problem, const Division& division, const Claim& claim) {
  const auto allows = [](const NameSet& set, uint32_t name) {
    return set.empty() || std::find(set.begin(), set.end(), name) != set.end();
  };
  Wide room = 0;
  for (size_t i = 0; i < problem.pools.size(); ++i) {
    const Pool& pool = problem.pools[i];
    if (allows(problem.site_sets[claim.site_set], pool.site) &&
        allows(problem.period_sets[claim.period_set], pool.period)) {
      room += pool.capacity - division.pools[i].allocated;
    }
  }
  return room;
}

TEST(BundlesPropertyTest, AreCutOnlyByALineWhosePoolsAreFull) {
  Holds(1'000, [](Drawn& drawn) {
    const Asked asked = RandomCall(drawn, {}, /*storage=*/false);
    const TogetherDivision together = Certified(asked);
    for (const Bundle& bundle : asked.bundles) {
      bool whole = true;
      bool held = false;
      for (const BundleLine& line : bundle) {
        const Claim& claim = asked.problems[line.problem].claims[line.claim];
        const Division& division = together.divisions[line.problem];
        whole = whole && division.awards[line.claim].amount == claim.amount;
        // Each line of the others may be a unit short of its share.
        held = held || RoomFor(asked.problems[line.problem], division, claim) <=
                           static_cast<int64_t>(asked.bundles.size());
      }
      RC_ASSERT(whole || held);
    }
  });
}

TEST(BundlesPropertyTest, ABundleAloneGetsThePartOfItsScarcestLine) {
  Holds(1'000, [](Drawn& drawn) {
    Asked asked = RandomCall(drawn, {}, /*storage=*/false);
    if (asked.bundles.empty()) return;
    asked.bundles.resize(1);
    const TogetherDivision together = Certified(asked);
    const auto asks = [&](const BundleLine& line) {
      return Wide(asked.problems[line.problem].claims[line.claim].amount);
    };
    for (const BundleLine& line : asked.bundles[0]) {
      Wide least = asks(line);
      for (const BundleLine& other : asked.bundles[0]) {
        if (asks(other) == 0) continue;
        const Division alone = Divide(asked.problems[other.problem]);
        // Rounding leaves each line a unit, and so does the part of another.
        const Wide units = Wide(alone.awards[other.claim].amount) + 2;
        least = std::min(least, asks(line) * units / asks(other));
      }
      RC_ASSERT(together.divisions[line.problem].awards[line.claim].amount <= least);
    }
  });
}

}  // namespace
}  // namespace mesolys::division
