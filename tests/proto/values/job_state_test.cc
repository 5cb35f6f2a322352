#include "proto/values/job_state.h"

#include <iterator>
#include <optional>

#include "gtest/gtest.h"

namespace mesolys {
namespace {

struct Row {
  const char* word;
  int number;
  bool terminal;
};

// The numbers are in databases: this table may grow and never change.
constexpr Row kStates[] = {
    {"RUNNING", 1, false},       {"SUSPENDED", 2, false}, {"COMPLETED", 3, true},
    {"FAILED", 4, true},         {"TIMEOUT", 5, true},    {"CANCELLED", 6, true},
    {"NODE_FAIL", 7, true},      {"BOOT_FAIL", 8, true},  {"PREEMPTED", 9, true},
    {"OUT_OF_MEMORY", 10, true}, {"DEADLINE", 11, true},  {"REQUEUED", 12, true},
    {"OTHER", 13, true},
};

TEST(JobStateTest, HasSlurmsWordTheStoredNumberAndAnEnd) {
  for (const Row& row : kStates) {
    SCOPED_TRACE(row.word);
    const auto state = static_cast<JobState>(row.number);
    EXPECT_EQ(JobStateName(state), row.word);
    EXPECT_EQ(ParseJobState(row.word), state);
    EXPECT_EQ(IsTerminal(state), row.terminal);
  }
  EXPECT_EQ(static_cast<int>(JobState::kOther), static_cast<int>(std::size(kStates)));
}

TEST(JobStateTest, AWordThatIsNoStateOfAnAllocationIsNothing) {
  for (const char* word : {"", "PENDING", "running", "RUNNING ", " RUNNING", "RUN", "RUNNINGS",
                           "CANCELLED by 380693", "UNSPECIFIED"}) {
    EXPECT_EQ(ParseJobState(word), std::nullopt) << word;
  }
}

TEST(JobStateTest, NotKnowingTheStateIsNoEnd) {
  EXPECT_EQ(JobStateName(JobState::kUnspecified), "UNSPECIFIED");
  EXPECT_FALSE(IsTerminal(JobState::kUnspecified));
}

TEST(JobStateDeathTest, ANumberThatIsNoStateHasNoName) {
  EXPECT_DEATH((void)JobStateName(static_cast<JobState>(14)), "");
  EXPECT_DEATH((void)JobStateName(static_cast<JobState>(-1)), "");
}

}  // namespace
}  // namespace mesolys
