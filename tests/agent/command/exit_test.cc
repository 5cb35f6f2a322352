#include "agent/command/exit.h"

#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

TEST(ExitTest, SaysWhetherTheSchedulerIsAwayOrSomethingIsWrong) {
  const struct {
    absl::Status status;
    int code;
  } kCases[] = {
      {absl::OkStatus(), 0},
      {absl::UnavailableError("away"), 6},
      {absl::DeadlineExceededError("slow"), 6},
      {absl::InternalError("wrong"), 1},
      {absl::FailedPreconditionError("held"), 1},
  };
  for (const auto& each : kCases) {
    EXPECT_EQ(static_cast<int>(ExitCodeOf(each.status)), each.code) << each.status;
  }
}

}  // namespace
}  // namespace mesolys::agent
