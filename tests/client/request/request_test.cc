// Requests that wait for the committee, and quotes.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/request.pb.h"
#include "nlohmann/json.hpp"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RequestTest : public ClientTest {
 protected:
  Outcome Submit(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"request", "create",     "proj_a",          "--call",
                                      "--cpu",   "900000h",    "--from",          "2027-01-01",
                                      "--to",    "2028-01-01", "--justification", "Renewal"};
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
};

TEST_F(RequestTest, ForACallIsSubmittedAndWaits) {
  const Outcome outcome = Submit({"--usage", "2027-03-01=10%", "--usage", "2027-07-01=80%"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err,
              HasSubstr("request proj_a/r3 is submitted, and waits for the committee"));
  const v1::Request sent = scheduler_.Last<v1::CreateRequestRequest>().request();
  EXPECT_EQ(sent.track(), v1::Request::CALL);
  ASSERT_EQ(sent.usage_curve_size(), 2);
  EXPECT_EQ(sent.usage_curve(0).share_ppm(), 100'000);
  EXPECT_EQ(sent.usage_curve(1).share_ppm(), 800'000);
  const std::string shown = Run({"request", "show", "proj_a/r3"}).out;
  EXPECT_THAT(shown, HasSubstr("submitted"));
  EXPECT_THAT(shown, HasSubstr("2027-03-01 10 %, 2027-07-01 80 %"));
}

TEST_F(RequestTest, ThatIsMeantToBeUsedInNoSenseIsAUsageError) {
  for (const std::string text :
       {"2027-03-01", "2027-03-01=10", "2027-03-01=110%", "soon=10%", "2027-03-01=-1%"}) {
    const Outcome outcome = Submit({"--usage", text});
    EXPECT_EQ(outcome.exit, ExitCode::kUsage) << text;
    EXPECT_THAT(outcome.err, HasSubstr("--usage: ")) << text;
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(RequestTest, ThatWaitsIsWithdrawnOnce) {
  Submit();
  const std::vector<std::string> withdraw = {"request", "withdraw", "proj_a/r3", "--reason",
                                             "Too much"};
  std::vector<std::string> dry = withdraw;
  dry.push_back("--dry-run");
  EXPECT_THAT(Run(dry).err, HasSubstr("request proj_a/r3 would be withdrawn"));
  const Outcome outcome = Run(withdraw);
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("request proj_a/r3 is withdrawn"));
  EXPECT_THAT(Run({"request", "show", "proj_a/r3"}).out, HasSubstr("Too much"));
  EXPECT_EQ(Run({"request", "withdraw", "proj_a/r3", "--reason", "Again"}).exit,
            ExitCode::kRefused);
}

TEST_F(RequestTest, ThatWaitsIsDecidedLineByLine) {
  Submit();
  const Outcome outcome = Run({"request", "decide", "proj_a/r3", "--award", "cpu=400000h",
                               "--reason", "Session of December", "--format", "json"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("request proj_a/r3 is partly granted"));
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["request"]["decide_reason"], "Session of December");
  EXPECT_EQ(json["grants"][0]["amount_base_units"], int64_t{400'000} * 3600);
}

TEST_F(RequestTest, ThatTheCommitteeRefusesIsNoFailureOfTheCommand) {
  Submit();
  const Outcome outcome =
      Run({"request", "decide", "proj_a/r3", "--refuse", "--reason", "Outside the call"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("request proj_a/r3 is refused"));
}

TEST_F(RequestTest, IsDecidedByAwardsOrByRefusalAndNotByBoth) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{}, {"--refuse", "--award", "cpu=1h"}}) {
    std::vector<std::string> decide = {"request", "decide", "proj_a/r3", "--reason", "So"};
    decide.insert(decide.end(), words.begin(), words.end());
    const Outcome outcome = Run(decide);
    EXPECT_EQ(outcome.exit, ExitCode::kUsage);
    EXPECT_THAT(outcome.err, HasSubstr("--award cpu=10000h"));
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

TEST_F(RequestTest, ThatIsSplitBecomesOneGrantAtItsSites) {
  const Outcome outcome =
      Run({"request", "create", "proj_b", "--cpu", "1000h", "--site", "psmn=600h", "--site",
           "p2chpd=400h", "--from", "2026-12-01", "--for", "90d", "--justification", "Two codes"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  const std::string shown = Run({"request", "show", "proj_b/r3"}).out;
  EXPECT_THAT(shown, HasSubstr("cpu       1000 h   1000 h  p2chpd 400 h, psmn 600 h"));
  const auto json =
      nlohmann::json::parse(Run({"request", "show", "proj_b/r3", "--format", "json"}).out);
  EXPECT_EQ(json["lines"][0]["site_base_units"]["psmn"], 600 * 3600);
  EXPECT_EQ(json["lines"][0]["any_of"], false);
  EXPECT_EQ(json["grants"].size(), 1);
  EXPECT_EQ(json["grants"][0]["sites"]["p2chpd"], 400 * 3600);
  EXPECT_THAT(Run({"balance", "proj_b"}).out, HasSubstr("LEFT BY SITE"));
  EXPECT_THAT(Run({"balance", "proj_b"}).out, HasSubstr("p2chpd 400 h, psmn 600 h"));
}

TEST_F(RequestTest, OfSeveralSitesIsForAnyOfThem) {
  const Outcome outcome =
      Run({"request", "create", "proj_b", "--cpu", "1000h", "--site", "psmn", "--site", "p2chpd",
           "--from", "2026-12-01", "--for", "90d", "--justification", "Whichever"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_TRUE(scheduler_.Last<v1::CreateRequestRequest>().request().lines(0).any_of());
  EXPECT_THAT(Run({"request", "show", "proj_b/r3"}).out, HasSubstr("any of psmn, p2chpd"));
  const auto json =
      nlohmann::json::parse(Run({"request", "show", "proj_b/r3", "--format", "json"}).out);
  const std::string grant = json["grants"][0]["name"];
  EXPECT_THAT(Run({"grant", "show", grant}).out, HasSubstr("FOLLOWS ITS USE TO  p2chpd, psmn"));
  EXPECT_THAT(Run({"balance", "proj_b"}).out, Not(HasSubstr("LEFT BY SITE")));
}

TEST_F(RequestTest, AQuoteAsksForNothing) {
  const Outcome outcome =
      Run({"quote", "proj_a", "--cpu", "60000h", "--from", "2026-12-01", "--for", "2m"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("partly granted"));
  EXPECT_THAT(outcome.out, HasSubstr("ALL OF IT FROM         2027-10-01"));
  EXPECT_THAT(outcome.err, HasSubstr("gives alice at most 50000 h more"));
  EXPECT_THAT(scheduler_.received(), IsEmpty());
  EXPECT_THAT(Run({"request", "list", "proj_a"}).out, Not(HasSubstr("proj_a/r3")));
}

TEST_F(RequestTest, AJobIsQuotedByWhatItsProjectHasLeft) {
  const Outcome outcome = Run({"quote", "job", "proj_a", "--cpu", "16", "--time", "2h"});
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("COSTS AT MOST"));
  EXPECT_THAT(outcome.out, HasSubstr("32 h"));
  EXPECT_THAT(outcome.err, HasSubstr("it fits into what is left at "));
  const Outcome far = Run({"quote", "job", "proj_a", "--cpu", "100000", "--time", "30d"});
  EXPECT_EQ(far.exit, ExitCode::kDone) << far.err;
  EXPECT_THAT(far.err, HasSubstr("it fits nowhere"));
  EXPECT_THAT(scheduler_.received(), IsEmpty());
}

TEST_F(RequestTest, AJobThatIsNoneIsAUsageError) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"job", "proj_a", "--cpu", "16"},
           {"job", "proj_a", "--cpu", "16h", "--time", "2h"},
           {"job", "proj_a", "--gpu", "a100", "--time", "2h"},
           {"job", "proj_a", "--gpu", "a100=0", "--time", "2h"},
           {"job", "proj_a", "--cpu", "1", "--time", "soon"},
           {"job", "proj_a", "--cpu", "1", "--time", "2h", "--storage", "scratch=1TB"},
           {"job", "proj_a", "--cpu", "1", "--time", "2h", "--site", "a", "--site", "b"},
           {"proj_a", "proj_b", "--cpu", "1h", "--for", "1m"},
           {"proj_a", "--cpu", "1h", "--for", "1m", "--time", "2h"}}) {
    std::vector<std::string> quote = {"quote"};
    quote.insert(quote.end(), words.begin(), words.end());
    EXPECT_EQ(Run(quote).exit, ExitCode::kUsage) << words.back();
  }
  EXPECT_EQ(scheduler_.call_count(), 0);
}

}  // namespace
}  // namespace mesolys::client
