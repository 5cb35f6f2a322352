// What a link, a new project or a grant in the past does to jobs that are known already.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scheduler/core/facts/identity.h"
#include "tests/fakes/ledger_text.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;

const absl::Time kRan = Day(2026, 6, 10);

Ledger::Account N1(const char* account) { return {"n1", account}; }

std::vector<UsageRecord> Jobs(const std::string& account, int count) {
  std::vector<UsageRecord> records;
  for (int id = 1; id <= count; ++id) {
    records.push_back(FinishedJob(id, "n1", account, kRan, absl::Seconds(100)));
  }
  return records;
}

Grant CpuOf2026(const Ledger& ledger) {
  return GrantByHand(ledger, "alpha", "cpu", {Day(2026, 1), Day(2027, 1)},
                     {{"north", Amount(1'000'000)}});
}

TEST(ResettlementTest, LinkingAnAccountChargesItsJobsToTheProject) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report(Jobs("old", 7));
  mesocentre.Must(LinkAccount{"alpha", "n1", "old", ""});
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), ElementsAre(Pair(N1("old"), std::nullopt)));
  mesocentre.Resettle();
  EXPECT_EQ(UseTextOf(mesocentre.ledger()), "<alpha> n1:old cpu: 7000 0 0 0\n");
  for (const auto& [key, job] : mesocentre.rows()) EXPECT_EQ(job.project, "alpha");
}

TEST(ResettlementTest, CreatingTheProjectOfAnAccountsNameChargesItsJobs) {
  Mesocentre mesocentre;
  mesocentre.Report(Jobs("alpha", 7));
  EXPECT_EQ(UseTextOf(mesocentre.ledger()), "<> n1:alpha cpu: 7000 0 0 0\n");
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Resettle();
  EXPECT_EQ(UseTextOf(mesocentre.ledger()), "<alpha> n1:alpha cpu: 7000 0 0 0\n");
}

TEST(ResettlementTest, ACatalogueThatSaysWhatATypeIsChargesItsJobsAnew) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  std::vector<UsageRecord> records = Jobs("alpha", 7);
  for (UsageRecord& record : records) record.gpu_counts = {{"1g.10gb", 1}};
  mesocentre.Report(records);
  EXPECT_EQ(UseTextOf(mesocentre.ledger()),
            "<alpha> n1:alpha cpu: 7000 0 0 0\n<alpha> n1:alpha gpu-1g.10gb: 700 0 0 0\n");
  Catalogue catalogue = TestCatalogue();
  // Of another site it is no matter.
  catalogue.sites["south"].gpu_names["1g.10gb"] = {"gpu-a100", 1, 2};
  mesocentre.Must(AdoptCatalogue{catalogue, "south", "south"});
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), IsEmpty());
  catalogue.sites["north"].gpu_names["1g.10gb"] = {"gpu-a100", 1, 7};
  mesocentre.Must(AdoptCatalogue{catalogue, "north", "north"});
  mesocentre.Resettle();
  // Each 100 / 7, rounded for itself.
  EXPECT_EQ(UseTextOf(mesocentre.ledger()),
            "<alpha> n1:alpha cpu: 7000 0 0 0\n<alpha> n1:alpha gpu-a100: 98 0 0 0\n");
  // The same said again changes nothing.
  catalogue.title = "Another title";
  mesocentre.Must(AdoptCatalogue{catalogue, "title", "title"});
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), IsEmpty());
}

TEST(ResettlementTest, AGrantInThePastPaysForWhatRanBefore) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report(Jobs("alpha", 7));
  mesocentre.Issue(CpuOf2026(mesocentre.ledger()));
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), ElementsAre(Key(N1("alpha"))));
  mesocentre.Resettle();
  EXPECT_EQ(UseTextOf(mesocentre.ledger()), "grant 1 at north: 7000 0 0 0\n");
}

TEST(ResettlementTest, AGrantOfTheFutureTakesWhatRunningJobsMayStillUseThen) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  const absl::Time start = TestTime() - absl::Seconds(100);
  mesocentre.Report({RunningJob(1, "n1", "alpha", start, absl::Seconds(100), absl::Seconds(1100))});
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu",
                               {TestTime() + absl::Seconds(400), Day(2027, 1)},
                               {{"north", Amount(1'000'000)}}));
  mesocentre.Resettle();
  EXPECT_EQ(UseTextOf(mesocentre.ledger()),
            "grant 1 at north: 0 0 6000 0\n"
            "<alpha> n1:alpha cpu: 0 1000 4000 0\n");
}

