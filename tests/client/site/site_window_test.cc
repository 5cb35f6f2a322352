// What operators declare of a site: windows, and that it is given up.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class SiteWindowTest : public ClientTest {
 protected:
  Outcome Declare(const std::string& kind, const std::string& from, const std::string& to,
                  const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"site", kind, "psmn",    "--from",          from,
                                      "--to", to,   "--title", "Cooling, " + kind};
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
};

TEST_F(SiteWindowTest, IsDeclaredInLocalTimeAndShown) {
  for (const std::string kind : {"incident", "maintenance"}) {
    const Outcome dry = Declare(kind, "2026-11-20T14:00", "2026-11-21", {"--dry-run"});
    EXPECT_EQ(dry.exit, ExitCode::kDone) << dry.err;
    EXPECT_THAT(dry.err, HasSubstr("of psmn would be declared: "));
    EXPECT_THAT(Run({"site", "show", "psmn"}).out, Not(HasSubstr("Cooling, " + kind)));

    const Outcome outcome = Declare(kind, "2026-11-20T14:00", "2026-11-21", {"--format", "json"});
    EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("of psmn is declared: "));
    const auto window = nlohmann::json::parse(outcome.out)["window"];
    EXPECT_EQ(window["start_time"], "2026-11-20T13:00:00Z");
    EXPECT_EQ(window["end_time"], "2026-11-20T23:00:00Z");
    const std::string shown = Run({"site", "show", "psmn"}).out;
    EXPECT_THAT(shown, HasSubstr("2026-11-20 14:00  2026-11-21 00:00  Cooling, " + kind));
  }
}

TEST_F(SiteWindowTest, IsRefusedWhereItOverlapsAnother) {
  ASSERT_EQ(Declare("incident", "2026-11-20", "2026-11-21").exit, ExitCode::kDone);
  const Outcome outcome =
      Declare("incident", "2026-11-20T12:00", "2026-11-22", {"--format", "json"});
  EXPECT_EQ(outcome.exit, ExitCode::kRefused);
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["error"]["reason"], "WINDOWS_OVERLAP");
}

TEST_F(SiteWindowTest, IsNotReadFromOtherSpellings) {
  for (const std::string text : {"today", "14:00", "2026-11-20T25:00", "2026-11-20T14:60",
                                 "2026-11-20T14", "2026-02-30T14:00", "2026-11-20x14:00", ""}) {
    const Outcome outcome = Declare("incident", text, "2026-11-21");
    EXPECT_EQ(outcome.exit, ExitCode::kUsage) << text;
    EXPECT_THAT(outcome.err, HasSubstr("--from: "));
  }
  EXPECT_THAT(Declare("maintenance", "2026-11-20", "soon").err, HasSubstr("--to: \"soon\" is not"));
  const Outcome turned = Declare("incident", "2026-11-21", "2026-11-20T23:59");
  EXPECT_EQ(turned.exit, ExitCode::kUsage);
  EXPECT_THAT(turned.err, HasSubstr("--to 2026-11-20T23:59 must be after --from 2026-11-21"));
  EXPECT_EQ(Run({"site", "incident", "PSMN", "--from", "2026-11-20", "--to", "2026-11-21",
                 "--title", "x"})
                .exit,
            ExitCode::kUsage);
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(SiteWindowTest, WritesASiteOffAndTellsWhatIsAtRisk) {
  const std::vector<std::string> words = {"site", "write-off", "psmn", "--reason", "Flooded"};
  std::vector<std::string> dry_run = words;
  dry_run.push_back("--dry-run");
  const Outcome dry = Run(dry_run);
  EXPECT_EQ(dry.exit, ExitCode::kDone) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("proj_a/g2  cpu         100 h"));
  EXPECT_THAT(dry.err, HasSubstr("nothing would wait for psmn"));
  EXPECT_THAT(scheduler_.applied(), IsEmpty());

  std::vector<std::string> sure = words;
  sure.insert(sure.end(), {"--yes", "--format", "json"});
  const Outcome outcome = Run(sure);
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["site"]["name"], "sites/psmn");
  EXPECT_EQ(json["at_risk"][0]["amount_base_units"], 360'000);
  EXPECT_THAT(json["changes"], SizeIs(1));
  EXPECT_EQ(json["changes"][0]["counterpart"], "projects/proj_b/grants/g5");
  const auto shown = nlohmann::json::parse(Run({"site", "show", "psmn", "--format", "json"}).out);
  EXPECT_EQ(shown["exposures"][0]["resource"], "cpu");
  EXPECT_EQ(shown["exposures"][0]["awaited_base_units"], 0);

  const Outcome again = Run(sure);
  EXPECT_EQ(again.exit, ExitCode::kRefused);
  EXPECT_EQ(nlohmann::json::parse(again.out)["error"]["reason"], "NOTHING_AWAITED");
  EXPECT_EQ(Run({"site", "write-off", "PSMN", "--reason", "x", "--yes"}).exit, ExitCode::kUsage);
}

}  // namespace
}  // namespace mesolys::client
