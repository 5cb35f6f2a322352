#include "scheduler/core/rules/explanation.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kHour = 3600;

// Project alpha, with a grant of 100 h of cpu at north for the rest of the year.
class ExplanationTest : public ::testing::Test {
 protected:
  ExplanationTest() : mesocentre_(CatalogueWithGrace()) {
    mesocentre_.Create(TestProject("alpha"));
  }

  static Catalogue CatalogueWithGrace() {
    Catalogue catalogue = TestCatalogue();
    catalogue.programmes["chair"].grace_days = 30;
    return catalogue;
  }

  void Issue(absl::Time begin = TestTime(), absl::Time end = Day(2027, 1)) {
    mesocentre_.Issue(GrantByHand(mesocentre_.ledger(), "alpha", "cpu", {begin, end},
                                  {{"north", Amount(100 * kHour)}}));
  }

  // 10 cores for so long, until now.
  void Use(absl::Duration duration) {
    mesocentre_.SetNow(mesocentre_.now() + duration);
    mesocentre_.Report(
        {FinishedJob(++last_job_, "n1", "alpha", mesocentre_.now() - duration, duration)});
  }

  std::vector<std::string> OfGrant() const {
    return ExplainGrant(mesocentre_.ledger(), mesocentre_.LastGrant(), bonus_sites_,
                        mesocentre_.now());
  }
  std::vector<std::string> OfProject() const {
    return ExplainProject(mesocentre_.ledger(), *mesocentre_.ledger().FindProject("alpha"),
                          bonus_sites_, mesocentre_.now());
  }
  std::vector<std::string> OfRequest(int64_t number = 1) const {
    return ExplainRequest(mesocentre_.ledger(), *mesocentre_.ledger().FindRequest(number));
  }

  Mesocentre mesocentre_;
  std::set<std::string> bonus_sites_;
  int64_t last_job_ = 0;
};

TEST_F(ExplanationTest, AProjectWithoutAGrantIsToldWhatToType) {
  EXPECT_THAT(OfProject(), ElementsAre("alpha has no grant that can be spent; ask with `mesolys "
                                       "request create`"));
}

TEST_F(ExplanationTest, AGrantSaysUntilWhenAndHowMuchIsLeft) {
  Issue();
  Use(absl::Hours(4));
  EXPECT_THAT(
      OfGrant(),
      ElementsAre("grant g1 can be spent until 2027-01-01: 60 h of cpu are left of 100 h of cpu",
                  "at the rate so far it is used up on 2026-06-15"));
  EXPECT_EQ(OfProject(), OfGrant());
}

TEST_F(ExplanationTest, WhatRunsIsKeptUntilItsTimeLimit) {
  Issue();
  mesocentre_.SetNow(TestTime() + absl::Hours(1));
  mesocentre_.Report(
      {RunningJob(1, "n1", "alpha", TestTime(), absl::Hours(1), /*time_limit=*/absl::Hours(3))});
  EXPECT_EQ(OfGrant().at(1), "20 h of cpu are kept for running jobs until their time limits");
}

