// What the program does with a terminal: draws again, and goes without what has no room.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "client/show/terminal_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class WatchTest : public ClientTest {
 protected:
  WatchTest() {
    terminal_ = true;
    environment_["NO_COLOR"] = "1";
  }
};

TEST_F(WatchTest, DrawsTheAnswerOverTheOneBeforeUntilNobodyWaits) {
  int turns = 0;
  wait_ = [&turns](absl::Duration duration) {
    EXPECT_EQ(duration, absl::Seconds(2));
    return ++turns < 3;
  };
  const Outcome outcome = Run({"balance", "proj_a", "--watch"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_EQ(turns, 3);
  EXPECT_EQ(scheduler_.call_count(), 3);
  const std::vector<std::string> screens = absl::StrSplit(outcome.out, "\x1b[H");
  ASSERT_EQ(screens.size(), 4U);
  EXPECT_EQ(screens[0], "\x1b[2J");
  EXPECT_THAT(screens[1], HasSubstr("proj_a/g1"));
  EXPECT_THAT(screens[1], HasSubstr("again in 2 s; Ctrl-C ends"));
  EXPECT_EQ(screens[1], screens[3]);
}

TEST_F(WatchTest, EndsWithTheFirstError) {
  wait_ = [this](absl::Duration) {
    StopServer();
    return true;
  };
  const Outcome outcome = Run({"balance", "proj_a", "--watch", "--timeout", "200ms"});
  EXPECT_EQ(outcome.exit, ExitCode::kUnreachable);
  EXPECT_THAT(outcome.err, HasSubstr("mesolys: "));
}

TEST_F(WatchTest, IsForATerminal) {
  EXPECT_EQ(Run({"balance", "proj_a", "--watch", "--format", "json"}).exit, ExitCode::kUsage);
  terminal_ = false;
  const Outcome outcome = Run({"balance", "proj_a", "--watch"});
  EXPECT_EQ(outcome.exit, ExitCode::kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("--watch draws tables on a terminal"));
}

TEST_F(WatchTest, ANarrowTerminalGoesWithoutWhatItCan) {
  width_ = 80;
  const Outcome narrow = Run({"balance", "proj_a"});
  for (const absl::string_view line : absl::StrSplit(narrow.out, '\n')) {
    if (absl::StartsWith(line, "(a wider")) continue;
    EXPECT_LE(DisplayWidth(line), 80U) << line;
  }
  EXPECT_THAT(narrow.out, HasSubstr("LEFT"));
  EXPECT_THAT(narrow.out, HasSubstr("(a wider terminal has "));
  EXPECT_THAT(narrow.out, Not(HasSubstr("PER DAY")));
  width_ = 0;
  const Outcome wide = Run({"balance", "proj_a"});
  EXPECT_THAT(wide.out, HasSubstr("PER DAY"));
  EXPECT_THAT(wide.out, Not(HasSubstr("a wider terminal")));
}

}  // namespace
}  // namespace mesolys::client
