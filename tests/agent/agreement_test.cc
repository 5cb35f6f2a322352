// Scheduler and agent derive the same from the same: random histories of grants, jobs, refunds and
// incidents, told to the ledger and, in another order, to an agent's spool. What the agent takes
// for used, and what it lets be spent, is what the ledger says.

#include <algorithm>
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "agent/link/site_state_proto.h"
#include "agent/loop/job_totals.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/desired_state.h"
#include "scheduler/service/desired_view.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/test_catalogue.h"
#include "tests/fakes/test_seed.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys::agent {
namespace {

constexpr char kSite[] = "north";
const std::string kProjects[] = {"chair", "lab"};

Catalogue Sharing() {
  Catalogue catalogue = TestCatalogue();
  catalogue.sites[kSite].node_share = {32, 128'000'000'000, 4};
  return catalogue;
}

class History {
 public:
  explicit History(uint64_t seed) : random_(seed), mesocentre_(Sharing(), Day(2026, 3)) {
    for (const std::string& id : kProjects) mesocentre_.Create(TestProject(id));
    mesocentre_.Must(LinkAccount{"lab", "n2", "old", ""});
  }

  void Step() {
    mesocentre_.SetNow(mesocentre_.now() + absl::Hours(Roll(20)));
    const int64_t dice = Roll(12);
    if (dice <= 2) {
      Issue();
    } else if (dice <= 9) {
      Use();
    } else if (dice == 10 && !mesocentre_.ledger().grants().empty()) {
      Change();
    } else {
      Refund();
    }
    mesocentre_.Resettle();
  }

  Mesocentre& mesocentre() { return mesocentre_; }
  std::vector<UsageRecord> told() {
    std::vector<UsageRecord> order = told_;
    std::shuffle(order.begin(), order.end(), random_);
    return order;
  }

 private:
  int64_t Roll(int64_t most) { return Pick(random_, most); }

  void Issue() {
    const absl::Time start = mesocentre_.now() + absl::Hours(Roll(60) - 20);
    const char* resource = Roll(2) == 0 ? "gpu-a100" : "cpu";
    Grant grant = GrantByHand(mesocentre_.ledger(), kProjects[Roll(1)], resource,
                              {start, start + absl::Hours(1 + Roll(100))},
                              {{kSite, Amount(Roll(400'000))}, {"south", Amount(Roll(1000))}});
    grant.bonus = PartsPerMillion(Roll(500'000));
    mesocentre_.Issue(std::move(grant));
  }

  void Use() {
    const char* accounts[] = {"chair", "lab", "old", "nobody"};
    UsageRecord record = FinishedJob(1 + Roll(20), Roll(1) == 0 ? "n1" : "n2", accounts[Roll(3)],
                                     Day(2026, 2), absl::Hours(1));
    record.start_time = mesocentre_.now() - absl::Hours(Roll(60));
    record.end_time = record.start_time + absl::Seconds(1 + Roll(30'000));
    record.end_time = std::min(record.end_time, mesocentre_.now() + absl::Seconds(1));
    record.observe_time = record.end_time + absl::Seconds(Roll(100));
    record.suspended_seconds = Roll(3) == 0 ? record.ElapsedSeconds() / 3 : 0;
    record.core_count = 1 + Roll(30);
    record.memory_bytes = Roll(3) == 0 ? 1'000'000'000 * Roll(200) : 0;
    if (Roll(2) == 0) record.gpu_counts[Roll(1) == 0 ? "" : "a100"] = 1 + Roll(3);
    const JobState states[] = {JobState::kCompleted, JobState::kRunning, JobState::kNodeFail,
                               JobState::kFailed};
    record.state = states[Roll(3)];
    record.time_limit_seconds = Roll(80'000);
    if (!mesocentre_.Report({record}).rejected.empty()) return;
    told_.push_back(record);
  }

  void Change() {
    const int64_t grant = 1 + Roll(mesocentre_.ledger().next_grant() - 2);
    switch (Roll(2)) {
      case 0:
        mesocentre_.Do(RevokeGrant{grant, "enough"}).IgnoreError();
        break;
      case 1:
        mesocentre_.Do(ReleaseHours{grant, Amount(1 + Roll(10'000)), "back"}).IgnoreError();
        break;
      default:
        mesocentre_.Do(PostOpeningBalance{grant, kSite, Amount(1 + Roll(50'000)), "before"})
            .IgnoreError();
    }
    ConfirmCeilings confirm{kSite, mesocentre_.ledger().revision(), {}};
    for (int64_t awaited : mesocentre_.ledger().Awaited(kSite)) {
      if (Roll(1) == 0) confirm.read_back.push_back({awaited, Amount()});
    }
    mesocentre_.Must(confirm);
  }

  void Refund() {
    if (Roll(1) == 0 && !told_.empty()) {
      const UsageRecord& any =
          told_[static_cast<size_t>(Roll(static_cast<int64_t>(told_.size()) - 1))];
      mesocentre_.Do(RefundJob{any.key, "sorry"}).IgnoreError();
      return;
    }
    const absl::Time start = mesocentre_.now() - absl::Hours(Roll(50));
    const Period period{start, start + absl::Hours(1 + Roll(3))};
    mesocentre_.Do(DeclareWindow{{0, SiteWindow::Kind::kIncident, kSite, period, "a storm"}})
        .IgnoreError();
  }

  std::mt19937_64 random_;
  Mesocentre mesocentre_;
  std::vector<UsageRecord> told_;
};

// What an agent makes of it that was told `records`.
void ExpectAgreement(const Ledger& ledger, const std::vector<UsageRecord>& records,
                     absl::Time now) {
  TemporaryDirectory directory;
  const auto spool = *Spool::Open(directory.path(), 10'000);
  std::vector<v1::UsageRecord> messages;
  for (const UsageRecord& record : records) messages.push_back(ToProto(record));
  ASSERT_TRUE(spool->Add(messages, "c", {}, now).ok());
  const v1::DesiredState message = DesiredView(ledger, kSite, DesiredStateOf(ledger, kSite));
  const absl::StatusOr<SiteState> state = FromProto(message);
  ASSERT_TRUE(state.ok()) << state.status();
  JobTotals totals(*spool);
  absl::StatusOr<SiteUse> use = totals.Use(*state, FiguresOf(message), now);
  ASSERT_TRUE(use.ok()) << use.status();
  for (const auto& [account, wanted] : state->accounts) {
    for (const auto& [name, grant] : wanted.grants) {
      const GrantEntry& entry = *ledger.FindGrant(ParseGrantName(name)->number);
      EXPECT_EQ(use->grants[name], entry.UsedAt(kSite)) << name;
    }
  }
  for (const AccountStanding& standing : StandingsOf(*state, *use, now)) {
    EXPECT_EQ(standing.remaining, RemainingAt(ledger, *ledger.FindProject(standing.account),
                                              standing.resource, kSite, now))
        << standing.account << " " << standing.resource;
  }
}

TEST(AgreementTest, TheAgentDerivesWhatTheLedgerDerives) {
  const uint64_t seed = TestSeed();
  int64_t spendable = 0;
  for (uint64_t round = 0; round < 40; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, " round ", round));
    History history(seed + round);
    for (int step = 0; step < 50; ++step) history.Step();
    const Ledger& ledger = history.mesocentre().ledger();
    const absl::Time now = history.mesocentre().now();
    ExpectAgreement(ledger, history.told(), now);
    // As time goes by, with what was said then.
    ExpectAgreement(ledger, history.told(), now + absl::Hours(30));
    if (testing::Test::HasFailure()) return;
    for (const std::string& project : kProjects) {
      spendable +=
          RemainingAt(ledger, *ledger.FindProject(project), "cpu", kSite, now).left.count();
    }
  }
  EXPECT_GT(spendable, 0);  // the histories are not made of nothing
}

}  // namespace
}  // namespace mesolys::agent
