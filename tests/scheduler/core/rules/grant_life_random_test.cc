// Random histories of every verb of a grant's life, with sites that confirm late, never, or are
// written off: the invariants hold after each step, and the end is the same however it is reached.
// A history is a list of rolls, so that rapidcheck can shrink one that breaks something; it prints
// its seed (RC_PARAMS).

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/placement.h"
#include "scheduler/core/ledger/invariants.h"
#include "scheduler/core/rules/upkeep.h"
#include "scheduler/store/event_codec.h"
#include "tests/fakes/ledger_text.h"
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

using Rolls = std::vector<uint32_t>;

class History {
 public:
  explicit History(Rolls rolls)
      : rolls_(std::move(rolls)), mesocentre_(CatalogueWithGrace(), Day(2026, 2)) {
    for (const std::string& id : kProjects) {
      Project project = TestProject(id);
      if (id != "chair") project.parent = "chair";
      mesocentre_.Create(project);
    }
  }

  // Nothing is left to happen.
  bool IsOver() const { return next_ >= rolls_.size(); }

  // Something that the policy accepts or refuses; what it was.
  std::string Step() {
    mesocentre_.SetNow(mesocentre_.now() + absl::Seconds(Roll(200'000)) +
                       absl::Microseconds(Roll(999'999)));
    const int64_t dice = Roll(17);
    if (dice == 17) return Roll(2) == 0 ? Adopt() : Move();
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
  // From 0 to `most`; 0 after the last roll.
  int64_t Roll(int64_t most) {
    return IsOver() ? 0 : static_cast<int64_t>(rolls_[next_++] % static_cast<uint64_t>(most + 1));
  }
  absl::Time Later(int64_t days) { return mesocentre_.now() + absl::Hours(24) * Roll(days); }
  Amount Some() { return Amount(1 + Roll(Roll(3) == 0 ? 4'000'000 : 40'000)); }

  std::string Issue() {
    const std::string& resource = kResources[Roll(3)];
    Grant grant;
    const absl::Time start = absl::FromUnixSeconds(absl::ToUnixSeconds(Later(20)));
    const Period period{start, start + absl::Hours(24) * (1 + Roll(120))};
    std::map<std::string, Amount> ceilings;
    std::vector<Placement> placements;
    const bool is_at_any_of = Roll(2) == 0;
    for (const std::string& site : kSites) {
      if (is_at_any_of && !ceilings.empty()) break;
      const Room room(mesocentre_.ledger(), site, resource, period, mesocentre_.now());
      const Amount amount = std::min(room.free(), Some());
      if (amount == Amount()) continue;
      ceilings[site] = amount;
      for (Placement& placement : room.Place(amount)) placements.push_back(placement);
    }
    if (ceilings.empty()) return "no room";
    grant = GrantByHand(mesocentre_.ledger(), kProjects[Roll(2)], resource, period, ceilings);
    grant.placements = placements;
    if (is_at_any_of) grant.any_of = {"north", "south"};
    mesocentre_.Issue(grant);
    return "issued";
  }

  // Capacity comes and goes, and so do the days of grace.
  std::string Adopt() {
    AdoptCatalogue command{mesocentre_.ledger().catalogue(), "changed",
                           absl::StrCat(mesocentre_.ledger().revision())};
    command.catalogue.sites["north"].capacities.front().units = 20 + Roll(100);
    command.catalogue.programmes["chair"].grace_days = static_cast<int>(Roll(40));
    mesocentre_.Must(command);
    return "adopted";
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
      if (Roll(2) == 0) command.read_back.push_back({grant, Some()});
    }
    mesocentre_.Must(command);
    return "confirmed";
  }

  // What the scheduler does by itself.
  std::string Move() {
    for (const Command& command : DueUpkeep(mesocentre_.ledger(), mesocentre_.now())) {
      (void)mesocentre_.Do(command, kSchedulerIdentity);
    }
    return "kept up";
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
      if (Roll(2) == 0) {
        const Amount more = Some();
        RequestLine& line = request.lines[0];
        line.sites = {"north", "south"};
        line.by_site = {{"north", line.amount}, {"south", more}};
        line.amount += more;
      }
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
        if (Roll(1) == 0) {
          return MoveCeiling{target_, kSites[Roll(1)], kSites[Roll(1)], Some(), "there"};
        }
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

  const Rolls rolls_;
  size_t next_ = 0;
  Mesocentre mesocentre_;
  int64_t target_ = 0;
  int accepted_ = 0;
};

// Every identity of a balance (domain.md), for each grant.
void CheckBalances(const Ledger& ledger, absl::Time now) {
  for (const GrantEntry& entry : ledger.grants()) {
    const BalanceLine line = BalanceOf(entry, now);
    const Amount spent = line.settled + line.in_flight;
    RC_ASSERT(line.overdraft == std::max(Amount(), spent - line.granted));
    RC_ASSERT(line.left == std::max(Amount(), line.granted - spent - line.committed - line.ordered -
                                                  line.expired));
    RC_ASSERT(line.left >= Amount());
  }
}

// As the store keeps the log: what it would lose must not matter.
void CheckThatTheLogFoldsToTheSame(const Mesocentre& mesocentre) {
  Ledger again;
  for (const Recorded& row : mesocentre.log()) {
    const absl::StatusOr<std::vector<Event>> events = DecodeEvents(EncodeEvents(row.events));
    RC_ASSERT(events.ok());
    for (const Event& event : *events) again.Apply(event, row.time, row.revision);
  }
  RC_ASSERT(TextOf(again) == TextOf(mesocentre.ledger()));
}

void CheckThatAReReadChangesNothing(Mesocentre& mesocentre) {
  for (const auto& [key, job] : mesocentre.rows()) {
    const absl::StatusOr<Verdict> verdict =
        mesocentre.Do(ReportUsage{job.site, {job.record}, {}, {0}});
    RC_ASSERT(verdict.ok());
    RC_ASSERT(!verdict->recorded);
  }
}

const rc::Gen<Rolls> kHistories =
    rc::gen::resize(700, rc::gen::container<Rolls>(rc::gen::inRange<uint32_t>(0, 1U << 31)));

RC_GTEST_PROP(GrantLifeProperty, EveryInvariantHoldsAfterEveryVerbAndTheLogFoldsToTheSame, ()) {
  History history(*kHistories);
  while (!history.IsOver()) {
    const std::string what = history.Step();
    history.mesocentre().Resettle();
    const Ledger& ledger = history.mesocentre().ledger();
    const std::vector<std::string> broken = BrokenInvariants(ledger);
    if (!broken.empty()) RC_FAIL(absl::StrCat(what, ": ", absl::StrJoin(broken, "; ")));
    CheckBalances(ledger, history.mesocentre().now());
  }
  CheckThatTheLogFoldsToTheSame(history.mesocentre());
  CheckThatAReReadChangesNothing(history.mesocentre());
  RC_CLASSIFY(history.accepted() >= 5, "five verbs or more accepted");
}

}  // namespace
}  // namespace mesolys