TEST_F(ExplanationTest, AGrantThatIsUsedUpNamesTheBonusOfSitesThatGiveIt) {
  Grant grant = GrantByHand(mesocentre_.ledger(), "alpha", "cpu", {TestTime(), Day(2027, 1)},
                            {{"north", Amount(80 * kHour)}, {"south", Amount(20 * kHour)}});
  grant.bonus = PartsPerMillion(250'000);
  mesocentre_.Issue(grant);
  Use(absl::Hours(10));
  const std::string used_up = "grant g1 is used up: 100 h of cpu were spent of 100 h of cpu; ";
  EXPECT_EQ(OfGrant().at(0), used_up +
                                 "no new job starts on it; ask for more cpu with `mesolys request "
                                 "create alpha`");
  bonus_sites_ = {"north", "elsewhere"};
  EXPECT_EQ(OfGrant().at(0), used_up +
                                 "jobs may go on to 120 h of cpu at low priority at north, then no "
                                 "new one starts");
}

TEST_F(ExplanationTest, AProjectSaysWhichHoursOfGpusWaitForCores) {
  Issue();
  mesocentre_.Issue(GrantByHand(mesocentre_.ledger(), "alpha", "gpu-a100",
                                {TestTime(), Day(2027, 1)}, {{"north", Amount(10 * kHour)}}));
  Use(absl::Hours(20));
  EXPECT_EQ(OfProject().back(),
            "10 h of gpu-a100 wait at north: a job on GPUs takes cores, too, and nothing is left "
            "of cpu there; ask for more cpu with `mesolys request create alpha`");
}

TEST_F(ExplanationTest, AGrantThatIsUsedUpSaysWhatWasSpentBeyond) {
  Issue();
  Use(absl::Hours(20));
  const std::vector<std::string> why = OfGrant();
  EXPECT_THAT(why.at(0), StartsWith("grant g1 is used up: 200 h of cpu were spent of 100 h of "));
  EXPECT_EQ(why.at(1), "100 h of cpu were spent beyond it: running jobs are never killed");
}

TEST_F(ExplanationTest, AGrantOfLaterSaysFromWhen) {
  Issue(Day(2026, 9), Day(2027, 1));
  EXPECT_THAT(OfGrant(), ElementsAre("grant g1 can be spent from 2026-09-01 on"));
}

TEST_F(ExplanationTest, AGrantThatEndedSaysWhatWasNotUsed) {
  Issue(TestTime(), Day(2026, 7));
  mesocentre_.SetNow(Day(2026, 7, 2));
  EXPECT_THAT(OfGrant(),
              ElementsAre("grant g1 ended on 2026-07-01 with 100 h of cpu unused; `mesolys grant "
                          "extend` within the grace, or a new request"));
}

TEST_F(ExplanationTest, WhatIsOrderedWaitsForASiteThatHasBeenTold) {
  Issue();
  mesocentre_.Must(ReleaseHours{1, Amount(30 * kHour), "not needed"});
  EXPECT_EQ(OfGrant().at(1),
            "30 h of cpu go as soon as north confirmed a lower ceiling: not needed");
  mesocentre_.Must(RevokeGrant{1, "moved to another laboratory"});
  EXPECT_THAT(OfGrant().at(0), StartsWith("grant g1 "));
  EXPECT_THAT(OfGrant().back(), HasSubstr("moved to another laboratory"));
}

TEST_F(ExplanationTest, UseThatNoGrantCoversNamesWhatWouldPay) {
  Use(absl::Hours(2));
  EXPECT_THAT(OfProject(),
              ElementsAre("20 h of cpu ran where no grant was valid; a request for that time, or "
                          "an extension, would pay them"));
}

TEST_F(ExplanationTest, AnArchivedProjectSaysSoFirst) {
  mesocentre_.Must(ArchiveProject{"alpha", "over"});
  EXPECT_EQ(OfProject().at(0), "alpha is archived");
}

TEST_F(ExplanationTest, ARequestSaysWhatBecameOfItAndAtWhichSites) {
  mesocentre_.Ask("alpha", {{"cpu", Amount(10 * kHour), {}, {"north"}, false}},
                  {TestTime(), Day(2027, 1)});
  EXPECT_THAT(OfRequest(),
              ElementsAre("request r1 was granted in full", "grant g1 came of it, at north"));
}

TEST_F(ExplanationTest, ARequestThatIsCutOrRefusedGivesTheReason) {
  const RequestLine all = {"cpu", kAmountMax, {}, {"north"}, false};
  mesocentre_.Ask("alpha", {all}, {TestTime(), Day(2027, 1)});
  EXPECT_THAT(OfRequest(1),
              ElementsAre("request r1 was granted in part", StartsWith("RESERVE_EXHAUSTED: cpu: "),
                          "grant g1 came of it, at north"));
  mesocentre_.Ask("alpha", {all}, {TestTime(), Day(2027, 1)});
  EXPECT_THAT(OfRequest(2),
              ElementsAre("request r2 was refused", StartsWith("RESERVE_EXHAUSTED: cpu: ")));
}

TEST_F(ExplanationTest, ARequestThatWaitsAndIsWithdrawnSaysSince) {
  SubmitRequest command;
  command.request.project = "alpha";
  command.request.lines = {{"cpu", Amount(10 * kHour), {}, {"north"}, false}};
  command.request.period = {Day(2026, 9), Day(2027, 1)};
  command.request.track = Track::kCall;
  mesocentre_.Must(command);
  EXPECT_THAT(OfRequest(), ElementsAre("request r1 waits for the committee since 2026-06-15"));
  mesocentre_.SetNow(Day(2026, 6, 20));
  mesocentre_.Must(WithdrawRequest{1, "asked elsewhere"});
  EXPECT_THAT(OfRequest(),
              ElementsAre("request r1 was withdrawn on 2026-06-20", "asked elsewhere"));
}

TEST_F(ExplanationTest, AGrantThatARenewalKeepsOpenSaysUntilWhen) {
  Issue(TestTime(), Day(2026, 9));
  SubmitRequest command;
  command.request.project = "alpha";
  command.request.lines = {{"cpu", Amount(10 * kHour), {}, {"north"}, false}};
  command.request.period = {Day(2026, 9), Day(2027, 1)};
  command.request.track = Track::kCall;
  mesocentre_.Must(command);
  const std::string until = "until 2026-09-01, and until ";
  EXPECT_THAT(OfGrant().at(0), StartsWith("grant g1 can be spent " + until));
  EXPECT_THAT(OfRequest(2).back(), HasSubstr("it keeps grant g1 open until "));
  mesocentre_.SetNow(Day(2026, 9, 2));
  EXPECT_THAT(OfGrant().at(0), HasSubstr("because its renewal is not decided yet"));
}

}  // namespace
}  // namespace mesolys
