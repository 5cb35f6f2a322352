// What is not the division of its problem holds no certificate.

#include "scheduler/core/call/certificate.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/call/bundle_certificate.h"
#include "scheduler/core/call/division/bundles.h"
#include "tests/scheduler/core/call/division/small_problem.h"

namespace mesolys::division {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(CertificateTest, RefusesWhateverIsNotTheDivision) {
  struct Forgery {
    std::string what;
    void (*forge)(Division&);
  };
  for (const Forgery& each : std::vector<Forgery>{
           {"sum up", [](Division& d) { ++d.awards[0].amount; }},
           {"sum up", [](Division& d) { d.placements.pop_back(); }},
           {"more than it has",
            [](Division& d) { ++d.placements[0].amount, ++d.pools[0].allocated; }},
           {"not full", [](Division& d) { --d.placements[0].amount, --d.pools[0].allocated; }},
           {"may not be", [](Division& d) { d.placements[0].pool = 1, d.placements[2].pool = 0; }},
           {"one unit",
            [](Division& d) {
              d.awards[0].amount -= 2, d.placements[0].amount -= 2;
              d.awards[1].amount += 2, d.placements[1].amount += 2;
            }},
           {"not the highest", [](Division& d) { d.awards[0].share = 1; }},
           {"one unit", [](Division& d) { d.shares[0].level = Level::Of(6, kPoint); }},
           {"not full", [](Division& d) { d.shares[1].level = Level::Of(99, kPoint); }},
           {"dropped", [](Division& d) { d.awards[0].status = AwardStatus::kDropped; }},
           {"dropped without a minimum",
            [](Division& d) {
              d.drops = {{0, 1}};
              d.awards[0] = {0, -1, AwardStatus::kDropped};
            }},
           {"full", [](Division& d) { d.awards[0].status = AwardStatus::kFull; }},
           {"one award for each", [](Division& d) { d.awards.pop_back(); }},
           {"in no pool", [](Division& d) { d.placements[0].pool = 9; }},
           {"order of claims",
            [](Division& d) {
              d.placements.push_back({9, 1, 1});
              ++d.pools[1].allocated;
            }},
       }) {
    Problem problem = WithPools({10, 20});
    Ask(problem, "a", 99);
    Ask(problem, "a", 99);
    Ask(problem, "b", 5);
    Division division = Certified(problem);
    ASSERT_THAT(division.placements, SizeIs(3));
    each.forge(division);
    EXPECT_THAT(std::string(Certify(problem, division).message()), HasSubstr(each.what));
  }
}

TEST(CertificateTest, RefusesAPlacementThatCostsMoreThanAnother) {
  Problem problem = WithPools({10, 10});
  problem.pools[1].cost = 1;
  Ask(problem, "", 4);
  Division division = Certified(problem);
  ASSERT_THAT(division.placements, SizeIs(1));
  division.placements[0].pool = 1;
  std::swap(division.pools[0].allocated, division.pools[1].allocated);
  EXPECT_THAT(std::string(Certify(problem, division).message()), HasSubstr("cost less"));
}

TEST(CertificateTest, RefusesFullPoolsWhereAnExchangeWouldCostLess) {
  Problem problem = WithPools({10, 10});
  problem.cost_sets.push_back({{0, 1.0}, {1, 2.0}});
  problem.cost_sets.push_back({{0, 2.0}, {1, 1.0}});
  for (const uint32_t costs : {1u, 2u}) {
    Ask(problem, "", 99);
    problem.claims.back().cost_set = costs;
  }
  Division division = Certified(problem);
  ASSERT_THAT(division.placements, SizeIs(2));
  std::swap(division.placements[0].pool, division.placements[1].pool);
  EXPECT_THAT(std::string(Certify(problem, division).message()), HasSubstr("exchange"));
}

TEST(CertificateTest, RefusesABundleThatIsNotOne) {
  struct Forgery {
    std::string what;
    void (*forge)(TogetherDivision&);
  };
  std::vector<Problem> asked = {WithPools({10, 10}), WithPools({40, 40}), WithPools({5, 5})};
  Ask(asked[0], "", 40);
  Ask(asked[1], "", 40);
  Ask(asked[1], "", 7);
  Ask(asked[2], "", 8);
  const std::vector<Bundle> bundles = {{{0, 0}, {1, 0}, {2, 0, /*is_storage=*/true}}};
  for (const Forgery& each : std::vector<Forgery>{
           {"one for each", [](TogetherDivision& t) { t.dropped.clear(); }},
           {"one for each", [](TogetherDivision& t) { t.divisions.pop_back(); }},
           {"other pools", [](TogetherDivision& t) { ++t.problems[0].pools[0].capacity; }},
           {"not the one", [](TogetherDivision& t) { --t.problems[1].claims[1].amount; }},
           {"not the one", [](TogetherDivision& t) { ++t.problems[1].claims[0].weight; }},
           {"not the one", [](TogetherDivision& t) { t.problems[1].claims[0].amount = 41; }},
           {"dropped, yet", [](TogetherDivision& t) { t.dropped[0] = true; }},
           {"same part",
            [](TogetherDivision& t) {
              t.problems[1].claims[0].amount = 40;
              t.divisions[1] = Divide(t.problems[1]);
            }},
           {"storage where nothing else is",
            [](TogetherDivision& t) {
              // The other lines in the first pool alone, and storage in the second.
              t.problems[0].site_sets.push_back({0});
              t.problems[1].site_sets.push_back({0});
              t.problems[2].site_sets.push_back({1});
              t.problems[0].claims[0].amount = t.problems[1].claims[0].amount = 10;
              t.problems[2].claims[0].amount = 2;
              for (size_t i = 0; i < 3; ++i) {
                t.problems[i].claims[0].site_set =
                    static_cast<uint32_t>(t.problems[i].site_sets.size() - 1);
                t.divisions[i] = Divide(t.problems[i]);
              }
            }},
       }) {
    TogetherDivision together = DivideTogether(asked, bundles);
    ASSERT_EQ(CertifyTogether(asked, bundles, together), absl::OkStatus());
    each.forge(together);
    EXPECT_THAT(std::string(CertifyTogether(asked, bundles, together).message()),
                HasSubstr(each.what));
  }
}

}  // namespace
}  // namespace mesolys::division
