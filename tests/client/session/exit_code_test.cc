#include "client/session/exit_code.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/session/failure.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/runtime/server.h"
#include "proto/values/reason.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;

TEST(FailureTest, TellsTheExitCodeByCodeAndReason) {
  struct Row {
    absl::Status status;
    ExitCode exit;
  };
  for (const Row& row : std::vector<Row>{
           {absl::OkStatus(), ExitCode::kDone},
           {absl::InvalidArgumentError("x"), ExitCode::kUsage},
           {Refuse(Reason::kUnknownSite, Say("x")), ExitCode::kNotFound},
           {Refuse(Reason::kInvalidName, Say("x")), ExitCode::kUsage},
           {Refuse(Reason::kThresholdReached, Say("x")), ExitCode::kRefused},
           {Refuse(Reason::kProgrammeNeedsCall, Say("x")), ExitCode::kRefused},
           {Refuse(Reason::kProjectExists, Say("x")), ExitCode::kRefused},
           {Refuse(Reason::kStoreFull, Say("x")), ExitCode::kFailed},  // a full disk is no rule
           {absl::ResourceExhaustedError("message too large"), ExitCode::kFailed},
           {Refuse(Reason::kUnknownProject, Say("x")), ExitCode::kNotFound},
           {Refuse(Reason::kNotAllowed, Say("x")), ExitCode::kNotAllowed},
           {Refuse(Reason::kNotAuthenticated, Say("x")), ExitCode::kNotAllowed},
           {Refuse(Reason::kEtagMismatch, Say("x")), ExitCode::kFailed},
           {absl::InternalError("x"), ExitCode::kFailed},
           {absl::UnavailableError("x"), ExitCode::kUnreachable},
           {WithExit(absl::UnavailableError("x"), ExitCode::kOutcomeUnknown),
            ExitCode::kOutcomeUnknown}}) {
    EXPECT_EQ(ExitOf(row.status), row.exit) << row.status;
  }
}

class ExitCodeTest : public ClientTest {};

TEST_F(ExitCodeTest, IsTheNumberThatScriptsWerePromised) {
  EXPECT_EQ(static_cast<int>(ExitCode::kDone), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kFailed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kRefused), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kNotFound), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::kNotAllowed), 5);
  EXPECT_EQ(static_cast<int>(ExitCode::kUnreachable), 6);
  EXPECT_EQ(static_cast<int>(ExitCode::kOutcomeUnknown), 7);
  EXPECT_EQ(static_cast<int>(ExitCode::kInterrupted), 130);
}

TEST_F(ExitCodeTest, FollowsTheAnswerOfTheScheduler) {
  struct Row {
    absl::Status answer;
    ExitCode exit;
  };
  for (const Row& row : std::vector<Row>{
           {absl::OkStatus(), ExitCode::kDone},
           {Refuse(Reason::kEtagMismatch, Say("it has changed")), ExitCode::kFailed},
           {Refuse(Reason::kInvalidPeriod, Say("too early")), ExitCode::kUsage},
           {Refuse(Reason::kProjectEnded, Say("it ended")), ExitCode::kRefused},
           {Refuse(Reason::kUnknownProject, Say("no such project")), ExitCode::kNotFound},
           {Refuse(Reason::kNotAllowed, Say("no")), ExitCode::kNotAllowed}}) {
    if (!row.answer.ok()) scheduler_.AnswerNext(row.answer);
    const Outcome outcome = Run({"member", "add", "proj_a", "bob", "--role", "researcher"});
    EXPECT_EQ(outcome.exit, row.exit) << row.answer;
    EXPECT_EQ(outcome.out.empty(), !row.answer.ok()) << outcome.out;
    EXPECT_THAT(outcome.err, HasSubstr(std::string(row.answer.message())));
    EXPECT_TRUE(KeptFiles().empty()) << "a definite answer leaves no key";
  }
}

TEST_F(ExitCodeTest, GivesErrorsAsOneJsonObjectToo) {
  scheduler_.AnswerNext(
      Refuse(Reason::kThresholdReached, Say("at most 50000 h"), {{"left", "12"}}));
  const Outcome outcome = Run({"balance", "proj_a", "--format", "json"});
  EXPECT_EQ(outcome.exit, ExitCode::kRefused);
  EXPECT_EQ(outcome.out,
            "{\"schema\":1,\"error\":{\"code\":\"RESOURCE_EXHAUSTED\",\"reason\":"
            "\"THRESHOLD_REACHED\",\"message\":\"at most 50000 h\",\"metadata\":{\"left\":\"12\"},"
            "\"exit\":3}}\n");
  EXPECT_EQ(outcome.err, "mesolys: at most 50000 h\n");
}

