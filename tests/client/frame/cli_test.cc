#include "client/frame/cli.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/balance.pb.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"
#include "tests/client/world_facts.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CliTest : public ClientTest {};

TEST_F(CliTest, OpensHelpWithExamples) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"site"},
                                             {"site", "show"},
                                             {"request"},
                                             {"request", "create"},
                                             {"balance"},
                                             {"grant", "revoke"},
                                             {"usage", "refund"},
                                             {"site", "incident"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("-h");
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit, ExitCode::kDone);
    EXPECT_TRUE(absl::StartsWith(outcome.out, "Examples:\n  mesolys ")) << outcome.out;
    EXPECT_EQ(outcome.err, "");
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(CliTest, TellsInTheHelpOfAVerbWhereTheCommonOptionsAre) {
  EXPECT_THAT(Run({"site", "show", "-h"}).out, HasSubstr("--format and --timeout: see mesolys -h"));
  EXPECT_THAT(Run({"-h"}).out, HasSubstr("--timeout TIME"));
  EXPECT_EQ(Run({"help"}).out, Run({"-h"}).out);
  EXPECT_EQ(Run({"help", "site", "show"}).out, Run({"site", "show", "-h"}).out);
  EXPECT_EQ(Run({"help", "why", "job"}).out, Run({"why", "-h"}).out);
  EXPECT_EQ(Run({"help", "--help"}).exit, ExitCode::kDone);
  EXPECT_THAT(Run({"list", "site"}).err,
              HasSubstr("the noun stands before its verb: mesolys site list"));
  const Outcome mistyped = Run({"help", "site", "shwo"});
  EXPECT_EQ(mistyped.exit, ExitCode::kUsage);
  EXPECT_THAT(mistyped.err, HasSubstr("\"shwo\" is not a command of site; did you mean show?"));
  EXPECT_THAT(Run({"site", "list", "--timeout"}).err, HasSubstr("--timeout needs a value: TIME"));
}

