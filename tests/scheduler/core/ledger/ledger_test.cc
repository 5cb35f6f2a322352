#include "scheduler/core/ledger/ledger.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/store/event_codec.h"
#include "tests/fakes/ledger_text.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

const absl::Time kRan = Day(2026, 6, 10);

UsageReported Books(std::vector<Posting> postings) {
  UsageReported event;
  event.site = "north";
  event.postings = std::move(postings);
  return event;
}

TEST(TotalsTest, AddsEachKindByItself) {
  Totals totals;
  int64_t amount = 1;
  for (ChargeKind kind :
       {ChargeKind::kSettled, ChargeKind::kInFlight, ChargeKind::kCommitted, ChargeKind::kRefund}) {
    totals.Add(kind, Amount(amount));
    EXPECT_EQ(totals.Of(kind), Amount(amount));
    amount *= 10;
  }
  totals.Add(totals);
  EXPECT_EQ(totals, (Totals{Amount(2), Amount(20), Amount(200), Amount(2000)}));
}

TEST(RunningSumTest, CountsWhatWasAddedAfterAnInstant) {
  RunningSum sum;
  EXPECT_EQ(sum.Since(absl::InfinitePast()), 0);
  sum.Add(Day(2026, 1), 5);
  sum.Add(Day(2026, 2), 7);
  sum.Add(Day(2026, 2), 11);
  sum.Add(Day(2026, 4), 13);
  EXPECT_EQ(sum.Since(absl::InfinitePast()), 36);
  EXPECT_EQ(sum.Since(Day(2026, 1) - absl::Nanoseconds(1)), 36);
  EXPECT_EQ(sum.Since(Day(2026, 1)), 31);
  EXPECT_EQ(sum.Since(Day(2026, 2)), 13);
  EXPECT_EQ(sum.Since(Day(2026, 3)), 13);
  EXPECT_EQ(sum.Since(Day(2026, 4)), 0);
}

TEST(LedgerTest, AnEmptyOneKnowsNothing) {
  const Ledger ledger;
  EXPECT_EQ(ledger.revision(), 0);
  EXPECT_EQ(ledger.FindProject("alpha"), nullptr);
  EXPECT_EQ(ledger.FindRequest(1), nullptr);
  EXPECT_EQ(ledger.FindGrant(0), nullptr);
  EXPECT_EQ(ledger.SiteOf("n1"), "");
  EXPECT_EQ(ledger.Generation("north"), 0);
}

TEST(LedgerTest, AnAccountBillsToItsLinkElseToTheProjectOfItsName) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Must(LinkAccount{"alpha", "n1", "beta", ""});
  mesocentre.Create(TestProject("beta"));
  const Ledger& ledger = mesocentre.ledger();
  EXPECT_EQ(ledger.ProjectOf("n1", "alpha")->project.id, "alpha");
  EXPECT_EQ(ledger.ProjectOf("s1", "alpha")->project.id, "alpha");
  EXPECT_EQ(ledger.ProjectOf("n1", "beta")->project.id, "alpha");
  EXPECT_EQ(ledger.ProjectOf("n2", "beta")->project.id, "beta");
  EXPECT_EQ(ledger.ProjectOf("n1", "gamma"), nullptr);
}

TEST(LedgerTest, KeepsWhatIsBookedByGrantAndSite) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 1), Day(2027, 1)},
                               {{"north", Amount(500)}, {"south", Amount(500)}}));
  Ledger ledger = mesocentre.ledger();
  const PostingKey n1{1, "", "n1", "alpha", "cpu", ChargeKind::kSettled};
  const PostingKey n2{1, "", "n2", "old", "cpu", ChargeKind::kInFlight};
  const PostingKey s1{1, "", "s1", "alpha", "cpu", ChargeKind::kSettled};
  ledger.Apply(Books({{n1, Amount(5)}, {n2, Amount(70)}, {s1, Amount(300)}}), TestTime(), 9);
  ledger.Apply(Books({{n1, Amount(-1)}}), TestTime(), 10);
  const GrantEntry& grant = *ledger.FindGrant(1);
  EXPECT_EQ(grant.used.at("north"), (Totals{Amount(4), Amount(70), {}, {}}));
  EXPECT_EQ(grant.used.at("south"), (Totals{Amount(300), {}, {}, {}}));
  EXPECT_EQ(ledger.Booked(n1), Amount(4));
  EXPECT_EQ(ledger.Booked(s1), Amount(300));
  EXPECT_EQ(ledger.Booked({2, "", "n1", "alpha", "cpu", ChargeKind::kSettled}), Amount());
}

