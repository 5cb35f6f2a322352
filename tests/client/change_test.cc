// Changes: sent once, answered once, whatever happens in between.

#include <future>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/request.pb.h"
#include "nlohmann/json.hpp"
#include "proto/values/reason.h"
#include "tests/client/client_fixture.h"
#include "tests/client/world_facts.h"

namespace mesolys::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kReusing[] = "mesolys: re-using the key of the earlier attempt\n";

class ChangeTest : public ClientTest {
 protected:
  // With the default period, which depends on the day.
  std::vector<std::string> Ask(const std::string& hours,
                               const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"request", "create", "proj_a",          "--cpu",        hours,
                                      "--for",   "6m",     "--justification", "Sparse models"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // For a command that gets no answer: long enough to reach the scheduler on a busy machine.
  std::vector<std::string> AskInVain(const std::string& hours) const {
    return Ask(hours, {"--timeout", "2s"});
  }
};

TEST_F(ChangeTest, SendsTheKeptRequestAgainWhenTheAnswerWasLost) {
  scheduler_.LoseNextAnswers(1000);
  const Outcome lost = Run(AskInVain("1000h"));
  EXPECT_EQ(lost.exit, ExitCode::kOutcomeUnknown);
  EXPECT_THAT(lost.err, HasSubstr("may or may not have been made"));
  EXPECT_THAT(lost.err, HasSubstr("Give the same command again"));
  EXPECT_THAT(lost.out, IsEmpty());
  EXPECT_THAT(KeptFiles(), SizeIs(1));

  scheduler_.LoseNextAnswers(0);
  clock_.Advance(absl::Hours(48));  // "--from today" would be another day
  // Options in another order, another format: the same command.
  const Outcome again = Run({"request", "create", "--justification", "Sparse models", "--format",
                             "json", "--for=6m", "--cpu=1000h", "proj_a"});
  EXPECT_EQ(again.exit, ExitCode::kDone) << again.err;
  EXPECT_THAT(again.err, HasSubstr(kReusing));
  EXPECT_THAT(again.out, HasSubstr("\"start_time\":\"2026-11-21T00:00:00Z\""));
  EXPECT_THAT(scheduler_.applied(), SizeIs(1)) << "the change was made once";
  EXPECT_THAT(KeptFiles(), IsEmpty());

  // Asked once more, it is another request.
  EXPECT_THAT(Run(Ask("1000h")).err, Not(HasSubstr("re-using")));
  EXPECT_THAT(scheduler_.applied(), SizeIs(2));
}

TEST_F(ChangeTest, RetriesWithTheSameIdInsideOneCommand) {
  scheduler_.LoseNextAnswers(1);
  const Outcome retried = Run(Ask("1000h"));
  EXPECT_EQ(retried.exit, ExitCode::kDone) << retried.err;
  EXPECT_THAT(scheduler_.applied(), SizeIs(1));
  const std::vector<std::string> received = scheduler_.received();
  ASSERT_THAT(received, SizeIs(2));
  EXPECT_EQ(received[0], received[1]);
  EXPECT_THAT(KeptFiles(), IsEmpty());
}

TEST_F(ChangeTest, IsUnknownWhenTheSchedulerStaysSilent) {
  scheduler_.StaySilent(true);
  EXPECT_EQ(Run(AskInVain("1000h")).exit, ExitCode::kOutcomeUnknown);
  EXPECT_THAT(KeptFiles(), SizeIs(1));
  scheduler_.StaySilent(false);
  EXPECT_EQ(Run(Ask("1000h")).exit, ExitCode::kDone);
  EXPECT_THAT(scheduler_.applied(), SizeIs(1));
}

TEST_F(ChangeTest, StaysUnknownWhenNobodyListensAfterASilence) {
  scheduler_.StaySilent(true);
  EXPECT_EQ(Run(AskInVain("1000h")).exit, ExitCode::kOutcomeUnknown);
  // A silence of the network is no better news: the earlier attempt may have been made.
  StopServer();
  EXPECT_EQ(Run(AskInVain("1000h")).exit, ExitCode::kOutcomeUnknown);
  EXPECT_THAT(KeptFiles(), SizeIs(1));
}

TEST_F(ChangeTest, KeepsTheKeyWhenRightsEndedAfterALostAnswer) {
  scheduler_.LoseNextAnswers(1000);
  EXPECT_EQ(Run(AskInVain("1000h")).exit, ExitCode::kOutcomeUnknown);
  scheduler_.LoseNextAnswers(0);
  scheduler_.AnswerNext(Refuse(Reason::kNotAllowed, Say("no longer")));
  EXPECT_EQ(Run(AskInVain("1000h")).exit, ExitCode::kOutcomeUnknown);
  EXPECT_THAT(KeptFiles(), SizeIs(1));
}

TEST_F(ChangeTest, GivesOtherCommandsOtherKeys) {
  scheduler_.LoseNextAnswers(1000);
  EXPECT_EQ(Run(AskInVain("1000h")).exit, ExitCode::kOutcomeUnknown);
  scheduler_.LoseNextAnswers(0);
  EXPECT_THAT(Run(Ask("2000h")).err, Not(HasSubstr("re-using")));
  EXPECT_THAT(Run(Ask("1000h", {"--necessity", "None"})).err, Not(HasSubstr("re-using")));
  EXPECT_THAT(KeptFiles(), SizeIs(1)) << "the first is still kept";
  EXPECT_THAT(scheduler_.applied(), SizeIs(3));
}

TEST_F(ChangeTest, KeepsNothingAndChangesNothingOnADryRun) {
  scheduler_.LoseNextAnswers(1000);
  const Outcome outcome = Run(Ask("1000h", {"--dry-run"}));
  EXPECT_EQ(outcome.exit, ExitCode::kDone);
  EXPECT_THAT(outcome.err, HasSubstr("would be granted"));
  EXPECT_THAT(scheduler_.applied(), IsEmpty());
  scheduler_.StaySilent(true);
  EXPECT_EQ(Run(Ask("1000h", {"--dry-run", "--timeout", "2s"})).exit, ExitCode::kUnreachable);
  EXPECT_THAT(KeptFiles(), IsEmpty());
}

TEST_F(ChangeTest, SendsNothingWhereTheKeyCannotBeKept) {
  // A file stands where the directory should.
  fclose(fopen(state_dir().c_str(), "w"));
  const Outcome outcome = Run(Ask("1000h"));
  EXPECT_EQ(outcome.exit, ExitCode::kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("nothing was sent"));
  EXPECT_THAT(scheduler_.received(), IsEmpty());
}

TEST_F(ChangeTest, MakesOneChangeOfTwoIdenticalCommandsAtOnce) {
  // The first has sent its request and waits; the second finds the key.
  scheduler_.StaySilent(true);
  std::future<Outcome> first =
      std::async(std::launch::async, [&] { return Run(AskInVain("1000h")); });
  scheduler_.WaitForSilentCall();
  scheduler_.StaySilent(false);
  const Outcome second = Run(Ask("1000h"));
  EXPECT_EQ(second.exit, ExitCode::kDone) << second.err;
  EXPECT_THAT(second.err, HasSubstr(kReusing));
  const Outcome unanswered = first.get();
  EXPECT_EQ(unanswered.exit, ExitCode::kOutcomeUnknown);
  // The key is there again for whoever was told to repeat the command.
  const Outcome repeated = Run(Ask("1000h"));
  EXPECT_THAT(repeated.err, HasSubstr(kReusing));
  EXPECT_EQ(repeated.exit, ExitCode::kDone);
  EXPECT_THAT(scheduler_.applied(), SizeIs(1));
}

TEST_F(ChangeTest, SaysWhyARequestWasCutAndIsDone) {
  const Outcome outcome = Run(Ask("60000h", {"--minimum", "cpu=10000h"}));
  EXPECT_EQ(outcome.exit, ExitCode::kDone);
  EXPECT_EQ(
      outcome.err,
      "mesolys: request proj_a/r3 is partly granted\n"
      "mesolys: cpu: 60000 h asked, 50000 h would be accepted: programme chair gives alice at most "
      "50000 h more by dynamic access in 12 months; a call may give more\n");
  EXPECT_THAT(outcome.out, HasSubstr("proj_a/g5"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("dynamic access")));
}

TEST_F(ChangeTest, EndsRefusedWithReasonAndAdvice) {
  ASSERT_EQ(Run(Ask("45000h")).exit, ExitCode::kDone);
  const Outcome outcome = Run(Ask("20000h", {"--minimum", "cpu=10000h"}));
  EXPECT_EQ(outcome.exit, ExitCode::kRefused);
  EXPECT_EQ(outcome.err,
            "mesolys: request proj_a/r4 is refused\n"
            "mesolys: cpu: 20000 h asked, 5000 h would be accepted: programme chair gives alice at "
            "most 5000 h more by dynamic access in 12 months; a call may give more\n"
            "mesolys: cpu: 5000 h could be granted, less than the minimum of 10000 h; lower the "
            "minimum or the period\n");
  const Outcome in_json =
      Run(Ask("20000h", {"--minimum", "cpu=10000h", "--format", "json", "--dry-run"}));
  EXPECT_EQ(in_json.exit, ExitCode::kRefused);
  const auto json = nlohmann::json::parse(in_json.out);  // one object, not two
  EXPECT_EQ(json["request"]["state"], "REFUSED");
  EXPECT_EQ(json["error"]["reason"], "BELOW_MINIMUM");
  EXPECT_EQ(json["error"]["code"], "RESOURCE_EXHAUSTED");
  EXPECT_EQ(json["error"]["metadata"]["accepted"], "18000000");
  EXPECT_EQ(json["error"]["exit"], 3);
  EXPECT_THAT(json["grants"], IsEmpty());
}

TEST_F(ChangeTest, SendsWhatWasWritten) {
  ASSERT_EQ(Run({"request",    "create",       "proj_a",     "--cpu",
                 "2h",         "--minimum",    "cpu=1h",     "--site",
                 "psmn",       "--site",       "p2chpd",     "--from",
                 "2026-12-01", "--to",         "2027-06-01", "--justification",
                 "Why",        "--necessity",  "Since",      "--energy-median",
                 "1kWh",       "--energy-p90", "2kWh"})
                .exit,
            ExitCode::kDone);
  const v1::CreateRequestRequest sent = scheduler_.Last<v1::CreateRequestRequest>();
  EXPECT_EQ(sent.project(), "projects/proj_a");
  EXPECT_FALSE(sent.validate_only());
  EXPECT_THAT(sent.request_id(), SizeIs(36));
  EXPECT_EQ(sent.request().period().start_time().seconds(),
            absl::ToUnixSeconds(TimeOf("2026-12-01T00:00:00Z")));
  EXPECT_EQ(sent.request().period().end_time().seconds(),
            absl::ToUnixSeconds(TimeOf("2027-06-01T00:00:00Z")));
  ASSERT_EQ(sent.request().lines_size(), 1);
  EXPECT_EQ(sent.request().lines(0).minimum_base_units(), 3600);
  EXPECT_THAT(sent.request().lines(0).sites(), ::testing::ElementsAre("psmn", "p2chpd"));
  EXPECT_EQ(sent.request().justification(), "Why");
  EXPECT_EQ(sent.request().necessity(), "Since");
  EXPECT_EQ(sent.request().energy_median_watt_hours(), 1000);
  EXPECT_EQ(sent.request().energy_p90_watt_hours(), 2000);
}

}  // namespace
}  // namespace mesolys::client
