#include "scheduler/core/figures/balance.h"

#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/upkeep.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const Period kTenDays{Day(2026, 6), Day(2026, 6, 11)};

// A grant of 1,000 over ten days, and what was used of it at one site.
GrantEntry Used(const Totals& totals) {
  GrantEntry entry;
  entry.grant.number = 1;
  entry.grant.resource = "cpu";
  entry.grant.amount = Amount(1000);
  entry.grant.period = kTenDays;
  entry.used["north"] = totals;
  return entry;
}

struct Sum {
  const char* why;
  Totals totals;
  int64_t left;
  int64_t overdraft;
};

TEST(BalanceTest, SettledInFlightAndCommittedAndWhatIsLeftAddUp) {
  for (const Sum& sum : {
           Sum{"untouched", {}, 1000, 0},
           Sum{"settled", {Amount(300), {}, {}, {}}, 700, 0},
           Sum{"all three", {Amount(300), Amount(200), Amount(100), {}}, 400, 0},
           Sum{"exactly used up", {Amount(700), Amount(300), {}, {}}, 0, 0},
           Sum{"committed is no overdraft", {Amount(700), {}, Amount(500), {}}, 0, 0},
           Sum{"overdraft", {Amount(900), Amount(150), Amount(500), {}}, 0, 50},
           Sum{"settled is net of refunds", {Amount(900), {}, {}, Amount(200)}, 300, 0},
           Sum{"a refund ends an overdraft", {Amount(1100), {}, {}, Amount(100)}, 0, 0},
       }) {
    const BalanceLine line = BalanceOf(Used(sum.totals), Day(2026, 6, 5));
    EXPECT_EQ(line.left, Amount(sum.left)) << sum.why;
    EXPECT_EQ(line.overdraft, Amount(sum.overdraft)) << sum.why;
    EXPECT_EQ(line.expired, Amount()) << sum.why;
    EXPECT_EQ(line.settled, sum.totals.settled - sum.totals.refund) << sum.why;
    if (sum.left > 0) {
      EXPECT_EQ(line.settled + line.in_flight + line.committed + line.left, line.granted)
          << sum.why;
    }
  }
}

TEST(BalanceTest, TheEndOfThePeriodTakesWhatIsLeft) {
  const GrantEntry grant = Used({Amount(300), {}, Amount(100), {}});
  const BalanceLine before = BalanceOf(grant, kTenDays.end - absl::Seconds(1));
  EXPECT_EQ(before.left, Amount(600));
  EXPECT_EQ(before.expired, Amount());
  const BalanceLine after = BalanceOf(grant, kTenDays.end);
  EXPECT_EQ(after.left, Amount());
  EXPECT_EQ(after.expired, Amount(600));
  EXPECT_EQ(after.exhaust_time, std::nullopt);
}

TEST(BalanceTest, SitesAreAddedUpAndShown) {
  GrantEntry grant = Used({Amount(300), {}, {}, {}});
  grant.used["south"] = {Amount(50), Amount(7), Amount(1), {}};
  const BalanceLine line = BalanceOf(grant, Day(2026, 6, 5));
  EXPECT_EQ(line.settled, Amount(350));
  EXPECT_EQ(line.in_flight, Amount(7));
  EXPECT_EQ(line.committed, Amount(1));
  EXPECT_EQ(line.sites, grant.used);
}

TEST(BalanceTest, BurnsAtTheMeanSinceTheStartAndForeseesTheEnd) {
  const BalanceLine line =
      BalanceOf(Used({Amount(200), Amount(40), Amount(160), {}}), Day(2026, 6, 5));
  EXPECT_EQ(line.burn_per_day, Amount(60));  // 240 in four days
  ASSERT_TRUE(line.exhaust_time.has_value());
  EXPECT_EQ(*line.exhaust_time, Day(2026, 6, 15));  // 600 left
}

TEST(BalanceTest, ForeseesNothingWithoutUseOrBeforeTheStartOrBeyondACentury) {
  EXPECT_EQ(BalanceOf(Used({}), Day(2026, 6, 5)).exhaust_time, std::nullopt);
  const BalanceLine pending = BalanceOf(Used({}), Day(2026, 5, 5));
  EXPECT_EQ(pending.exhaust_time, std::nullopt);
  EXPECT_EQ(pending.burn_per_day, Amount());
  EXPECT_EQ(pending.left, Amount(1000));
  GrantEntry vast = Used({Amount(8), {}, {}, {}});
  vast.grant.amount = kAmountMax;
  EXPECT_EQ(BalanceOf(vast, Day(2026, 6, 5)).exhaust_time, std::nullopt);
}

TEST(BalanceTest, TheBurnOfAGrantThatEndedIsThatOfItsPeriod) {
  EXPECT_EQ(BalanceOf(Used({Amount(200), {}, {}, {}}), Day(2027, 1)).burn_per_day, Amount(20));
}

