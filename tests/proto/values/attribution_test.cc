#include "proto/values/attribution.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/period.h"
#include "rapidcheck/gtest.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }
Period Between(int64_t start, int64_t end) { return {At(start), At(end)}; }
Payer Grant(int64_t grant, int64_t start, int64_t end) { return {grant, Between(start, end)}; }
ChargedSeconds Pays(int64_t grant, int64_t seconds) { return {grant, seconds}; }

TEST(AttributionTest, OneGrantOverTheWholeJobPaysAllOfIt) {
  EXPECT_THAT(Attribute({Grant(7, 0, 1000)}, Between(100, 200), 100), ElementsAre(Pays(7, 100)));
  EXPECT_THAT(Attribute({Grant(7, 100, 200)}, Between(100, 200), 60), ElementsAre(Pays(7, 60)));
}

TEST(AttributionTest, NobodyPaysWhereNoGrantIsValid) {
  EXPECT_THAT(Attribute({}, Between(100, 200), 100), ElementsAre(Pays(0, 100)));
  EXPECT_THAT(Attribute({Grant(7, 200, 300), Grant(8, 0, 100)}, Between(100, 200), 100),
              ElementsAre(Pays(0, 100)));
  EXPECT_THAT(Attribute({Grant(7, 120, 150)}, Between(100, 200), 100),
              ElementsAre(Pays(0, 70), Pays(7, 30)));
}

TEST(AttributionTest, AJobAcrossTheEndOfAPeriodIsChargedToEachByItsSeconds) {
  EXPECT_THAT(Attribute({Grant(2, 150, 300), Grant(1, 0, 150)}, Between(100, 200), 100),
              ElementsAre(Pays(1, 50), Pays(2, 50)));
}

TEST(AttributionTest, TheGrantThatEndsSoonestPays) {
  EXPECT_THAT(Attribute({Grant(1, 0, 1000), Grant(2, 0, 500)}, Between(100, 200), 100),
              ElementsAre(Pays(2, 100)));
}

TEST(AttributionTest, OfGrantsThatEndTogetherTheFirstIssuedPays) {
  EXPECT_THAT(Attribute({Grant(9, 0, 500), Grant(3, 50, 500)}, Between(100, 200), 100),
              ElementsAre(Pays(3, 100)));
}

TEST(AttributionTest, AGrantThatBeginsDuringTheJobTakesOverWhenItEndsSooner) {
  EXPECT_THAT(Attribute({Grant(1, 0, 1000), Grant(2, 130, 170)}, Between(100, 200), 100),
              ElementsAre(Pays(1, 60), Pays(2, 40)));
  EXPECT_THAT(Attribute({Grant(1, 0, 1000), Grant(2, 130, 2000)}, Between(100, 200), 100),
              ElementsAre(Pays(1, 100)));
}

TEST(AttributionTest, AGrantOfAnEmptyPeriodPaysNothingAndCutsNothing) {
  // Were the gap of 10 s cut at 15, each half would be charged 0 s and grant 1 the remainder too.
  EXPECT_THAT(Attribute({Grant(1, 0, 10), Grant(5, 15, 15), Grant(6, 15, 12)}, Between(0, 20), 2),
              ElementsAre(Pays(0, 1), Pays(1, 1)));
}

TEST(AttributionTest, SuspendedTimeIsTakenFromEachPieceByItsShare) {
  EXPECT_THAT(Attribute({Grant(1, 0, 125), Grant(2, 0, 1000)}, Between(100, 200), 40),
              ElementsAre(Pays(1, 10), Pays(2, 30)));
}

TEST(AttributionTest, TheRemainderGoesToTheEarliestPieces) {
  // Three pieces of 10 s and 20 s to charge: 6 each, and 1 each for the first two in time.
  EXPECT_THAT(Attribute({Grant(3, 0, 10), Grant(2, 0, 20), Grant(1, 0, 30)}, Between(0, 30), 20),
              ElementsAre(Pays(1, 6), Pays(2, 7), Pays(3, 7)));
}

TEST(AttributionTest, AGrantThatPaysTwoPiecesHasOneEntry) {
  // Pieces: grant 1 for 10 s, grant 2 for 10 s, grant 1 for 10 s.
  EXPECT_THAT(Attribute({Grant(1, 0, 100), Grant(2, 10, 20)}, Between(0, 30), 30),
              ElementsAre(Pays(1, 20), Pays(2, 10)));
}

TEST(AttributionTest, APieceThatIsChargedNothingHasNoEntry) {
  EXPECT_THAT(Attribute({Grant(1, 0, 1), Grant(2, 0, 100)}, Between(0, 100), 1),
              ElementsAre(Pays(1, 1)));
  EXPECT_THAT(Attribute({Grant(1, 0, 100)}, Between(0, 100), 0), IsEmpty());
  EXPECT_THAT(Attribute({Grant(1, 0, 100)}, Between(100, 100), 0), IsEmpty());
}

TEST(AttributionTest, GrantsWithoutEndAreFine) {
  const Payer open = {4, {absl::InfinitePast(), absl::InfiniteFuture()}};
  EXPECT_THAT(Attribute({open, Grant(5, 150, 160)}, Between(100, 200), 100),
              ElementsAre(Pays(4, 90), Pays(5, 10)));
}

TEST(AttributionTest, TenYearsAreExact) {
  const int64_t years = int64_t{3653} * 86400;
  EXPECT_THAT(Attribute({Grant(1, 0, 1), Grant(2, 0, years)}, Between(0, years), years - 1),
              ElementsAre(Pays(1, 1), Pays(2, years - 2)));
}