TEST_F(CliTest, SuggestsWhatWasMeant) {
  struct Row {
    std::vector<std::string> arguments;
    std::string says;
  };
  for (const Row& row : std::vector<Row>{
           {{"sit", "list"}, "\"sit\" is not a command of mesolys; did you mean site?"},
           {{"site", "lsit"}, "\"lsit\" is not a command of site; did you mean list?"},
           {{"site", "list", "--fromat", "json"}, "\"--fromat\" is not an option"},
           {{"site", "list", "--fromat", "json"}, "did you mean --format?"},
           {{"member", "add", "proj_a", "bob", "--rol", "pi"}, "did you mean --role?"},
           {{"member", "add", "proj_a", "bob", "--rol=pi"}, "did you mean --role?"},
           {{"balance", "proj_a", "extra"}, "the argument \"extra\" is not expected by balance"},
           {{"member", "add", "proj_a", "bob", "--role", "reseacher"}, "did you mean researcher?"},
           {{"frobnicate"}, "Known: site, project, member, request, grant, balance, usage, whoami"},
           {{"\x1b[2J"}, "\\x1b[2J"}}) {
    const Outcome outcome = Run(row.arguments);
    EXPECT_EQ(outcome.exit, ExitCode::kUsage);
    EXPECT_THAT(outcome.err, HasSubstr(row.says));
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(CliTest, SaysWhatIsMissingAndGivesAnExample) {
  struct Row {
    std::vector<std::string> arguments;
    std::string says;
  };
  for (const Row& row : std::vector<Row>{
           {{"site", "show"}, "SITE is required\n  Example: mesolys site show psmn"},
           {{"balance"}, "PROJECT is required\n  Example: mesolys balance proj_a"},
           {{"member", "add", "proj_a", "bob"}, "--role is required\n  Example: mesolys member"},
           {{"member", "add", "proj_a", "bob", "--role", "deputy"}, "needs an end: say --to DATE"},
           {{"usage", "list"}, "either a project"},
           {{"usage", "list", "proj_a", "--unassigned"}, "either a project"},
           {{"why", "proj_a/x5"}, "neither a grant nor a request; write PROJECT/g17 or PROJECT/r5"},
           {{"why", "job", "psmn"}, "write CLUSTER:JOBID, for example psmn:4002, or psmn:4002_7"},
           {{"site"}, "say what: mesolys site {list|show|"},
           {{}, "say what: mesolys {site|project|"},
           {{"request", "create", "p", "--for", "6m", "--justification", "x"}, "nothing is asked"},
           {{"request", "create", "p", "--cpu", "5h", "--justification", "x"}, "--to 2027-06-01"},
           {{"site", "list", "--format", "xml"}, "\"xml\" is none of table, json and csv"},
           {{"site", "list", "--timeout", "never"}, "write 10s, 500ms or 1m"},
           {{"usage", "list", "proj_a", "--limit", "-3"}, "is not a number of rows"}}) {
    const Outcome outcome = Run(row.arguments);
    EXPECT_EQ(outcome.exit, ExitCode::kUsage);
    EXPECT_THAT(outcome.err, HasSubstr(row.says));
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(CliTest, TellsItsVersion) {
  const Outcome outcome = Run({"--version"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone);
  EXPECT_TRUE(absl::StartsWith(outcome.out, "mesolys ")) << outcome.out;
}

TEST_F(CliTest, TakesAProjectThatIsNamedLikeACommand) {
  for (const std::string name : {"site", "usage", "list", "balance"}) {
    const Outcome outcome = Run({"balance", name});
    EXPECT_EQ(outcome.exit, ExitCode::kNotFound) << name << ": " << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(absl::StrCat("\"", name, "\"")));
  }
}

TEST_F(CliTest, ReadsAListToItsEndAndNotBeyondTheLimit) {
  std::vector<UsageRecord> jobs;
  for (int id = 1; id <= 2500; ++id) {
    jobs.push_back(FinishedJob(id, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", 1));
    jobs.back().account = "proj_b";
  }
  scheduler_.Report(std::move(jobs));
  struct Row {
    std::vector<std::string> more;
    size_t rows;
    int calls;
  };
  for (const Row& row : std::vector<Row>{{{}, 2500, 4},
                                         {{"--limit", "20"}, 20, 1},
                                         {{"--limit", "1500"}, 1500, 2},
                                         {{"--limit", "2500"}, 2500, 3},
                                         {{"--limit", "9999"}, 2500, 4}}) {
    const int before = scheduler_.call_count();
    std::vector<std::string> arguments = {"usage", "list", "proj_b", "--format", "json"};
    arguments.insert(arguments.end(), row.more.begin(), row.more.end());
    const auto json = nlohmann::json::parse(Run(arguments).out);
    EXPECT_EQ(json["jobs"].size(), row.rows);
    EXPECT_EQ(json["jobs"].back()["job_id"], row.rows);
    EXPECT_EQ(scheduler_.call_count() - before, row.calls);
  }
}

TEST_F(CliTest, KeepsHostileNamesFromTheTerminal) {
  v1::Balance balance;
  balance.add_lines()->set_grant("projects/x/grants/\x1b]0;owned\x07");
  balance.mutable_lines(0)->set_resource("cpu");
  balance.add_lines()->set_resource("gpu-\x1b[2J");
  scheduler_.Say(balance);
  scheduler_.AnswerNext(absl::InternalError("bad\x1b[31m\nmesolys: all is well"));
  EXPECT_EQ(Run({"balance", "proj_a"}).err, "mesolys: bad\\x1b[31m\n  mesolys: all is well\n");
  for (const std::string format : {"table", "json"}) {
    EXPECT_THAT(Run({"balance", "proj_a", "--format", format}).out, Not(HasSubstr("\x1b")));
  }
}

TEST_F(CliTest, AddsUpWithoutOverflowWhatAnyoneSends) {
  v1::Balance balance;
  for (int i = 0; i < 2; ++i) {
    v1::BalanceLine& line = *balance.add_lines();
    line.set_resource("cpu");
    line.set_granted_base_units(INT64_MAX);
    line.set_settled_base_units(INT64_MAX);
    line.set_in_flight_base_units(INT64_MAX);
    line.set_overdraft_base_units(INT64_MIN);
  }
  scheduler_.Say(balance);
  const Outcome outcome = Run({"balance", "proj_a", "--format", "json"});
  ASSERT_EQ(outcome.exit, ExitCode::kDone);
  const auto total = nlohmann::json::parse(outcome.out)["totals"][0];
  EXPECT_EQ(total["granted_base_units"], INT64_MAX);
  EXPECT_EQ(total["overdraft_base_units"], INT64_MIN);
  EXPECT_EQ(Run({"balance", "proj_a"}).exit, ExitCode::kDone);
}

TEST_F(CliTest, ShowsWhatIsOrderedOnlyWhereSomethingIs) {
  const std::string out = Run({"balance", "proj_a"}).out;
  EXPECT_THAT(out, HasSubstr("COMMITTED  ORDERED"));
  EXPECT_THAT(out, HasSubstr("4480 h    100 h"));
  scheduler_.ConfirmAwaited();
  EXPECT_THAT(Run({"balance", "proj_a"}).out, Not(HasSubstr("ORDERED")));
}

TEST_F(CliTest, ColoursATerminalUnlessAskedNotTo) {
  EXPECT_THAT(Run({"balance", "proj_a"}).out, Not(HasSubstr("\x1b[")));
  terminal_ = true;
  EXPECT_THAT(Run({"balance", "proj_a"}).out, HasSubstr("\x1b["));
  EXPECT_THAT(Run({"balance", "proj_a", "--format", "json"}).out, Not(HasSubstr("\x1b[")));
  environment_["NO_COLOR"] = "1";
  EXPECT_THAT(Run({"balance", "proj_a"}).out, Not(HasSubstr("\x1b[")));
}

TEST_F(CliTest, DrawsBarsInAsciiWhereTheLocaleIsNotUtf8) {
  EXPECT_THAT(Run({"balance", "proj_a"}).out, HasSubstr("█████▒░░░░"));
  environment_["LC_ALL"] = "C";  // goes before LANG
  EXPECT_THAT(Run({"balance", "proj_a"}).out, HasSubstr("[#####+....]"));
  environment_["LC_ALL"] = "fr_FR.utf8";
  EXPECT_THAT(Run({"balance", "proj_a"}).out, HasSubstr("█████▒░░░░"));
}

}  // namespace
}  // namespace mesolys::client
