#include "tests/simulation/week.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/comparison.pb.h"
#include "mesolys/v1/stored.pb.h"
#include "scheduler/core/ledger/invariants.h"
#include "scheduler/engine/verify.h"
#include "scheduler/store/row_hash.h"
#include "tests/fakes/ledger_text.h"
#include "tests/fakes/test_catalogue.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::simulation {
namespace {

using testing::IsEmpty;
using Amounts = agent::SimulatedSite::Amounts;

constexpr int64_t kHour = 3600;
constexpr const char* kProjects[] = {"alpha", "gamma"};
constexpr char kSilent[] = "psmn";
constexpr char kOther[] = "p2chpd";
constexpr char kRevoked[] = "gamma";
constexpr char kAtTwoSites[] = "delta";

}  // namespace

Week::Week(uint64_t seed, absl::Duration day)
    : day_(day), random_(seed), mesocentre_(seed, Day(2026, 3, 1)) {}

std::string Week::Run() {
  Expect(AdoptCatalogue{ThreeOpenSites(), "a test's catalogue", "its digest"});
  for (const char* project : kProjects) Populate(project);
  PopulateAtTwoSites();
  Pass(2);
  CompareWithTheAccounting();
  // Nothing else of a grant may wait when somebody moves its hours.
  EXPECT_TRUE(WaitUntilAllIsInForce());
  mesocentre_.station(kSilent).link().is_cut = true;
  MoveFromTheSilentSite();
  Pass(1);
  for (const int64_t grant : GrantsOf(kRevoked)) {
    Expect(RevokeGrant{grant, "the chair is closed"});
  }
  Pass(1);
  EXPECT_FALSE(OrdersAreDone()) << "the silent site cannot have heard of it";
  mesocentre_.station(kSilent).link().is_cut = false;
  Pass(1);
  for (const char* site : kSites) mesocentre_.station(site).site().Close();
  Pass(2);
  return Trace();
}

void Week::ExpectAgreement() {
  // Ceilings follow the use to the end: the last move may be under way.
  EXPECT_TRUE(WaitUntilAllIsInForce());
  EXPECT_GT(compared_count_, 5);
  std::map<std::string, Amounts> booked;
  std::map<std::string, std::set<std::string>> used_at;  // by resource, of the project at two sites
  mesocentre_.engine().Read([&](const Ledger& ledger) {
    EXPECT_THAT(ledger.unassigned(), IsEmpty());
    for (const auto& [key, totals] : ledger.uncovered()) {
      // What ran when the grants were revoked.
      EXPECT_EQ(key.project, kRevoked);
      booked[ledger.SiteOf(key.cluster)][{key.project, key.resource}] += totals.settled.count();
    }
    for (const GrantEntry& entry : ledger.grants()) {
      const std::pair<std::string, std::string> pool(entry.grant.project, entry.grant.resource);
      for (const auto& [site, totals] : entry.used) {
        EXPECT_EQ((totals.in_flight + totals.committed).count(), 0);
        booked[site][pool] += totals.settled.count();
        if (entry.grant.project == kAtTwoSites && totals.settled > Amount()) {
          used_at[entry.grant.resource].insert(site);
        }
      }
      if (entry.grant.project == kAtTwoSites) {
        EXPECT_EQ(entry.Held(), entry.grant.amount);
      }
    }
  });
  const std::set<std::string> both = {kOther, kSilent};
  EXPECT_EQ(used_at["cpu"], both);
  EXPECT_EQ(used_at["gpu-a100"], both);
  std::map<std::string, Amounts> wanted = WantedCeilings();
  const absl::Time now = mesocentre_.runtime().Now();
  for (const char* id : kSites) {
    const agent::SimulatedSite& site = mesocentre_.station(id).site();
    EXPECT_EQ(site.running_count(), 0) << id;
    EXPECT_GT(site.job_count(), 20) << id;
    EXPECT_EQ(site.Ceilings(now), wanted[id]) << id;
    for (const auto& [pool, amount] : site.Spent(now)) {
      EXPECT_EQ(booked[id][pool], amount) << id << " " << pool.first << " " << pool.second;
    }
    EXPECT_GT(mesocentre_.station(id).link().lost_count, 0) << id;
  }
}

void Week::ExpectTheSameFoldAgain() {
  mesocentre_.StopAgents();
  EXPECT_EQ(Verify(mesocentre_.store()).status(), absl::OkStatus());
  VirtualRuntime& runtime = mesocentre_.runtime();
  const absl::StatusOr<std::unique_ptr<Engine>> again =
      Engine::Start(mesocentre_.store(), runtime, runtime);
  ASSERT_EQ(again.status(), absl::OkStatus());
  const auto text = [](const Ledger& ledger) { return TextOf(ledger); };
  EXPECT_EQ((*again)->Read(text), mesocentre_.engine().Read(text));
}

void Week::Expect(Command command) {
  EXPECT_EQ(mesocentre_.Do(std::move(command)), absl::OkStatus());
}

void Week::Create(const std::string& project) {
  Expect(CreateProject{Project{project,
                               project,
                               "ens",
                               "chair",
                               "open",
                               /*parent=*/"",
                               "paul",
                               {Day(2026, 1, 1), Day(2026, 12, 1)}}});
}

void Week::Ask(const std::string& project, std::vector<RequestLine> lines) {
  SubmitRequest command;
  command.request.project = project;
  command.request.lines = std::move(lines);
  command.request.period = {mesocentre_.runtime().Now(), Day(2026, 9, 1)};
  Expect(std::move(command));
}

