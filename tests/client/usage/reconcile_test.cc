// The ledger against a site's accounting, as people read it.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ReconcileTest : public ClientTest {
 protected:
  Outcome Reconcile(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"audit", "reconcile", "--site", "psmn"};
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
};

TEST_F(ReconcileTest, LooksAtTheLastClosedDaysAndListsEveryDifferenceWithItsCause) {
  const Outcome outcome = Reconcile({"--format", "json"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("every difference is explained"));
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["comparison"]["start_time"], "2026-11-13T23:00:00Z");
  EXPECT_EQ(json["comparison"]["end_time"], "2026-11-20T23:00:00Z");
  ASSERT_THAT(json["differences"], SizeIs(2));
  EXPECT_EQ(json["differences"][0]["cause"], "NO_GRANT");
  EXPECT_EQ(json["differences"][1]["difference_base_units"], 7200);
  EXPECT_EQ(json["totals"][0]["difference_base_units"], 0);
}

TEST_F(ReconcileTest, EndsWith1WhenSomethingIsUnexplainedAndSaysWhatRepairsIt) {
  scheduler_.SetAccounting(/*with_unexplained=*/true, "");
  const Outcome outcome = Reconcile({"--from", "2026-11-01", "--to", "2026-11-08"});
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.out, HasSubstr("unexplained"));
  EXPECT_THAT(outcome.err, HasSubstr("1 differences are not explained"));
  EXPECT_THAT(outcome.err, HasSubstr("mesolys usage import --site psmn"));
  const Outcome only = Reconcile({"--unexplained", "--format", "csv"});
  EXPECT_THAT(only.out, HasSubstr("UNEXPLAINED"));
  EXPECT_THAT(only.out, Not(HasSubstr("CLIPPED")));
}

TEST_F(ReconcileTest, FailsInTheWordsOfTheSite) {
  scheduler_.SetAccounting(/*with_unexplained=*/false, "slurmdbd is away");
  const Outcome outcome = Reconcile();
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("psmn could not tell its accounting: slurmdbd is away"));
}

TEST_F(ReconcileTest, NeedsASpanAndALimitOfTheRightForm) {
  EXPECT_EQ(Reconcile({"--from", "2026-11-08", "--to", "2026-11-01"}).exit, ExitCode::kUsage);
  EXPECT_EQ(Reconcile({"--limit", "none"}).exit, ExitCode::kUsage);
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
