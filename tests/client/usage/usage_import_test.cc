// History is ordered, waited for and rehearsed.

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

class UsageImportTest : public ClientTest {
 protected:
  Outcome Import(const std::vector<std::string>& more, const std::string& from = "2026-09-01",
                 const std::string& to = "2026-10-01") {
    std::vector<std::string> words = {"usage",  "import", "--site", "psmn",
                                      "--from", from,     "--to",   to};
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
};

TEST_F(UsageImportTest, IsOrderedInLocalTimeAndListedWithTheSite) {
  const Outcome outcome = Import({"--format", "json"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("import 1 of psmn is ordered; `mesolys site show psmn`"));
  const auto import = nlohmann::json::parse(outcome.out)["import"];
  EXPECT_EQ(import["state"], "ORDERED");
  EXPECT_EQ(import["start_time"], "2026-08-31T23:00:00Z");
  EXPECT_TRUE(import["job_count"].is_null());
  EXPECT_THAT(scheduler_.applied(), SizeIs(1));
  Run({"site", "show", "psmn"});
  EXPECT_THAT(Run({"site", "show", "psmn"}).out, HasSubstr("done"));
}

TEST_F(UsageImportTest, IsWaitedForUntilItHasEnded) {
  const Outcome outcome = Import({"--wait", "--format", "json"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("import 1 of psmn is done"));
  const auto import = nlohmann::json::parse(outcome.out)["import"];
  EXPECT_EQ(import["state"], "DONE");
  EXPECT_EQ(import["job_count"], 120);
  EXPECT_EQ(import["changed_count"], 20);
}

TEST_F(UsageImportTest, ThatTheSiteGaveUpEndsWith1) {
  scheduler_.SetAccounting(/*with_unexplained=*/false, "slurmdbd is away");
  const Outcome outcome = Import({"--wait"});
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("slurmdbd is away; what was read before is charged"));
}

TEST_F(UsageImportTest, IsRehearsedWithoutAnyChange) {
  const Outcome outcome = Import({"--dry-run"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("120 jobs would be read at psmn, 20 of them new"));
  EXPECT_THAT(outcome.out, HasSubstr("proj_a"));
  EXPECT_THAT(scheduler_.received(), IsEmpty());
}

TEST_F(UsageImportTest, NeedsASpanThatIsNotEmpty) {
  for (const std::string to : {"2026-09-01", "2026-08-31", "tomorrow"}) {
    EXPECT_EQ(Import({}, "2026-09-01", to).exit, ExitCode::kUsage) << to;
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