TEST(LedgerTest, KeepsUncoveredAndUnassignedUseApart) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  Ledger ledger = mesocentre.ledger();
  const PostingKey uncovered{0, "alpha", "n1", "old", "cpu", ChargeKind::kSettled};
  const PostingKey unassigned{0, "", "n1", "old", "cpu", ChargeKind::kSettled};
  ledger.Apply(Books({{uncovered, Amount(5)}, {unassigned, Amount(8)}}), TestTime(), 9);
  EXPECT_THAT(ledger.uncovered(), ElementsAre(Key(UseKey{"alpha", "n1", "old", "cpu"})));
  EXPECT_THAT(ledger.unassigned(), ElementsAre(Key(UseKey{"", "n1", "old", "cpu"})));
  EXPECT_EQ(ledger.Booked(uncovered), Amount(5));
  EXPECT_EQ(ledger.Booked(unassigned), Amount(8));
}

TEST(LedgerTest, AnEventThatContradictsItEndsTheProcess) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  Ledger ledger = mesocentre.ledger();
  const Posting nowhere{{7, "", "n1", "alpha", "cpu", ChargeKind::kSettled}, Amount(5)};
  const absl::Time now = TestTime();
  EXPECT_DEATH(ledger.Apply(ProjectCreated{TestProject("alpha")}, now, 9), "");
  EXPECT_DEATH(ledger.Apply(AccountLinked{"beta", "n1", "old"}, now, 9), "");
  EXPECT_DEATH(ledger.Apply(Books({nowhere}), now, 9), "");
  EXPECT_DEATH(ledger.Apply(JobsResettled{"n1", "old", {}, {}, 0, ""}, now, 9), "");
  EXPECT_DEATH(ledger.Apply(Books({}), now - absl::Seconds(1), 9), "");
  EXPECT_DEATH(ledger.Apply(Books({}), now, 1), "");
}

TEST(LedgerTest, AnAccountIsNeverLinkedTwice) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Must(LinkAccount{"alpha", "n1", "old", ""});
  Ledger ledger = mesocentre.ledger();
  EXPECT_DEATH(ledger.Apply(AccountLinked{"alpha", "n1", "old"}, TestTime(), 9), "");
}

TEST(LedgerTest, TheGenerationOfASiteIsTheRevisionOfItsLastChange) {
  Mesocentre mesocentre;
  const auto generations = [&] {
    const Ledger& ledger = mesocentre.ledger();
    return std::vector<int64_t>{ledger.Generation("north"), ledger.Generation("south"),
                                ledger.Generation("east")};
  };
  EXPECT_THAT(generations(), ElementsAre(1, 1, 1));  // the catalogue
  mesocentre.Create(TestProject("alpha"));
  EXPECT_THAT(generations(), ElementsAre(1, 1, 1));  // no site holds it yet
  mesocentre.Must(AddMember{"alpha", {"rita", ProjectRole::kResearcher, {{"south", "rita1"}}}});
  EXPECT_THAT(generations(), ElementsAre(1, 3, 1));
  mesocentre.Must(AddMember{"alpha", {"rita", ProjectRole::kResearcher, {{"east", "rita1"}}}});
  EXPECT_THAT(generations(), ElementsAre(1, 4, 4));  // she left south
  mesocentre.Must(LinkAccount{"alpha", "n2", "old", ""});
  EXPECT_THAT(generations(), ElementsAre(5, 4, 4));
  mesocentre.SetNow(TestTime() + absl::Hours(1));
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 1), Day(2027, 1)},
                               {{"north", Amount(5)}, {"east", Amount(5)}}));
  EXPECT_THAT(generations(), ElementsAre(6, 4, 6));
  EXPECT_EQ(mesocentre.ledger().GenerationTime("north"), TestTime() + absl::Hours(1));
  EXPECT_EQ(mesocentre.ledger().GenerationTime("south"), TestTime());
  mesocentre.Report({FinishedJob(1, "n1", "alpha", kRan, absl::Hours(1))});
  EXPECT_THAT(generations(), ElementsAre(6, 4, 6));
}

