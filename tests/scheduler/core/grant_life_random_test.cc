// Random histories of every verb of a grant's life, with sites that confirm late, never, or are
// written off: the invariants hold after each step, and the end is the same however it is reached.

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "scheduler/core/balance.h"
#include "scheduler/core/invariants.h"
#include "scheduler/core/placement.h"
#include "scheduler/store/event_codec.h"
#include "tests/fakes/ledger_text.h"
#include "tests/fakes/test_seed.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

const std::string kProjects[] = {"chair", "lab", "team"};
const std::string kSites[] = {"north", "south"};
const std::string kResources[] = {"cpu", "cpu", "gpu-a100", "storage-work"};

Catalogue CatalogueWithGrace() {
  Catalogue catalogue = TestCatalogue();
  catalogue.programmes["chair"].grace_days = 30;
  catalogue.programmes["chair"].bonus = PartsPerMillion(250'000);
  return catalogue;
}

class History {
 public:
  explicit History(uint64_t seed) : random_(seed), mesocentre_(CatalogueWithGrace(), Day(2026, 2)) {
    for (const std::string& id : kProjects) {
      Project project = TestProject(id);
      if (id != "chair") project.parent = "chair";
      mesocentre_.Create(project);
    }
  }

  // Something that the policy accepts or refuses; what it was.
  std::string Step() {
    mesocentre_.SetNow(mesocentre_.now() + absl::Seconds(Roll(200'000)) +
                       absl::Microseconds(Roll(999'999)));
    const int64_t dice = Roll(16);
    if (dice <= 2 || mesocentre_.ledger().grants().empty()) return Issue();
    if (dice <= 6) return Use();
    if (dice <= 8) return Confirm();
    if (dice == 16 && Roll(1) == 0) return Wait();
    const Command command = Verb(dice);
    const absl::StatusOr<Verdict> verdict = mesocentre_.Do(command);
    accepted_ += verdict.ok() ? 1 : 0;
    return absl::StrCat("verb ", dice, " on g", target_, ": ", verdict.status().ToString());
  }

  const Mesocentre& mesocentre() const { return mesocentre_; }
  Mesocentre& mesocentre() { return mesocentre_; }
  int accepted() const { return accepted_; }

 private:
  int64_t Roll(int64_t most) { return Pick(random_, most); }
  absl::Time Later(int64_t days) { return mesocentre_.now() + absl::Hours(24) * Roll(days); }
  Amount Some() { return Amount(1 + Roll(Roll(3) == 0 ? 4'000'000 : 40'000)); }

  std::string Issue() {
    const std::string& resource = kResources[Roll(3)];
    Grant grant;
    const absl::Time start = absl::FromUnixSeconds(absl::ToUnixSeconds(Later(20)));
    const Period period{start, start + absl::Hours(24) * (1 + Roll(120))};
    std::map<std::string, Amount> ceilings;
    std::vector<Placement> placements;
    for (const std::string& site : kSites) {
      const Room room(mesocentre_.ledger(), site, resource, period, mesocentre_.now());
      const Amount amount = std::min(room.free(), Some());
      if (amount == Amount()) continue;
      ceilings[site] = amount;
      for (Placement& placement : room.Place(amount)) placements.push_back(placement);
    }
    if (ceilings.empty()) return "no room";
    grant = GrantByHand(mesocentre_.ledger(), kProjects[Roll(2)], resource, period, ceilings);
    grant.placements = placements;
    mesocentre_.Issue(grant);
    return "issued";
  }

  std::string Use() {
    const std::string clusters[] = {"n1", "n2", "s1"};
    UsageRecord record =
        FinishedJob(1 + Roll(30), clusters[Roll(2)], kProjects[Roll(2)],
                    mesocentre_.now() - absl::Seconds(2'000 + Roll(500'000)), absl::Seconds(1'000));
    record.start_time = absl::FromUnixSeconds(absl::ToUnixSeconds(record.start_time));
    record.key.submit_time = Day(2026, 1);
    record.end_time = record.start_time + absl::Seconds(1 + Roll(2'000));
    record.observe_time = record.end_time + absl::Seconds(Roll(1'000));
    record.core_count = 1 + Roll(40);
    if (Roll(3) == 0) record.gpu_counts["a100"] = 1 + Roll(2);
    const JobState states[] = {JobState::kCompleted, JobState::kRunning, JobState::kNodeFail,
                               JobState::kFailed, JobState::kRunning};
    record.state = states[Roll(4)];
    record.time_limit_seconds = Roll(20'000);
    mesocentre_.Report({record});
    mesocentre_.Resettle();
    return "used";
  }

  std::string Confirm() {
    ConfirmCeilings command{kSites[Roll(1)], 0, {}};
    command.generation =
        Roll(4) == 0 ? Roll(mesocentre_.ledger().revision()) : mesocentre_.ledger().revision();
    for (int64_t grant : mesocentre_.ledger().Awaited(command.site)) {
      if (Roll(2) == 0) command.held.push_back({grant, Some()});
    }
    mesocentre_.Must(command);
    return "confirmed";
  }

  // A request for the committee, or what becomes of one.
  std::string Wait() {
    const int64_t last = mesocentre_.ledger().next_request() - 1;
    Command command = WithdrawRequest{last, "not needed"};
    if (Roll(2) > 0) {
      const absl::Time start = absl::FromUnixSeconds(absl::ToUnixSeconds(Later(60)));
      Request request;
      request.project = kProjects[Roll(2)];
      request.period = {start, start + absl::Hours(24) * (1 + Roll(120))};
      request.lines = {{kResources[Roll(3)], Some(), {}, {}, false}};
      request.track = Track::kCall;
      command = SubmitRequest{std::move(request)};
    } else if (Roll(3) > 0) {
      DecideRequest decide{last, {}, "found"};
      for (const RequestLine& line : mesocentre_.ledger().FindRequest(last)->request.lines) {
        if (Roll(3) > 0) decide.awards[line.resource] = Amount(1 + Roll(line.amount.count() - 1));
      }
      command = decide;
    }
    const absl::StatusOr<Verdict> verdict = mesocentre_.Do(command);
    accepted_ += verdict.ok() ? 1 : 0;
    return absl::StrCat("waiting ", last, ": ", verdict.status().ToString());
  }

  Command Verb(int64_t dice) {
    const int64_t grants = mesocentre_.ledger().next_grant() - 1;
    target_ = 1 + Roll(grants - 1);
    const int64_t other = 1 + Roll(grants - 1);
    switch (dice) {
      case 9:
        return SupplementGrant{target_, Some(), {}, "more"};
      case 10:
        return ExtendGrant{target_, absl::FromUnixSeconds(absl::ToUnixSeconds(Later(200))), "on"};
      case 11:
        return ReleaseHours{target_, Some(), "back"};
      case 12:
        if (Roll(1) == 0) return TransferHours{target_, Some(), 0, kProjects[Roll(2)], "there"};
        return TransferHours{target_, Some(), other,
                             mesocentre_.ledger().FindGrant(other)->grant.project, "there"};
      case 13:
        return AdjustOverdraft{target_, other, Some(), "paid"};
      case 14:
        if (Roll(2) == 0) return WriteOffSite{kSites[Roll(1)], "silent"};
        return WriteOffOverdraft{target_, Some(), "forgotten"};
      case 15:
        if (Roll(3) > 0) return PostOpeningBalance{target_, "north", Some(), "before"};
        return RevokeGrant{target_, "enough"};
      default: {
        if (Roll(3) > 0 && !mesocentre_.rows().empty()) {
          std::vector<JobKey> keys;
          for (const auto& [key, job] : mesocentre_.rows()) keys.push_back(key);
          std::sort(keys.begin(), keys.end());
          return RefundJob{keys[static_cast<size_t>(Roll(static_cast<int64_t>(keys.size()) - 1))],
                           "sorry"};
        }
        const absl::Time start =
            absl::FromUnixSeconds(absl::ToUnixSeconds(mesocentre_.now())) - absl::Hours(Roll(200));
        return DeclareWindow{{0,
                              SiteWindow::Kind::kIncident,
                              kSites[Roll(1)],
                              {start, start + absl::Hours(1 + Roll(20))},
                              "a storm"}};
      }
    }
  }

  std::mt19937_64 random_;
  Mesocentre mesocentre_;
  int64_t target_ = 0;
  int accepted_ = 0;
};

// Every identity of a balance (domain.md), for each grant.
void ExpectBalances(const Ledger& ledger, absl::Time now) {
  for (const GrantEntry& entry : ledger.grants()) {
    const BalanceLine line = BalanceOf(entry, now);
    const Amount spent = line.settled + line.in_flight;
    ASSERT_EQ(line.overdraft, std::max(Amount(), spent - line.granted));
    ASSERT_EQ(line.left, std::max(Amount(), line.granted - spent - line.committed - line.ordered -
                                                line.expired));
    ASSERT_GE(line.left, Amount());
  }
}

TEST(GrantLifeRandomTest, EveryInvariantHoldsAfterEveryVerbAndTheLogFoldsToTheSame) {
  const uint64_t seed = TestSeed();
  int accepted = 0;
  int graces = 0;
  for (uint64_t round = 0; round < 60; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, " round ", round));
    History history(seed + round);
    for (int step = 0; step < 60; ++step) {
      const std::string what = history.Step();
      history.mesocentre().Resettle();
      const std::vector<std::string> broken = BrokenInvariants(history.mesocentre().ledger());
      ASSERT_TRUE(broken.empty()) << "step " << step << ", " << what << ": "
                                  << absl::StrJoin(broken, "; ");
      ExpectBalances(history.mesocentre().ledger(), history.mesocentre().now());
      if (testing::Test::HasFatalFailure()) return;
    }
    accepted += history.accepted();
    for (const GrantEntry& entry : history.mesocentre().ledger().grants()) {
      graces += entry.end_proper.has_value() ? 1 : 0;
    }
    Ledger again;
    for (const Recorded& row : history.mesocentre().log()) {
      // As the store keeps them: what it would lose must not matter.
      const absl::StatusOr<std::vector<Event>> events = DecodeEvents(EncodeEvents(row.events));
      ASSERT_TRUE(events.ok()) << events.status();
      for (const Event& event : *events) again.Apply(event, row.time, row.revision);
    }
    ASSERT_EQ(TextOf(again), TextOf(history.mesocentre().ledger()));
    // A nightly re-read of everything says nothing new.
    for (const auto& [key, job] : history.mesocentre().rows()) {
      ReportUsage command{job.site, {job.record}, {}, {0}};
      const absl::StatusOr<Verdict> verdict = history.mesocentre().Do(command);
      ASSERT_TRUE(verdict.ok() && !verdict->recorded) << key.job_id;
    }
  }
  EXPECT_GT(graces, 5);
  // The histories are not made of refusals.
  EXPECT_GT(accepted, 60 * 5);
}

}  // namespace
}  // namespace mesolys
