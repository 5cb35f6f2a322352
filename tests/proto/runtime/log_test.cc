#include "proto/runtime/log.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "grpc/support/log.h"
#include "gtest/gtest.h"
#include "spdlog/spdlog.h"

namespace mesolys {
namespace {

using ::testing::MatchesRegex;

constexpr char kTime[] = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z ";

// What a program with this level writes on standard error; the log of this process is put back.
template <typename Speak>
std::string Logged(const std::string& level, Speak speak) {
  const auto before = spdlog::default_logger();
  testing::internal::CaptureStderr();
  StartLog(level);
  speak();
  spdlog::default_logger()->flush();
  std::string out = testing::internal::GetCapturedStderr();
  spdlog::set_default_logger(before);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  gpr_set_log_function(nullptr);
  return out;
}

TEST(LogTest, WritesTimeLevelAndText) {
  EXPECT_THAT(Logged("info", [] { spdlog::warn("spool is {} % full", 90); }),
              MatchesRegex(std::string(kTime) + "warning spool is 90 % full\n"));
}

TEST(LogTest, LeavesOutWhatIsUnderItsLevel) {
  struct Case {
    const char* level;
    size_t lines;
  };
  for (const Case& c : {Case{"debug", 4}, Case{"info", 3}, Case{"warning", 2}, Case{"error", 1}}) {
    const std::string text = Logged(c.level, [] {
      spdlog::debug("d");
      spdlog::info("i");
      spdlog::warn("w");
      spdlog::error("e");
    });
    EXPECT_EQ(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')), c.lines) << c.level;
  }
}

TEST(LogTest, KeepsARecordOnOneLine) {
  EXPECT_THAT(Logged("info", [] { spdlog::info("job\n2026 error forged\x1B[2J"); }),
              MatchesRegex(std::string(kTime) + "info job 2026 error forged \\[2J\n"));
}

TEST(LogTest, TakesInWhatGrpcSays) {
  EXPECT_THAT(Logged("info", [] { gpr_log(GPR_ERROR, "handshake failed"); }),
              MatchesRegex(std::string(kTime) + "warning gRPC: handshake failed\n"));
}

}  // namespace
}  // namespace mesolys