TEST(ResettlementTest, AGrantOfTheFutureTakesWhatARecordAheadOfTheClockAlreadyUsed) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report({FinishedJob(1, "n1", "alpha", TestTime(), absl::Seconds(240))});
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu",
                               {TestTime() + absl::Seconds(120), Day(2027, 1)},
                               {{"north", Amount(1'000'000)}}));
  mesocentre.Resettle();
  EXPECT_EQ(UseTextOf(mesocentre.ledger()),
            "grant 1 at north: 1200 0 0 0\n"
            "<alpha> n1:alpha cpu: 1200 0 0 0\n");
}

TEST(ResettlementTest, AGrantOfTheFutureOfAProjectWithoutRunningJobsDisturbsNothing) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report(Jobs("alpha", 7));
  mesocentre.Issue(GrantByHand(mesocentre.ledger(), "alpha", "cpu", {Day(2026, 9), Day(2027, 1)},
                               {{"north", Amount(1'000'000)}}));
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), IsEmpty());
}

TEST(ResettlementTest, APageMovesTheCursorAndAnEmptyPageEndsIt) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report(Jobs("old", 4));
  mesocentre.Must(LinkAccount{"alpha", "n1", "old", ""});
  mesocentre.ResettleOnePage(3);
  const auto& accounts = mesocentre.ledger().unsettled_accounts();
  ASSERT_THAT(accounts, SizeIs(1));
  EXPECT_EQ(accounts.begin()->second->job_id, 3);
  EXPECT_EQ(UseTextOf(mesocentre.ledger()),
            "<alpha> n1:old cpu: 3000 0 0 0\n<> n1:old cpu: 1000 0 0 0\n");
  mesocentre.ResettleOnePage(3);
  EXPECT_EQ(accounts.begin()->second->job_id, 4);
  mesocentre.ResettleOnePage(3);
  EXPECT_THAT(accounts, IsEmpty());
}

TEST(ResettlementTest, AChangeInTheMiddleBeginsAgainFromTheFirstJob) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report(Jobs("old", 7));
  mesocentre.Must(LinkAccount{"alpha", "n1", "old", ""});
  mesocentre.ResettleOnePage(3);
  mesocentre.Issue(CpuOf2026(mesocentre.ledger()));
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), ElementsAre(Pair(N1("old"), std::nullopt)));
  mesocentre.Resettle();
  EXPECT_EQ(UseTextOf(mesocentre.ledger()), "grant 1 at north: 7000 0 0 0\n");
}

TEST(ResettlementTest, AJobWhoseAccountWasAmendedSinceThePageWasReadIsLeftAlone) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report(Jobs("old", 2));
  mesocentre.Must(LinkAccount{"alpha", "n1", "old", ""});
  const std::vector<UsageRecord> jobs = Jobs("old", 2);
  UsageRecord amended = jobs[0];
  amended.account = "other";
  amended.observe_time += absl::Seconds(1);
  mesocentre.Report({amended});
  const Verdict verdict = mesocentre.Must(
      ResettleJobs{"n1", "old", {jobs[0].key, jobs[1].key}, mesocentre.ledger().revision()},
      kSchedulerIdentity);
  EXPECT_THAT(verdict.jobs, SizeIs(1));
  EXPECT_EQ(UseTextOf(mesocentre.ledger()),
            "<alpha> n1:old cpu: 1000 0 0 0\n<> n1:other cpu: 1000 0 0 0\n");
}

TEST(ResettlementTest, APageOfAnotherRevisionIsRefusedForItsJobsMayBeOthersNow) {
  Mesocentre mesocentre;
  mesocentre.Create(TestProject("alpha"));
  mesocentre.Report(Jobs("old", 2));
  mesocentre.Must(LinkAccount{"alpha", "n1", "old", ""});
  const ResettleJobs stale{"n1", "old", {}, mesocentre.ledger().revision()};
  mesocentre.Create(TestProject("beta"));
  EXPECT_EQ(mesocentre.Do(stale, kSchedulerIdentity).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(mesocentre.ledger().unsettled_accounts(), SizeIs(1));
}

TEST(ResettlementTest, AnAccountThatIsSettledIsNotChargedAnew) {
  Mesocentre mesocentre;
  const ResettleJobs command{"n1", "old", {}, mesocentre.ledger().revision()};
  EXPECT_EQ(mesocentre.Do(command, kSchedulerIdentity).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace mesolys
