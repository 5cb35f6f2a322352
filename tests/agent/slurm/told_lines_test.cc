#include "agent/slurm/told_lines.h"

#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

TEST(ToldLinesTest, KnowsWhatWasAdded) {
  ToldLines told;
  told.Add(ToldLines::Mark("a"));
  EXPECT_TRUE(told.Has(ToldLines::Mark("a")));
  EXPECT_FALSE(told.Has(ToldLines::Mark("b")));
}

TEST(ToldLinesTest, ForgetsWhatWasNotMetForAWholeAge) {
  ToldLines told;
  for (const uint64_t mark : {1U, 2U}) told.Add(mark);
  told.Age();
  EXPECT_TRUE(told.Has(1));
  told.Age();
  EXPECT_TRUE(told.Has(1));
  EXPECT_FALSE(told.Has(2));
}

TEST(ToldLinesTest, ForgetsTheOldestRatherThanGrow) {
  ToldLines told(100);
  for (uint64_t mark = 1; mark <= 1000; ++mark) told.Add(mark);
  int known = 0;
  for (uint64_t mark = 1; mark <= 1000; ++mark) known += told.Has(mark) ? 1 : 0;
  EXPECT_GE(known, 100);
  EXPECT_LE(known, 200);
}

}  // namespace
}  // namespace mesolys::agent
