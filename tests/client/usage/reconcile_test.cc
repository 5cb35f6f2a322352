// The ledger against a site's accounting, as people read it.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"
#include "tests/client/world_facts.h"

namespace mesolys::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ReconcileTest : public ClientTest {
 protected:
  static std::vector<std::string> Words(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"audit", "reconcile", "--site", "psmn"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // While the site tells these jobs.
  Outcome Reconcile(const std::vector<UsageRecord>& jobs,
                    const std::vector<std::string>& more = {}) {
    return RunWhile(Words(more), [&] { scheduler_.TellAccounting(jobs); });
  }
};

TEST_F(ReconcileTest, LooksAtTheLastClosedDaysAndListsEveryDifferenceWithItsCause) {
  const Outcome outcome = Reconcile(WorldJobs(), {"--format", "json"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("every difference is explained"));
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["comparison"]["start_time"], "2026-11-13T23:00:00Z");
  EXPECT_EQ(json["comparison"]["end_time"], "2026-11-20T23:00:00Z");
  std::vector<std::string> causes;
  for (const auto& each : json["differences"]) {
    causes.push_back(absl::StrCat(each["job_id"].get<int64_t>(), " ",
                                  each["resource"].get<std::string>(), " ",
                                  each["cause"].get<std::string>()));
  }
  EXPECT_THAT(causes, ElementsAre("4002 cpu REFUNDED", "4002 gpu-a100 REFUNDED", "4006 cpu CLIPPED",
                                  "4100 cpu UNKNOWN_ACCOUNT"));
  EXPECT_EQ(json["differences"][0]["difference_base_units"], -16 * 3600);
  EXPECT_EQ(json["totals"][0]["difference_base_units"], (-16 + 1440 - 90) * 3600);
}

TEST_F(ReconcileTest, EndsWith1WhenSomethingIsUnexplainedAndSaysWhatRepairsIt) {
  // The ledger never heard of it.
  std::vector<UsageRecord> jobs = WorldJobs();
  jobs.push_back(FinishedJob(4200, "2026-11-20T08:00:00Z", "2026-11-20T13:00:00Z", 1));
  const Outcome outcome = Reconcile(jobs, {"--from", "2026-11-01", "--to", "2026-11-21"});
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.out, HasSubstr("unexplained"));
  EXPECT_THAT(outcome.err, HasSubstr("1 differences are not explained"));
  EXPECT_THAT(outcome.err, HasSubstr("mesolys usage import --site psmn"));
  const Outcome only = Reconcile(jobs, {"--unexplained", "--format", "csv"});
  EXPECT_THAT(only.out, HasSubstr("UNEXPLAINED"));
  EXPECT_THAT(only.out, Not(HasSubstr("CLIPPED")));
}

TEST_F(ReconcileTest, FailsInTheWordsOfTheSite) {
  const Outcome outcome =
      RunWhile(Words({}), [&] { scheduler_.TellAccounting({}, "slurmdbd is away"); });
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("psmn could not tell its accounting: slurmdbd is away"));
}

TEST_F(ReconcileTest, NeedsASpanAndALimitOfTheRightForm) {
  EXPECT_EQ(Run(Words({"--from", "2026-11-08", "--to", "2026-11-01"})).exit, ExitCode::kUsage);
  EXPECT_EQ(Run(Words({"--limit", "none"})).exit, ExitCode::kUsage);
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