TEST_F(ExitCodeTest, IsNotAllowedForACallerWithoutRightsOrCertificate) {
  ActAs("mallory");
  EXPECT_EQ(Run({"balance", "proj_a"}).exit, ExitCode::kNotAllowed);
  WriteConfig("late");
  const TlsFiles expired = ca_.ExpiredFiles("user/late");
  const Outcome late = Run({"whoami", "--config", ca_.directory() + "/late.toml"});
  EXPECT_EQ(late.exit, ExitCode::kNotAllowed);
  EXPECT_THAT(late.err, HasSubstr("expired at"));
  std::filesystem::remove(expired.certificate);
  const Outcome missing = Run({"whoami", "--config", ca_.directory() + "/late.toml"});
  EXPECT_EQ(missing.exit, ExitCode::kNotAllowed);
  EXPECT_THAT(missing.err, HasSubstr("user-late.pem is missing"));
}

TEST_F(ExitCodeTest, IsUnreachableAtOnceWhereNobodyListens) {
  StopServer();
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"balance", "proj_a", "--timeout", "1m"},
           {"member", "add", "proj_a", "bob", "--role", "pi", "--timeout", "1m"}}) {
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit, ExitCode::kUnreachable);
    EXPECT_THAT(outcome.err, HasSubstr(absl::StrCat("nobody listens at ", target())));
    EXPECT_THAT(outcome.err, HasSubstr("nothing was changed"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
    EXPECT_TRUE(KeptFiles().empty());
  }
}

TEST_F(ExitCodeTest, IsFailedWhereTheSchedulerIsOfAnotherVersion) {
  StopServer();
  const absl::StatusOr<RunningServer> other =
      mesolys::StartServer(target(), ca_.Files("service/scheduler"), {});
  ASSERT_TRUE(other.ok()) << other.status();
  const Outcome outcome = Run({"balance", "proj_a"});
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.err,
              HasSubstr(absl::StrCat("the scheduler at ", target(),
                                     " does not know this call: it is of another version than this "
                                     "`mesolys`, which is ")));
}

TEST_F(ExitCodeTest, IsUnreachableWhereTlsIsRefusedOnEitherSide) {
  TestCa other;
  other.Files("user/alice");
  const auto write = [&](const TlsFiles& files) {
    const std::string path = ca_.directory() + "/mixed.toml";
    std::ofstream(path) << "scheduler = \"" << target() << "\"\nca = \"" << files.ca
                        << "\"\ncertificate = \"" << files.certificate << "\"\nkey = \""
                        << files.key << "\"\nstate_dir = \"state\"\n";
    return path;
  };
  TlsFiles foreign_user = other.Files("user/alice");
  foreign_user.ca = ca_.Files("user/alice").ca;  // the server does not know who signed us
  TlsFiles foreign_server = ca_.Files("user/alice");
  foreign_server.ca = other.Files("user/alice").ca;  // and we do not know who signed the server
  for (const TlsFiles& files : {foreign_user, foreign_server}) {
    const Outcome outcome =
        Run({"member", "add", "proj_a", "bob", "--role", "pi", "--config", write(files)});
    EXPECT_EQ(outcome.exit, ExitCode::kUnreachable);
    EXPECT_THAT(outcome.err, HasSubstr("refused the TLS connection: check " + files.certificate));
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(ExitCodeTest, IsUnreachableForAReadWithoutAnAnswer) {
  scheduler_.StaySilent(true);
  const Outcome outcome = Run({"balance", "proj_a", "--timeout", "200ms"});
  EXPECT_EQ(outcome.exit, ExitCode::kUnreachable);
  EXPECT_THAT(outcome.err, HasSubstr("no answer from " + target() + " within 200ms"));
}

TEST_F(ExitCodeTest, IsUsageForAnInvalidCommandLineInJsonToo) {
  const Outcome outcome = Run({"balance", "--format=json"});
  EXPECT_EQ(outcome.exit, ExitCode::kUsage);
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["error"]["exit"], 2);
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
