#include "agent/slurm/slurm_cursor.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::SizeIs;

constexpr int64_t kZero = 1800000000;
constexpr int64_t kHour = 3600;

// The slices of a pass that begins so many seconds after kZero.
std::vector<SlurmSlice> Pass(SlurmCursor& cursor, int64_t seconds,
                             const SlurmWindows& windows = SlurmWindows()) {
  StartPass(windows, absl::FromUnixSeconds(kZero + seconds), cursor);
  std::vector<SlurmSlice> slices;
  while (cursor.is_in_pass && slices.size() < 1000) {
    slices.push_back(SliceOf(windows, cursor));
    EXPECT_LE(slices.back().to - slices.back().from, absl::ToInt64Seconds(windows.slice));
    if (slices.size() > 1) {
      EXPECT_EQ(slices.back().from, slices[slices.size() - 2].to);
    }
    FinishSlice(slices.back(), cursor);
  }
  EXPECT_TRUE(slices.back().is_last);
  EXPECT_EQ(slices.back().to, cursor.read_until);
  return slices;
}

// How far before the instant of the pass it begins, in seconds.
int64_t Reach(SlurmCursor& cursor, int64_t seconds) {
  return kZero + seconds - Pass(cursor, seconds).front().from;
}

TEST(SlurmCursorTest, BeginsThreeDaysBack) {
  SlurmCursor cursor;
  EXPECT_THAT(Pass(cursor, 0), SizeIs(72 / 4));
  EXPECT_EQ(cursor.read_until, kZero);
}

TEST(SlurmCursorTest, ReadsEachSpanAgainOftenAtFirstAndThenLessOften) {
  SlurmCursor cursor;
  EXPECT_EQ(Reach(cursor, 0), 72 * kHour);
  EXPECT_EQ(Reach(cursor, 10), 10 + 600);
  EXPECT_EQ(Reach(cursor, 25), 15 + 600);
  EXPECT_EQ(Reach(cursor, kHour - 1), kHour - 26 + 600);
  EXPECT_EQ(Reach(cursor, kHour), 48 * kHour);
  EXPECT_EQ(Reach(cursor, kHour + 10), 10 + 600);
  EXPECT_EQ(Reach(cursor, 2 * kHour), 48 * kHour);
  EXPECT_EQ(Reach(cursor, 24 * kHour), 72 * kHour);
  EXPECT_EQ(Reach(cursor, 24 * kHour + 60), 60 + 600);
  EXPECT_EQ(Reach(cursor, 25 * kHour), 48 * kHour);
}

TEST(SlurmCursorTest, ReadsEverythingSinceItWasAway) {
  SlurmCursor cursor;
  Pass(cursor, 0);
  EXPECT_EQ(Reach(cursor, 30 * 24 * kHour), 30 * 24 * kHour + 600);
}

TEST(SlurmCursorTest, SurvivesAClockThatGoesBackwards) {
  SlurmCursor cursor;
  Pass(cursor, 100 * kHour);
  // Every last time lies in the future now: the longest pass, at once.
  EXPECT_EQ(Reach(cursor, 0), 72 * kHour);
  EXPECT_EQ(Reach(cursor, 10), 10 + 600);
}

TEST(SlurmCursorTest, TellsRunningJobsAtMostEveryFiveMinutes) {
  SlurmCursor cursor;
  std::vector<int64_t> told;
  for (int64_t seconds = 0; seconds <= 900; seconds += 10) {
    Pass(cursor, seconds);
    if (cursor.tells_running) told.push_back(seconds);
  }
  EXPECT_EQ(told, (std::vector<int64_t>{0, 300, 600, 900}));
}

TEST(SlurmCursorTest, GoesIntoATextAndBack) {
  SlurmCursor cursor;
  EXPECT_EQ(ParseSlurmCursor(ToText(cursor)), cursor);
  cursor = {1, 2, 3, 4, true, false, true, 5, 6, 7};
  EXPECT_EQ(ParseSlurmCursor(ToText(cursor)), cursor);
  const std::string good = ToText(cursor);
  for (const std::string& text :
       {std::string(), std::string("slurm-1"), good + " 1", good.substr(0, good.rfind(' ')),
        absl::StrCat("x", good), std::string("replay-1 1 2 3"),
        std::string("slurm-1 9223372036854775807 2 3 4 1 0 1 5 6 7"),
        std::string("slurm-1 1 2 3 4 1 0 1 -9223372036854775808 6 7"),
        std::string("slurm-1 1 2 3 4 1 0 1 5 9223372036854775807 7")}) {
    EXPECT_FALSE(ParseSlurmCursor(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace mesolys::agent