TEST(LedgerTest, WhatASiteHasUsedIsCorrectedByWhateverItDidNotReportAsMoreUse) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 1), Day(2027, 1)},
                               {{"north", Amount(500'000)}, {"south", Amount(500'000)}}));
  const auto is_corrected = [&mesocentre](const std::string& site) {
    return mesocentre.ledger().CorrectionRevision(site) == mesocentre.ledger().revision();
  };
  UsageRecord job = FinishedJob(1, "n1", "alpha", kRan, absl::Hours(1));
  mesocentre.Report({job});
  EXPECT_EQ(mesocentre.ledger().CorrectionRevision("north"), 0);
  job.end_time -= absl::Minutes(30);
  job.observe_time += absl::Minutes(1);
  mesocentre.Report({job});
  EXPECT_TRUE(is_corrected("north")) << "an amended record took less";
  mesocentre.Report({FinishedJob(2, "n1", "alpha", kRan, absl::Hours(2)),
                     RunningJob(3, "n1", "alpha", kRan, absl::Hours(1), absl::Hours(9))});
  EXPECT_FALSE(is_corrected("north")) << "it took more";
  UsageRecord failed = FinishedJob(4, "n1", "alpha", kRan, absl::Hours(1));
  failed.state = JobState::kNodeFail;
  mesocentre.Report({failed});
  EXPECT_TRUE(is_corrected("north")) << "the site reported it, the ledger gave it back";
  mesocentre.Report({FinishedJob(5, "n1", "alpha", kRan, absl::Hours(1))});
  mesocentre.Must(RefundJob{job.key, "Our fault"});
  EXPECT_TRUE(is_corrected("north")) << "given back by hand";
  mesocentre.Must(DeclareWindow{
      {0, SiteWindow::Kind::kIncident, "north", {kRan, kRan + absl::Hours(3)}, "Power cut"}});
  const int64_t declared = mesocentre.ledger().revision();
  mesocentre.Resettle();
  EXPECT_GT(mesocentre.ledger().CorrectionRevision("north"), declared) << "charged anew";
  EXPECT_EQ(mesocentre.ledger().CorrectionRevision("south"), 0);
  mesocentre.Must(PostOpeningBalance{1, "south", Amount(7), "before"});
  EXPECT_TRUE(is_corrected("south")) << "used before the ledger began";
  EXPECT_FALSE(is_corrected("north"));
}

TEST(LedgerTest, CountsWhatDynamicAccessGaveByPiAndProgramme) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Create(TestProject("beta"));
  mesocentre.Create(TestProject("gamma", "paul", "phd-track"));
  mesocentre.Create(TestProject("delta", "rita"));
  const auto give = [&](const char* project, const char* resource, int64_t amount) {
    Grant grant = GrantByHand(mesocentre.ledger(), project, resource, {Day(2026, 7), Day(2026, 8)},
                              {{"north", Amount(amount)}});
    grant.normalised = NormalisedSeconds(amount * 2);
    mesocentre.Issue(std::move(grant));
  };
  give("alpha", "cpu", 10);
  mesocentre.SetNow(TestTime() + absl::Hours(1));
  give("beta", "gpu-a100", 200);
  give("gamma", "cpu", 3000);
  give("delta", "cpu", 40000);
  const Ledger& ledger = mesocentre.ledger();
  const absl::Time ever = absl::UnixEpoch();
  EXPECT_EQ(ledger.DynamicNormalised("paul", "chair", ever), NormalisedSeconds(420));
  EXPECT_EQ(ledger.DynamicNormalised("paul", "chair", TestTime()), NormalisedSeconds(400));
  EXPECT_EQ(ledger.DynamicNormalised("paul", "phd-track", ever), NormalisedSeconds(6000));
  EXPECT_EQ(ledger.DynamicNormalised("rita", "chair", ever), NormalisedSeconds(80000));
  EXPECT_EQ(ledger.DynamicAmount("paul", "chair", "cpu", ever), Amount(10));
  EXPECT_EQ(ledger.DynamicAmount("paul", "chair", "gpu-a100", ever), Amount(200));
  EXPECT_EQ(ledger.ReserveDrawn("north", "cpu", 2026), Amount(43010));
  EXPECT_EQ(ledger.ReserveDrawn("north", "cpu", 2027), Amount());
  EXPECT_EQ(ledger.ReserveDrawn("south", "cpu", 2026), Amount());
}

