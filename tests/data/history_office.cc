// What happens to accounts, sites and the office itself.

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/rules/policy.h"
#include "scheduler/store/row_hash.h"
#include "tests/data/history.h"

namespace mesolys {

void History::LinkAccounts() {
  // Their jobs are charged anew.
  chronicle_.Do(LinkAccount{"chair-a", "n1", "old-lab", ""});
  const std::string etag = EtagOf(*chronicle_.ledger().FindProject("lab-a"));
  chronicle_.Do(LinkAccount{"lab-a", "s1", "labs", etag});
  chronicle_.Refused(Reason::kAccountLinked, LinkAccount{"chair-b", "n1", "old-lab", ""});
  chronicle_.Refused(Reason::kEtagMismatch, LinkAccount{"chair-b", "n2", "other", "r0"});
}

void History::LoseJobs() {
  const absl::Time storm = Day(2026, 3, 25);
  UsageRecord lost = RecordOf("n2", 11, "chair-b", storm + absl::Hours(9), absl::Hours(2));
  lost.state = JobState::kFailed;
  UsageRecord failed = RecordOf("n2", 12, "chair-b", storm + absl::Hours(8), absl::Hours(3));
  failed.state = JobState::kNodeFail;
  const UsageRecord done = RecordOf("n2", 13, "chair-b", storm + absl::Hours(1), absl::Hours(4));
  ReportRecords(chronicle_, {lost, failed, done});
  chronicle_.Do(DeclareWindow{{0,
                               SiteWindow::Kind::kIncident,
                               "north",
                               {storm + absl::Hours(10), storm + absl::Hours(16)},
                               "a storm"}});
  chronicle_.Do(RefundJob{done.key, "its results were lost"});
  chronicle_.Refused(Reason::kJobRefunded, RefundJob{done.key, "again"});
  chronicle_.Do(DeclareWindow{{0,
                               SiteWindow::Kind::kMaintenance,
                               "south",
                               {Day(2026, 7, 6), Day(2026, 7, 8)},
                               "new pumps"}});
}

void History::CloseForADay() {
  chronicle_.Do(SetMode{true, "moving house"});
  chronicle_.Refused(Reason::kReadOnly, CreateProject{TestProject("chair-c")});
  ReportRecords(chronicle_, {RecordOf("s1", 14, "clinic", Day(2026, 3, 31), absl::Hours(5))});
  chronicle_.Do(SetMode{false, "moved"});
  chronicle_.Do(UnlinkAccount{"chair-a", "n1", "old-lab", "", "it is another's"});
}

void History::AskTheCommittee() {
  // Recorded, and refused: its programme takes no part in calls.
  AskCall("phd-a", "cpu", HoursOf(10), {Day(2026, 5), Day(2026, 7)});
  const Period rest{Day(2026, 5, 1), Day(2027, 1)};
  Request both = RequestOf("call-a", "cpu", HoursOf(6000), "north", rest);
  both.track = Track::kCall;
  both.lines.push_back({"gpu-a100", HoursOf(300), HoursOf(50), {"north", "south"}, false});
  both.curve = {{Day(2026, 7), PartsPerMillion(500'000)}};
  chronicle_.Ask(std::move(both));
  const int64_t asked = chronicle_.ledger().next_request() - 1;
  chronicle_.Do(DecideRequest{
      asked, {{"cpu", HoursOf(5000)}, {"gpu-a100", HoursOf(300)}}, "as the committee found"});
  chronicle_.Do(DecideRequest{AskCall("call-a", "cpu", HoursOf(10), rest), {}, "not this time"});
  const int64_t taken_back = AskCall("chair-b", "cpu", HoursOf(10), rest);
  chronicle_.Do(WithdrawRequest{taken_back, "not needed"}, "spiffe://mesolys/user/lea");
  chronicle_.Refused(Reason::kRequestDecided, WithdrawRequest{taken_back, "again"});
}

void History::ImportAgain() {
  chronicle_.Do(OrderImport{{0, "north", {Day(2026, 1), Day(2026, 2)}}});
  chronicle_.Do(OrderImport{{0, "south", {Day(2026, 1), Day(2026, 1, 8)}}});
  std::vector<UsageRecord> found;
  for (int64_t job = 20; job < 26; ++job) {
    found.push_back(
        RecordOf("n1", job, "chair-b", Day(2026, 1, static_cast<int>(job) - 15), absl::Hours(2)));
  }
  ReportRecords(chronicle_, found);
  chronicle_.Do(EndImport{"north", 1, {6, 6, 0, 1, 432'000, ""}}, SiteIdentity("north"));
  chronicle_.Do(EndImport{"south", 2, {0, 0, 0, 0, 0, "slurmdbd is away"}}, SiteIdentity("south"));
  chronicle_.Refused(Reason::kInvalidPeriod,
                     OrderImport{{0, "north", {Day(2027, 1), Day(2027, 2)}}});
}

void History::LendARole() {
  const std::string rosa = "spiffe://mesolys/user/rosa";
  chronicle_.Do(GiveRole{"rosa", "operator", false, "holidays"});
  Project sub = TestProject("lab-b", "lea");
  sub.parent = "chair-b";
  chronicle_.Do(CreateProject{sub}, rosa);
  chronicle_.Do(GiveRole{"rosa", "operator", true, "holidays are over"});
  chronicle_.Refused(Reason::kUnknownRole, GiveRole{"rosa", "king", false, "no such role"});
}

void History::CloseProjects() {
  chronicle_.Refused(Reason::kProjectInUse, ArchiveProject{"chair-b", "in the middle of it"});
  chronicle_.Do(ArchiveProject{"old-p", "over"});
  chronicle_.Do(RemoveMember{"chair-a", "rita"}, "spiffe://mesolys/user/paul");
  chronicle_.Refused(Reason::kNoSuchMember, RemoveMember{"chair-a", "rita"});
}

void History::AdoptTheSmallerCatalogue() {
  Catalogue smaller = HistoryCatalogue();
  Site& north = smaller.sites["north"];
  north.capacities.insert(north.capacities.begin() + 1,
                          {"cpu", Day(2026, 10), 1, PartsPerMillion(900'000)});
  smaller.rates.insert(smaller.rates.begin() + 1, {"cpu", Day(2026, 10), PartsPerMillion(25'000)});
  smaller.roles["carla"] = {"committee"};
  const std::string text = "# the catalogue after the fire\n";
  chronicle_.Do(AdoptCatalogue{smaller, text, Sha256(text)});
}

}  // namespace mesolys