void Week::Populate(const std::string& project) {
  Create(project);
  for (const char* site : kSites) {
    Ask(project, {{"cpu", Amount(kHour * (8'000 + Pick(random_, 8'000))), {}, {site}, false},
                  {"gpu-a100", Amount(kHour * (200 + Pick(random_, 400))), {}, {site}, false}});
  }
}

void Week::PopulateAtTwoSites() {
  Create(kAtTwoSites);
  const std::vector<std::string> sites = {kOther, kSilent};
  const Amount cores(kHour * (20'000 + Pick(random_, 10'000)));
  const Amount gpus(kHour * (3'000 + Pick(random_, 1'000)));
  const Amount there(gpus.count() / 3);
  Ask(kAtTwoSites,
      {{"cpu", cores, {}, sites, false, {}, /*any_of=*/true},
       {"gpu-a100", gpus, {}, sites, false, {{kOther, there}, {kSilent, gpus - there}}}});
}

void Week::MoveFromTheSilentSite() {
  MoveCeiling move{0, kSilent, kOther, Amount(), "it is silent"};
  mesocentre_.engine().Read([&move](const Ledger& ledger) {
    for (const int64_t number : ledger.FindProject(kAtTwoSites)->grants) {
      const GrantEntry& entry = *ledger.FindGrant(number);
      if (entry.grant.resource != "gpu-a100") continue;
      move.grant = number;
      move.amount = Amount((entry.grant.ceilings.at(kSilent) - entry.UsedAt(kSilent)).count() / 2);
    }
  });
  Expect(move);
}

void Week::Pass(int days) {
  for (int day = 0; day < days; ++day) {
    mesocentre_.Pass(day_);
    mesocentre_.engine().Read(
        [](const Ledger& ledger) { EXPECT_THAT(BrokenInvariants(ledger), IsEmpty()); });
  }
}

std::vector<int64_t> Week::GrantsOf(const std::string& project) {
  return mesocentre_.engine().Read(
      [&](const Ledger& ledger) { return ledger.FindProject(project)->grants; });
}

std::map<std::string, Amounts> Week::WantedCeilings() {
  return mesocentre_.engine().Read([this](const Ledger& ledger) {
    std::map<std::string, Amounts> wanted;
    for (const GrantEntry& entry : ledger.grants()) {
      const std::pair<std::string, std::string> pool(entry.grant.project, entry.grant.resource);
      if (mesocentre_.runtime().Now() >= entry.grant.period.end || entry.revoked) continue;
      for (const auto& [site, ceiling] : entry.grant.ceilings) {
        wanted[site][pool] += ceiling.count();
      }
    }
    return wanted;
  });
}

bool Week::AllIsInForce() {
  std::map<std::string, Amounts> wanted = WantedCeilings();
  const absl::Time now = mesocentre_.runtime().Now();
  return OrdersAreDone() && std::all_of(std::begin(kSites), std::end(kSites), [&](const char* id) {
           return mesocentre_.station(id).site().Ceilings(now) == wanted[id];
         });
}

bool Week::WaitUntilAllIsInForce() {
  // It asks the time, which nobody may who is asked whether a wait is over.
  for (int minutes = 0; minutes < 60 && !AllIsInForce(); ++minutes) {
    mesocentre_.runtime().WaitUntil([] { return false; }, absl::Minutes(1));
  }
  return AllIsInForce();
}

bool Week::OrdersAreDone() {
  return mesocentre_.engine().Read([](const Ledger& ledger) {
    return std::all_of(ledger.grants().begin(), ledger.grants().end(), [](const auto& entry) {
      return entry.orders.empty() && entry.lowered.empty() && entry.held == entry.grant.ceilings;
    });
  });
}

void Week::CompareWithTheAccounting() {
  Station& station = mesocentre_.station(kSilent);
  station.TellAccounting();
  Comparisons& comparisons = mesocentre_.comparisons();
  const absl::Time now = mesocentre_.runtime().Now();
  const int64_t number = comparisons.Start(kSilent, {now - 2 * day_, now}).number();
  const auto is_over = [&] {
    return comparisons.Show(kSilent, number)->state() != v1::UsageComparison::RUNNING;
  };
  EXPECT_TRUE(mesocentre_.runtime().WaitUntil(is_over, absl::Hours(1)));
  const absl::StatusOr<v1::UsageComparison> compared = comparisons.Show(kSilent, number);
  EXPECT_EQ(compared->state(), v1::UsageComparison::DONE) << compared->problem();
  EXPECT_EQ(compared->unexplained_count(), 0);
  compared_count_ = compared->job_count();
}

std::string Week::Trace() {
  std::string trace = absl::StrCat(mesocentre_.runtime().TraceHash());
  const absl::Status read = mesocentre_.store().Read(1, [&trace](const LogRow& row) {
    v1::StoredEvents events;
    EXPECT_TRUE(events.ParseFromString(row.body));
    // As text, for the bytes of a map have no order; without the key, for spools have an id at
    // random.
    trace = Sha256(
        absl::StrCat(trace, row.revision, row.actor, row.time_us, events.ShortDebugString()));
    return absl::OkStatus();
  });
  EXPECT_EQ(read, absl::OkStatus());
  return ToHex(trace);
}

std::string TraceOf(uint64_t seed, absl::Duration day) {
  const auto begin = std::chrono::steady_clock::now();
  Week week(seed, day);
  std::string trace = week.Run();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("7 times %s of seed %llu in %.1f s, trace %.8s\n", absl::FormatDuration(day).c_str(),
              static_cast<unsigned long long>(seed), taken.count(), trace.c_str());
  week.ExpectTheSameFoldAgain();
  return trace;
}

}  // namespace mesolys::simulation