TEST(LedgerTest, MarksTheAccountsWhoseJobsSomebodyElseMayPayNow) {
  Mesocentre mesocentre;
  mesocentre.Report({FinishedJob(1, "n1", "alpha", kRan, absl::Hours(1)),
                     FinishedJob(2, "n2", "alpha", kRan, absl::Hours(1)),
                     FinishedJob(3, "n1", "other", kRan, absl::Hours(1))});
  mesocentre.Create(TestProject("alpha"));
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(),
              UnorderedElementsAre(Key(Ledger::Account{"n1", "alpha"}),
                                   Key(Ledger::Account{"n2", "alpha"})));
  mesocentre.Resettle();
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), IsEmpty());
  mesocentre.Must(LinkAccount{"alpha", "n1", "other", ""});
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(),
              UnorderedElementsAre(Key(Ledger::Account{"n1", "other"})));
}

// A history with every kind of event.
Mesocentre LongHistory() {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  Project child = TestProject("beta", "rita", "phd-track");
  child.parent = "alpha";
  mesocentre.Create(child);
  mesocentre.Must(AddMember{"alpha", {"rosa", ProjectRole::kSupervisor, {{"north", "rosa1"}}}});
  mesocentre.Report({FinishedJob(1, "n1", "old", kRan, absl::Hours(1)),
                     RunningJob(2, "n1", "beta", kRan, absl::Hours(1), absl::Hours(9))});
  mesocentre.Must(LinkAccount{"alpha", "n1", "old", ""});
  const Period rest{Day(2026, 6), Day(2027, 3)};
  mesocentre.Ask("alpha", {{"gpu-a100", Amount(90'001), Amount(5), {"north", "south"}, false}},
                 rest);
  mesocentre.Ask("beta", {{"cpu", Amount(kAmountMax.count() / 2), {}, {}, false}}, rest);
  mesocentre.Ask("beta", {{"cpu", Amount(10), {}, {"north"}, false}}, rest);  // refused
  UsageRecord foreign = FinishedJob(3, "n1", "old", kRan, absl::Hours(1));
  foreign.key.cluster = "s1";
  mesocentre.Must(ReportUsage{
      "north", {foreign, FinishedJob(4, "n2", "alpha", kRan, absl::Hours(2))}, {}, {0, 1}});
  mesocentre.ResettleOnePage(1);
  mesocentre.Resettle(1);
  mesocentre.Must(LinkAccount{"beta", "n2", "left-unsettled", ""});
  return mesocentre;
}

TEST(LedgerTest, TheReplayOfTheEncodedLogIsTheLedger) {
  const Mesocentre mesocentre = LongHistory();
  Ledger replayed;
  for (const Recorded& recorded : mesocentre.log()) {
    absl::StatusOr<std::vector<Event>> events = DecodeEvents(EncodeEvents(recorded.events));
    ASSERT_TRUE(events.ok()) << events.status();
    EXPECT_EQ(*events, recorded.events) << "revision " << recorded.revision;
    for (const Event& event : *events) replayed.Apply(event, recorded.time, recorded.revision);
  }
  EXPECT_EQ(TextOf(replayed), TextOf(mesocentre.ledger()));
  EXPECT_EQ(replayed.catalogue(), mesocentre.ledger().catalogue());
}

TEST(LedgerTest, ACopyIsAWhatIfThatLeavesTheOriginalAlone) {
  const Mesocentre mesocentre = LongHistory();
  const std::string before = TextOf(mesocentre.ledger());
  Ledger copy = mesocentre.ledger();
  copy.Apply(ProjectCreated{TestProject("what-if")}, TestTime(), 99);
  EXPECT_NE(TextOf(copy), before);
  EXPECT_EQ(TextOf(mesocentre.ledger()), before);
}

}  // namespace
}  // namespace mesolys
