#include "scheduler/core/figures/comparison.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// 10 cores: an hour of a job of FinishedJob is 36000 core-seconds. alpha has a grant at north in
// June, and bills cluster n1. The span is 1 June to 15 June.
class ComparisonTest : public testing::Test {
 protected:
  ComparisonTest() {
    mesocentre_.Create(TestProject("alpha"));
    mesocentre_.Issue(GrantByHand(mesocentre_.ledger(), "alpha", "cpu",
                                  {Day(2026, 6, 2), Day(2026, 7)}, {{"north", Amount(1 << 30)}}));
    span_.period = {Day(2026, 6, 1), Day(2026, 6, 15)};
    span_.begin = TestTime();
    span_.late = absl::Hours(72);
  }

  // "cause amount" of each difference, and whether they explain what the two sides say.
  std::vector<std::string> Compare(const std::optional<UsageRecord>& told,
                                   const std::optional<UsageRecord>& held) {
    std::optional<Job> job;
    if (held.has_value()) job = mesocentre_.rows().at(held->key);
    compared_ = CompareJob(mesocentre_.ledger(), span_, told.has_value() ? &*told : nullptr,
                           job.has_value() ? &*job : nullptr);
    std::vector<std::string> causes;
    Amount sum;
    for (const UsageDifference& difference : compared_.differences) {
      EXPECT_EQ(difference.resource, "cpu");
      causes.push_back(absl::StrCat(Name(difference.cause), " ", difference.amount.count()));
      sum += difference.amount;
    }
    const ComparedAmounts amounts = compared_.amounts["cpu"];
    EXPECT_EQ(amounts.ledger, amounts.accounting + sum);
    return causes;
  }
  std::vector<std::string> CompareReported(const UsageRecord& record) {
    mesocentre_.Report({record});
    return Compare(record, record);
  }

  static std::string Name(DifferenceCause cause) {
    static const auto& names = *new std::vector<std::string>{
        "none", "unknown account", "no grant",   "refunded", "running",
        "late", "clipped",         "unexplained"};
    return names.at(static_cast<size_t>(cause));
  }

  static UsageRecord HourOf(const std::string& account, absl::Time start) {
    return FinishedJob(1, "n1", account, start, absl::Hours(1));
  }

  Mesocentre mesocentre_;
  ComparedSpan span_;
  ComparedJob compared_;
};

TEST_F(ComparisonTest, WhatBothCountAlikeDiffersInNothing) {
  EXPECT_THAT(CompareReported(HourOf("alpha", Day(2026, 6, 10))), IsEmpty());
  EXPECT_EQ(compared_.amounts["cpu"], (ComparedAmounts{Amount(36000), Amount(36000)}));
  EXPECT_FALSE(compared_.is_new);
}

TEST_F(ComparisonTest, EachPartThatNoGrantPaysHasItsCause) {
  EXPECT_THAT(CompareReported(HourOf("stranger", Day(2026, 6, 10))),
              ElementsAre("unknown account -36000"));
  // The grant begins in the middle of it.
  EXPECT_THAT(CompareReported(HourOf("alpha", Day(2026, 6, 2) - absl::Minutes(30))),
              ElementsAre("no grant -18000"));
  UsageRecord failed = HourOf("alpha", Day(2026, 6, 11));
  failed.state = JobState::kNodeFail;
  EXPECT_THAT(CompareReported(failed), ElementsAre("refunded -36000"));
  // What nobody paid is not given back to anybody.
  failed = HourOf("alpha", Day(2026, 6, 1));
  failed.state = JobState::kNodeFail;
  EXPECT_THAT(CompareReported(failed), ElementsAre("no grant -36000"));
}

TEST_F(ComparisonTest, APartOutsideTheSpanIsClipped) {
  EXPECT_THAT(CompareReported(HourOf("alpha", Day(2026, 6, 15) - absl::Minutes(15))),
              ElementsAre("clipped 27000"));
  EXPECT_EQ(compared_.amounts["cpu"], (ComparedAmounts{Amount(9000), Amount(36000)}));
  // Clipped and paid in part.
  span_.period.start = Day(2026, 6, 2) + absl::Minutes(15);
  EXPECT_THAT(CompareReported(HourOf("alpha", Day(2026, 6, 2) - absl::Minutes(30))),
              ElementsAre("no grant -18000", "clipped 27000"));
}

TEST_F(ComparisonTest, WhatTheLedgerDoesNotKnowIsLateWhileItComesByItself) {
  const UsageRecord fresh = HourOf("alpha", Day(2026, 6, 14));
  EXPECT_THAT(Compare(fresh, {}), ElementsAre("late -36000"));
  EXPECT_TRUE(compared_.is_new);
  const UsageRecord old = HourOf("alpha", Day(2026, 6, 5));
  EXPECT_THAT(Compare(old, {}), ElementsAre("unexplained -36000"));
  span_.spool_waits = true;
  EXPECT_THAT(Compare(old, {}), ElementsAre("late -36000"));
}

TEST_F(ComparisonTest, AJobThatRunsWasLookedAtAtTwoTimes) {
  const absl::Time start = TestTime() - absl::Hours(5);
  span_.period.end = TestTime();
  const UsageRecord before = RunningJob(1, "n1", "alpha", start, absl::Hours(4), absl::Hours(10));
  const UsageRecord now = RunningJob(1, "n1", "alpha", start, absl::Hours(5), absl::Hours(10));
  mesocentre_.Report({before});
  EXPECT_THAT(Compare(now, before), ElementsAre("running -36000"));
  // It has ended meanwhile, and that is not reported yet.
  const UsageRecord ended = FinishedJob(1, "n1", "alpha", start, absl::Hours(5));
  EXPECT_THAT(Compare(ended, before), ElementsAre("running -36000"));
  span_.begin = TestTime() + absl::Hours(24);
  EXPECT_THAT(Compare(ended, before), ElementsAre("late -36000"));
}

TEST_F(ComparisonTest, AJobThatTheAccountingDoesNotKnowIsUnexplainedUnlessItIsNewer) {
  const UsageRecord lost = HourOf("alpha", Day(2026, 6, 10));
  mesocentre_.Report({lost});
  EXPECT_THAT(Compare({}, lost), ElementsAre("unexplained 36000"));
  span_.begin = Day(2026, 6, 9);
  EXPECT_THAT(Compare({}, lost), ElementsAre("running 36000"));
}

TEST_F(ComparisonTest, AnAccountingThatWentBackIsUnexplained) {
  const UsageRecord two_hours = FinishedJob(1, "n1", "alpha", Day(2026, 6, 14), absl::Hours(2));
  mesocentre_.Report({two_hours});
  EXPECT_THAT(Compare(FinishedJob(1, "n1", "alpha", Day(2026, 6, 14), absl::Hours(1)), two_hours),
              ElementsAre("unexplained 36000"));
}

}  // namespace
}  // namespace mesolys