struct Phase {
  absl::Time now;
  Totals totals;
  GrantState state;
};

TEST(BalanceTest, TheStateOfAGrantFollowsFromTimeAndUse) {
  const Totals some{Amount(999), {}, Amount(500), {}};
  const Totals all{Amount(400), Amount(600), {}, {}};
  const Totals refunded{Amount(1000), {}, {}, Amount(1)};
  for (const Phase& phase : {
           Phase{kTenDays.start - absl::Seconds(1), {}, GrantState::kPending},
           Phase{kTenDays.start, {}, GrantState::kActive},
           Phase{Day(2026, 6, 5), some, GrantState::kActive},
           Phase{Day(2026, 6, 5), all, GrantState::kExhausted},
           Phase{Day(2026, 6, 5), refunded, GrantState::kActive},
           Phase{kTenDays.end - absl::Seconds(1), all, GrantState::kExhausted},
           Phase{kTenDays.end, all, GrantState::kExpired},
           Phase{kTenDays.end, {}, GrantState::kExpired},
       }) {
    EXPECT_EQ(StateOf(Used(phase.totals), phase.now), phase.state) << phase.now;
  }
}

TEST(BalanceTest, AProjectHasALineForEachGrantAndOneForEachResourceUsedWithout) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Create(TestProject("alphabet"));
  const auto balance = [&](const char* project) {
    return BalanceOf(mesocentre.ledger(), *mesocentre.ledger().FindProject(project), TestTime());
  };
  EXPECT_THAT(balance("alpha"), IsEmpty());
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "gpu-a100",
                               {Day(2026, 6, 14), Day(2026, 7)}, {{"north", Amount(500)}}));
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 6), Day(2026, 7)},
                               {{"north", Amount(5000)}}));
  const absl::Time ran = Day(2026, 6, 10);
  UsageRecord on_gpus = FinishedJob(1, "n1", "alpha", ran, absl::Seconds(100));
  on_gpus.gpu_counts = {{"a100", 1}};
  mesocentre.Report({on_gpus});
  mesocentre.Report({FinishedJob(2, "s1", "alpha", ran, absl::Seconds(30)),
                     RunningJob(3, "s1", "alpha", ran, absl::Seconds(30), absl::Seconds(50))});
  mesocentre.Report({FinishedJob(4, "n1", "alphabet", ran, absl::Seconds(30))});

  const std::vector<BalanceLine> lines = balance("alpha");
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[0].grant, 1);
  EXPECT_EQ(lines[0].left, Amount(500));
  EXPECT_EQ(lines[1].grant, 2);
  EXPECT_EQ(lines[1].settled, Amount(1000));
  EXPECT_EQ(lines[1].left, Amount(4000));
  EXPECT_EQ(lines[2].grant, 0);
  EXPECT_EQ(lines[2].resource, "cpu");
  EXPECT_EQ(lines[2].sites.at("south"), (Totals{Amount(300), Amount(300), Amount(200), {}}));
  EXPECT_EQ(lines[2].overdraft, Amount(600));
  EXPECT_EQ(lines[2].left, Amount());
  EXPECT_EQ(lines[3].resource, "gpu-a100");
  EXPECT_EQ(lines[3].settled, Amount(100));
  EXPECT_THAT(balance("alphabet"), SizeIs(1));
}

TEST(BalanceTest, UseThatWasTakenBackLeavesNoLine) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report({FinishedJob(1, "n1", "alpha", Day(2026, 6, 10), absl::Seconds(100))});
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 6), Day(2026, 7)},
                               {{"north", Amount(5000)}}));
  mesocentre.Resettle();
  const std::vector<BalanceLine> lines =
      BalanceOf(mesocentre.ledger(), *mesocentre.ledger().FindProject("alpha"), TestTime());
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].settled, Amount(1000));
}

TEST(BalanceTest, AnEstimateThatFitsNoNumberIsTheLargest) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  const Period period{TestTime() - absl::Seconds(1), Day(2027, 1)};
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", period,
                               {{"north", Amount(100)}, {"south", kAmountMax - Amount(100)}}));
  for (int64_t post = 0; post < 7; ++post) {
    mesocentre.Must(PostOpeningBalance{1, "north", kAmountMax, "from the old books"});
  }
  const BalanceLine line = BalanceOf(mesocentre.LastGrant(), mesocentre.now());
  EXPECT_EQ(line.burn_per_day.count(), std::numeric_limits<int64_t>::max());
  // The upkeep estimates too.
  for (const Command& due : DueUpkeep(mesocentre.ledger(), mesocentre.now())) {
    EXPECT_TRUE(mesocentre.Do(due, kSchedulerIdentity).ok());
  }
}

}  // namespace
}  // namespace mesolys
