#include "agent/state/quarantine.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

TEST(QuarantineTest, WritesOneLineForEachWithItsReason) {
  TemporaryDirectory directory;
  const Quarantine quarantine(directory.File("quarantine.txt"));
  const auto mark = quarantine.Append(
      {}, {{"jobs.txt:3", "too few columns", "1|2\t3"}, {"scheduler", "RECORD_INVALID: no", "x"}},
      kNow);
  ASSERT_TRUE(mark.ok()) << mark.status();
  EXPECT_EQ(directory.Read("quarantine.txt"),
            "jobs.txt:3\ttoo few columns\t1|2\\x093\nscheduler\tRECORD_INVALID: no\tx\n");
  EXPECT_EQ(mark->line_count, 2);
  EXPECT_EQ(mark->byte_count, static_cast<int64_t>(directory.Read("quarantine.txt").size()));
}

TEST(QuarantineTest, CutsLongTextsAtFourKibibytes) {
  TemporaryDirectory directory;
  const Quarantine quarantine(directory.File("q"));
  ASSERT_TRUE(quarantine.Append({}, {{"o", "r", std::string(100000, 'x')}}, kNow).ok());
  EXPECT_EQ(directory.Read("q"), "o\tr\t" + std::string(4096, 'x') + "...\n");
}

TEST(QuarantineTest, WritesNothingTwiceWhenTheMarkWasNotCommitted) {
  TemporaryDirectory directory;
  const Quarantine quarantine(directory.File("q"));
  const auto committed = quarantine.Append({}, {{"f:1", "bad", "one"}}, kNow);
  ASSERT_TRUE(committed.ok());
  ASSERT_TRUE(
      quarantine.Append(*committed, {{"f:2", "bad", "two"}}, kNow).ok());  // killed before commit
  const auto again = quarantine.Append(*committed, {{"f:2", "bad", "two"}}, kNow);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(directory.Read("q"), "f:1\tbad\tone\nf:2\tbad\ttwo\n");
  EXPECT_EQ(again->line_count, 2);
}

TEST(QuarantineTest, GoesOnCountingWhenTheFileWasMovedAway) {
  TemporaryDirectory directory;
  const Quarantine quarantine(directory.File("q"));
  const auto before = quarantine.Append({}, {{"f:1", "bad", "a rather long line"}}, kNow);
  ASSERT_TRUE(before.ok());
  std::filesystem::remove(directory.File("q"));
  const auto after = quarantine.Append(*before, {{"f:2", "bad", "two"}}, kNow);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(directory.Read("q"), "f:2\tbad\ttwo\n");
  EXPECT_EQ(after->line_count, 2);
  EXPECT_EQ(after->byte_count, 12);
}

TEST(QuarantineTest, SaysWhichFileCannotBeWritten) {
  const Quarantine quarantine("/proc/no/such/place");
  const auto mark = quarantine.Append({}, {{"f:1", "bad", "x"}}, kNow);
  EXPECT_EQ(mark.status().code(), absl::StatusCode::kInternal);
  EXPECT_NE(mark.status().message().find("/proc/no/such/place"), absl::string_view::npos);
}

}  // namespace
}  // namespace mesolys::agent