TEST(AttributionDeathTest, NoJobIsChargedMoreThanItHeldOrLessThanNothing) {
  EXPECT_DEATH((void)Attribute({}, Between(100, 200), 101), "");
  EXPECT_DEATH((void)Attribute({}, Between(100, 200), -1), "");
  EXPECT_DEATH((void)Attribute({}, Between(200, 100), 1), "");
}

// The rule said again, second by second and without thought of speed.
int64_t PayerOfSecond(const std::vector<Payer>& payers, int64_t second) {
  std::map<std::pair<absl::Time, int64_t>, int64_t> by_end;
  for (const Payer& payer : payers) {
    if (payer.period.Contains(At(second))) by_end[{payer.period.end, payer.grant}] = payer.grant;
  }
  return by_end.empty() ? 0 : by_end.begin()->second;
}

std::vector<ChargedSeconds> Sorted(const std::map<int64_t, int64_t>& seconds_by_grant) {
  std::vector<ChargedSeconds> charged;
  for (const auto& [grant, seconds] : seconds_by_grant) {
    if (seconds > 0) charged.push_back({grant, seconds});
  }
  return charged;
}

std::vector<ChargedSeconds> ModelWithoutSuspension(const std::vector<Payer>& payers, int64_t start,
                                                   int64_t end) {
  std::map<int64_t, int64_t> seconds_by_grant;
  for (int64_t second = start; second < end; ++second) {
    ++seconds_by_grant[PayerOfSecond(payers, second)];
  }
  return Sorted(seconds_by_grant);
}

std::vector<ChargedSeconds> ModelWithSuspension(const std::vector<Payer>& payers, int64_t start,
                                                int64_t end, int64_t charged_seconds) {
  std::vector<ChargedSeconds> runs;
  for (int64_t second = start; second < end; ++second) {
    const int64_t grant = PayerOfSecond(payers, second);
    if (runs.empty() || runs.back().grant != grant) runs.push_back({grant, 0});
    ++runs.back().seconds;
  }
  int64_t given = 0;
  for (ChargedSeconds& run : runs) {
    run.seconds = run.seconds * charged_seconds / (end - start);
    given += run.seconds;
  }
  std::map<int64_t, int64_t> seconds_by_grant;
  for (const ChargedSeconds& run : runs) {
    const int64_t extra = given < charged_seconds ? 1 : 0;
    given += extra;
    seconds_by_grant[run.grant] += run.seconds + extra;
  }
  return Sorted(seconds_by_grant);
}

// Few grants over few seconds, so that they overlap, touch, end together, are empty or inverted.
std::vector<Payer> AnyPayers() {
  const auto periods = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(-10, 50), rc::gen::inRange(-10, 50)));
  std::vector<Payer> payers;
  for (const auto& [start, end] : periods) {
    payers.push_back(Grant(static_cast<int64_t>(payers.size()) + 1, start, end));
    if (payers.size() == 8) break;
  }
  return payers;
}

RC_GTEST_PROP(AttributionProperty, AgreesWithTheRuleAppliedSecondBySecond, ()) {
  const std::vector<Payer> payers = AnyPayers();
  const int64_t start = *rc::gen::inRange(0, 40);
  const int64_t end = start + *rc::gen::inRange(0, 40);
  RC_ASSERT(Attribute(payers, Between(start, end), end - start) ==
            ModelWithoutSuspension(payers, start, end));
}

RC_GTEST_PROP(AttributionProperty, ASuspendedJobAgreesWithTheSharesOfItsPieces, ()) {
  const std::vector<Payer> payers = AnyPayers();
  const int64_t start = *rc::gen::inRange(0, 40);
  const int64_t end = start + *rc::gen::inRange(1, 40);
  const int64_t charged = *rc::gen::inRange<int64_t>(0, end - start + 1);
  RC_ASSERT(Attribute(payers, Between(start, end), charged) ==
            ModelWithSuspension(payers, start, end, charged));
}

RC_GTEST_PROP(AttributionProperty, SumsExactlyToTheChargedSecondsAndNobodyPaysMoreThanItsSeconds,
              ()) {
  const std::vector<Payer> payers = AnyPayers();
  const int64_t start = *rc::gen::inRange(0, 40);
  const int64_t end = start + *rc::gen::inRange(1, 40);
  const int64_t charged = *rc::gen::inRange<int64_t>(0, end - start + 1);
  std::map<int64_t, int64_t> held;
  for (const ChargedSeconds& entry : ModelWithoutSuspension(payers, start, end)) {
    held[entry.grant] = entry.seconds;
  }
  int64_t sum = 0;
  for (const ChargedSeconds& entry : Attribute(payers, Between(start, end), charged)) {
    RC_ASSERT(entry.seconds > 0);
    RC_ASSERT(entry.seconds <= held[entry.grant]);
    sum += entry.seconds;
  }
  RC_ASSERT(sum == charged);
}

RC_GTEST_PROP(AttributionProperty, DoesNotDependOnTheOrderOfThePayers, ()) {
  std::vector<Payer> payers = AnyPayers();
  if (payers.size() > 5) payers.resize(5);
  const int64_t start = *rc::gen::inRange(0, 40);
  const int64_t end = start + *rc::gen::inRange(1, 40);
  const int64_t charged = *rc::gen::inRange<int64_t>(0, end - start + 1);
  const std::vector<ChargedSeconds> expected = Attribute(payers, Between(start, end), charged);
  const auto by_grant = [](const Payer& a, const Payer& b) { return a.grant < b.grant; };
  while (std::next_permutation(payers.begin(), payers.end(), by_grant)) {
    RC_ASSERT(Attribute(payers, Between(start, end), charged) == expected);
  }
}

}  // namespace
}  // namespace mesolys
