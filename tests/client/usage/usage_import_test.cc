// History is ordered, waited for and rehearsed.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"
#include "tests/client/world_facts.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class UsageImportTest : public ClientTest {
 protected:
  static std::vector<std::string> Import(const std::vector<std::string>& more,
                                         const std::string& from = "2026-09-01",
                                         const std::string& to = "2026-10-01") {
    std::vector<std::string> words = {"usage",  "import", "--site", "psmn",
                                      "--from", from,     "--to",   to};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // How the agent ends it.
  static ImportResult Read(const std::string& problem = "") {
    ImportResult result;
    result.job_count = 120;
    result.changed_count = 20;
    result.core_seconds = 90 * 3600;
    result.problem = problem;
    return result;
  }
};

TEST_F(UsageImportTest, IsOrderedInLocalTimeAndListedWithTheSite) {
  const Outcome outcome = Run(Import({"--format", "json"}));
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("import 1 of psmn is ordered; `mesolys site show psmn`"));
  const auto import = nlohmann::json::parse(outcome.out)["import"];
  EXPECT_EQ(import["state"], "ORDERED");
  EXPECT_EQ(import["start_time"], "2026-08-31T23:00:00Z");
  EXPECT_TRUE(import["job_count"].is_null());
  EXPECT_THAT(scheduler_.applied(), SizeIs(1));
  scheduler_.EndImport(Read());
  EXPECT_THAT(Run({"site", "show", "psmn"}).out, HasSubstr("done"));
}

TEST_F(UsageImportTest, IsWaitedForUntilItHasEnded) {
  const Outcome outcome =
      RunWhile(Import({"--wait", "--format", "json"}), [&] { scheduler_.EndImport(Read()); });
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("import 1 of psmn is done"));
  const auto import = nlohmann::json::parse(outcome.out)["import"];
  EXPECT_EQ(import["state"], "DONE");
  EXPECT_EQ(import["job_count"], 120);
  EXPECT_EQ(import["changed_count"], 20);
}

TEST_F(UsageImportTest, ThatTheSiteGaveUpEndsWith1) {
  const Outcome outcome =
      RunWhile(Import({"--wait"}), [&] { scheduler_.EndImport(Read("slurmdbd is away")); });
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("slurmdbd is away; what was read before is charged"));
}

TEST_F(UsageImportTest, IsRehearsedWithoutAnyChange) {
  std::vector<UsageRecord> jobs = WorldJobs();
  jobs.push_back(FinishedJob(4200, "2026-09-20T08:00:00Z", "2026-09-20T13:00:00Z", 1));
  const Outcome outcome = RunWhile(Import({"--dry-run"}), [&] { scheduler_.TellAccounting(jobs); });
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("2 jobs would be read at psmn, 1 of them new"));
  EXPECT_THAT(outcome.out, HasSubstr("proj_a"));
  EXPECT_THAT(scheduler_.received(), IsEmpty());
}

TEST_F(UsageImportTest, NeedsASpanThatIsNotEmpty) {
  for (const std::string to : {"2026-09-01", "2026-08-31", "tomorrow"}) {
    EXPECT_EQ(Run(Import({}, "2026-09-01", to)).exit, ExitCode::kUsage) << to;
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
