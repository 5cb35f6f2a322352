#include "scheduler/core/figures/running_jobs_move.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// alpha has a grant of cpu at north until 2027, and a job that ran for 100 s on 10 cores and may
// run for 300 s more.
struct RunningJobsMoveTest : testing::Test {
  RunningJobsMoveTest() {
    mesocentre.Create(TestProject("alpha"));
    mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 6), Day(2027, 1)},
                                 {{"north", Amount(1'000'000)}}));
    mesocentre.Report({RunningJob(1, "n1", "alpha", TestTime() - absl::Seconds(100),
                                  absl::Seconds(100), absl::Seconds(400))});
  }

  std::vector<RunningJobsMove> MovesTo(const Period& period, const std::string& site = "north",
                                       const std::string& resource = "cpu") const {
    Grant grant = GrantByHand(mesocentre.ledger(), "alpha", resource, period, {{site, Amount(1)}});
    grant.number = mesocentre.ledger().next_grant();
    return RunningJobsMovesTo(RunningUseOf(mesocentre.ledger(), "alpha"), grant, mesocentre.now());
  }

  Mesocentre mesocentre;
};

TEST_F(RunningJobsMoveTest, AGrantThatEndsFirstTakesWhatRunsHoweverLittleItHas) {
  const auto moves = MovesTo({Day(2026, 6), Day(2026, 7)});
  ASSERT_THAT(moves, SizeIs(1));
  EXPECT_EQ(moves[0].from, 1);
  EXPECT_EQ(moves[0].from_end, Day(2027, 1));
  EXPECT_EQ(moves[0].in_flight, Amount(1000));
  EXPECT_EQ(moves[0].committed, Amount(3000));
}

TEST_F(RunningJobsMoveTest, OneThatBeginsLaterTakesNoSecondThatHasPassed) {
  const auto moves = MovesTo({TestTime() + absl::Seconds(10), Day(2026, 7)});
  ASSERT_THAT(moves, SizeIs(1));
  EXPECT_EQ(moves[0].in_flight, Amount());
  EXPECT_EQ(moves[0].committed, Amount(3000));
}

TEST_F(RunningJobsMoveTest, OneThatEndsLaterOrTogetherTakesNothing) {
  EXPECT_THAT(MovesTo({Day(2026, 6), Day(2027, 2)}), IsEmpty());
  EXPECT_THAT(MovesTo({Day(2026, 6), Day(2027, 1)}), IsEmpty());
}

TEST_F(RunningJobsMoveTest, OneOfAnotherSiteOrResourceTakesNothing) {
  EXPECT_THAT(MovesTo({Day(2026, 6), Day(2026, 7)}, "south"), IsEmpty());
  EXPECT_THAT(MovesTo({Day(2026, 6), Day(2026, 7)}, "north", "gpu-a100"), IsEmpty());
}

// What is said beforehand is what the ledger does.
TEST_F(RunningJobsMoveTest, SaysWhatHappensWhenTheJobsAreChargedAnew) {
  const auto moves = MovesTo({Day(2026, 6), Day(2026, 7)});
  ASSERT_THAT(moves, SizeIs(1));
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 6), Day(2026, 7)},
                               {{"north", Amount(1)}}));
  mesocentre.Resettle();
  const Totals used = mesocentre.LastGrant().Used();
  EXPECT_EQ(used.in_flight, moves[0].in_flight);
  EXPECT_EQ(used.committed, moves[0].committed);
  EXPECT_EQ(mesocentre.ledger().FindGrant(1)->Used(), Totals());
}

}  // namespace
}  // namespace mesolys
