// A week in which one site of three hears nothing and is not heard, in virtual time and over mutual
// TLS: hours are transferred, released and revoked meanwhile, and its jobs go on. What it may spend
// is said beforehand; when it is back, everything agrees.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <future>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "agent/link/grpc_scheduler_link.h"
#include "agent/loop/agent.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/facts/identity.h"
#include "scheduler/core/ledger/invariants.h"
#include "scheduler/core/rules/reduction_rules.h"
#include "scheduler/core/rules/upkeep.h"
#include "scheduler/engine/verify.h"
#include "spdlog/spdlog.h"
#include "tests/fakes/caller.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/running_scheduler.h"
#include "tests/fakes/simulated_site.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/test_ca.h"
#include "tests/fakes/test_catalogue.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::agent {
namespace {

using testing::IsEmpty;
using Amounts = SimulatedSite::Amounts;

constexpr int64_t kHour = 3600;
constexpr int kStepsPerDay = 24;
const char* const kProjects[] = {"alpha", "beta", "gamma", "delta"};
const char* const kSites[] = {"p2chpd", "pmcs2i", "psmn"};
constexpr char kCut[] = "psmn";

// The way to the scheduler, which somebody may cut.
class CuttableLink : public SchedulerLink {
 public:
  explicit CuttableLink(std::shared_ptr<grpc::Channel> channel) : link_(std::move(channel)) {}

  absl::StatusOr<v1::ReportUsageResponse> ReportUsage(const v1::ReportUsageRequest& request,
                                                      absl::Duration patience) override {
    if (is_cut) return absl::UnavailableError("cut off");
    return link_.ReportUsage(request, patience);
  }
  absl::StatusOr<v1::SynchronizeResponse> Synchronize(const v1::SynchronizeRequest& request,
                                                      absl::Duration patience) override {
    if (is_cut) return absl::UnavailableError("cut off");
    return link_.Synchronize(request, patience);
  }
  absl::StatusOr<v1::TellUsageResponse> TellUsage(const v1::TellUsageRequest& request,
                                                  absl::Duration patience) override {
    if (is_cut) return absl::UnavailableError("cut off");
    return link_.TellUsage(request, patience);
  }
  void Cancel() override { link_.Cancel(); }

  bool is_cut = false;

 private:
  GrpcSchedulerLink link_;
};

// A site with its agent, as it is wired in the program.
struct Station {
  Station(const std::string& name, uint32_t seed, std::shared_ptr<grpc::Channel> channel,
          const Clock& clock)
      : site(name, seed), link(std::move(channel)) {
    absl::StatusOr<std::unique_ptr<Spool>> opened = Spool::Open(directory.path(), 1'000'000);
    if (!opened.ok()) std::abort();
    spool = *std::move(opened);
    AgentOptions options;
    options.site = name;
    options.version = "test";
    options.seed = seed;
    agent = std::make_unique<Agent>(*spool, quarantine, std::vector<Collector*>{&site},
                                    /*reader=*/nullptr, /*job_reader=*/nullptr,
                                    /*means_collector=*/nullptr, site, link, clock, options);
  }

  SimulatedSite site;
  CuttableLink link;
  TemporaryDirectory directory;
  std::unique_ptr<Spool> spool;
  Quarantine quarantine{directory.File("quarantine.txt")};
  std::unique_ptr<Agent> agent;
};

class SilentWeekTest : public testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() {
    ca_ = new TestCa();
    spdlog::set_level(spdlog::level::off);  // a site that is cut off says so at every turn
  }
  static void TearDownTestSuite() {
    delete ca_;
    ca_ = nullptr;
  }

  SilentWeekTest()
      : clock_(Day(2026, 3, 1)), random_(TestSeed() + static_cast<uint64_t>(GetParam())) {
    RunningSchedulerOptions options;
    options.catalogue = ThreeOpenSites();
    options.patience = std::chrono::milliseconds(1);
    scheduler_ = std::make_unique<RunningScheduler>(*ca_, clock_, std::move(options));
    olga_ = std::make_unique<Caller>(scheduler_->Connect("user/olga"));
    for (const char* id : kSites) {
      stations_.push_back(std::make_unique<Station>(id, static_cast<uint32_t>(random_()),
                                                    scheduler_->Connect(absl::StrCat("site/", id)),
                                                    clock_));
    }
    for (const char* id : kProjects) Populate(id);
  }

  template <typename Request>
  auto Done(const Request& request) {
    auto answer = olga_->Call(request);
    EXPECT_EQ(answer.status(), absl::OkStatus());
    return answer.value();
  }
  std::string Key() { return absl::StrCat("key ", ++key_count_); }
  int64_t Between(int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random_);
  }

  // A project with hours for some days of the simulated jobs, spread over all sites.
  void Populate(const std::string& id) {
    v1::CreateProjectRequest project;
    project.mutable_project()->set_name(ProjectName(id));
    project.mutable_project()->set_title(id);
    project.mutable_project()->set_institution("ens");
    project.mutable_project()->set_programme("chair");
    project.mutable_project()->set_pi("paul");
    *project.mutable_project()->mutable_period() =
        ToProto(Period{Day(2026, 1, 1), Day(2026, 12, 1)});
    project.set_request_id(Key());
    Done(project);
    for (const char* site : kSites) {
      v1::CreateRequestRequest request;
      request.set_project(ProjectName(id));
      for (const auto& [resource, hours] :
           {std::pair<const char*, int64_t>{"cpu", Between(8'000, 25'000)},
            std::pair<const char*, int64_t>{"gpu-a100", Between(200, 600)}}) {
        v1::RequestLine& line = *request.mutable_request()->add_lines();
        line.set_resource(resource);
        line.set_amount_base_units(hours * kHour);
        line.add_sites(site);
        if (site == kSites[0]) line.add_sites(kCut);  // and one at two sites
      }
      *request.mutable_request()->mutable_period() = ToProto(Period{clock_.Now(), Day(2026, 9, 1)});
      request.set_request_id(Key());
      const v1::Request answer = Done(request);
      ASSERT_EQ(answer.state(), v1::Request::GRANTED);
    }
  }

  // What the scheduler does once a minute, here once a step.
  void Upkeep() {
    const absl::Time now = clock_.Now();
    std::vector<Command> due =
        scheduler_->engine().Read([&](const Ledger& ledger) { return DueUpkeep(ledger, now); });
    for (Command& command : due) {
      auto done = std::make_shared<std::promise<void>>();
      scheduler_->engine().Submit({kSchedulerIdentity, Key(), std::move(command),
                                   /*validate_only=*/false,
                                   [done](const absl::StatusOr<Answer>&) { done->set_value(); }});
      done->get_future().wait();
    }
  }

  // One hour: jobs end and start, and the loops of the agents take turns.
  void Step() {
    clock_.Advance(absl::Seconds(kHour));
    Upkeep();
    for (const auto& station : stations_) {
      station->site.Advance(clock_.Now());
      station->agent->ReportOnce();
      for (int turns = static_cast<int>(Between(1, 3)); turns > 0; --turns) {
        station->agent->SynchronizeOnce(absl::Seconds(1));
        if (Between(0, 1) == 0) station->agent->ReportOnce();
      }
    }
    ExpectWithinTheGrants();
  }

  void Days(int days) {
    for (int step = 0; step < days * kStepsPerDay && !HasFailure(); ++step) Step();
  }

  Station& StationOf(const std::string& site) {
    return **std::find_if(stations_.begin(), stations_.end(),
                          [&](const auto& station) { return station->site.id() == site; });
  }

  // The invariants of the ledger, and of the world behind it: whatever is ordered and whoever is
  // silent, all sites together never take more than is granted.
  void ExpectWithinTheGrants() {
    Amounts granted;
    scheduler_->engine().Read([&](const Ledger& ledger) {
      EXPECT_THAT(BrokenInvariants(ledger), IsEmpty());
      for (const GrantEntry& entry : ledger.grants()) {
        granted[{entry.grant.project, entry.grant.resource}] += entry.grant.amount.count();
      }
    });
    Amounts taken;
    for (const auto& station : stations_) {
      for (const Amounts& sums :
           {station->site.Spent(clock_.Now()), station->site.Committed(clock_.Now())}) {
        for (const auto& [pool, amount] : sums) taken[pool] += amount;
      }
    }
    for (const auto& [pool, amount] : taken) {
      EXPECT_LE(amount, granted[pool]) << pool.first << " " << pool.second;
    }
  }

  // What `mesolys site show` prints: by resource, what the site may spend unseen.
  std::map<std::string, v1::SiteExposure> ExposuresOf(const std::string& site) {
    v1::GetSiteRequest request;
    request.set_name(SiteName(site));
    std::map<std::string, v1::SiteExposure> exposures;
    const v1::Site shown = Done(request);
    for (const v1::SiteExposure& exposure : shown.exposures()) {
      exposures[exposure.resource()] = exposure;
    }
    return exposures;
  }

  // Grants of a project that the silent site holds something of, as the ledger has them.
  std::vector<GrantEntry> GrantsAtTheCut(const std::string& project) {
    return scheduler_->engine().Read([&](const Ledger& ledger) {
      std::vector<GrantEntry> found;
      for (int64_t number : ledger.FindProject(project)->grants) {
        const GrantEntry* entry = ledger.FindGrant(number);
        if (entry->held.contains(kCut) && !entry->revoked) found.push_back(*entry);
      }
      return found;
    });
  }

  // Most of what is left of each, where anything is: no site can keep what it holds.
  void OrderReductions() {
    for (const GrantEntry& entry : GrantsAtTheCut("alpha")) {
      if (UnclaimedOf(entry) == Amount()) continue;
      Submit(TransferHours{entry.grant.number, Amount(Most(entry)), 0, "beta", "for the thesis"});
    }
    for (const GrantEntry& entry : GrantsAtTheCut("gamma")) {
      if (UnclaimedOf(entry) == Amount()) continue;
      Submit(ReleaseHours{entry.grant.number, Amount(Most(entry)), "not needed"});
    }
    for (const GrantEntry& entry : GrantsAtTheCut("delta")) {
      Submit(RevokeGrant{entry.grant.number, "the chair is closed"});
    }
  }

  int64_t Most(const GrantEntry& entry) {
    return std::max<int64_t>(1, UnclaimedOf(entry).count() * Between(60, 95) / 100);
  }

  void Submit(Command command) {
    auto done = std::make_shared<std::promise<absl::Status>>();
    scheduler_->engine().Submit(
        {"spiffe://mesolys/user/olga", Key(), std::move(command), /*validate_only=*/false,
         [done](const absl::StatusOr<Answer>& answer) { done->set_value(answer.status()); }});
    EXPECT_EQ(done->get_future().get(), absl::OkStatus());
  }

  // What the ledger knows to be used or committed at the silent site, by resource.
  Amounts KnownAtTheCut() {
    return scheduler_->engine().Read([&](const Ledger& ledger) {
      Amounts known;
      for (const GrantEntry& entry : ledger.grants()) {
        known[{"", entry.grant.resource}] += entry.UsedAt(kCut).count();
      }
      return known;
    });
  }

  // What its jobs really took there, and may still take.
  Amounts TakenAtTheCut() {
    Amounts taken;
    const SimulatedSite& site = StationOf(kCut).site;
    for (const Amounts& sums : {site.Spent(clock_.Now()), site.Committed(clock_.Now())}) {
      for (const auto& [pool, amount] : sums) taken[{"", pool.second}] += amount;
    }
    return taken;
  }

  void ExpectWithinWhatWasSaid(const std::map<std::string, v1::SiteExposure>& said,
                               const Amounts& known) {
    Amounts taken = TakenAtTheCut();
    for (const auto& [resource, exposure] : said) {
      const std::pair<std::string, std::string> key("", resource);
      EXPECT_LE(taken[key] - known.at(key), exposure.spendable_base_units()) << resource;
    }
  }

  // Orders are done, ceilings confirmed and in force, and every balance is the sum of the jobs.
  void ExpectAgreement() {
    for (const auto& station : stations_) EXPECT_EQ(station->site.running_count(), 0);
    std::map<std::string, Amounts> wanted;
    scheduler_->engine().Read([&](const Ledger& ledger) {
      for (const GrantEntry& entry : ledger.grants()) {
        EXPECT_THAT(entry.orders, IsEmpty()) << entry.grant.number;
        EXPECT_THAT(entry.lowered, IsEmpty()) << entry.grant.number;
        EXPECT_EQ(entry.held, entry.grant.ceilings) << entry.grant.number;
        if (clock_.Now() >= entry.grant.period.end) continue;
        for (const auto& [site, ceiling] : entry.grant.ceilings) {
          wanted[site][{entry.grant.project, entry.grant.resource}] += ceiling.count();
        }
      }
    });
    std::map<std::string, Amounts> settled;
    for (const char* project : kProjects) {
      v1::GetBalanceRequest request;
      request.set_project(ProjectName(project));
      const v1::Balance balance = Done(request);
      for (const v1::BalanceLine& line : balance.lines()) {
        EXPECT_EQ(line.in_flight_base_units() + line.committed_base_units(), 0);
        for (const v1::SiteShare& share : line.sites()) {
          settled[share.site()][{project, line.resource()}] += share.settled_base_units();
        }
      }
    }
    for (const auto& station : stations_) {
      const std::string& name = station->site.id();
      EXPECT_EQ(station->site.Ceilings(clock_.Now()), wanted[name]) << name;
      for (const auto& [pool, amount] : station->site.Spent(clock_.Now())) {
        EXPECT_EQ(settled[name][pool], amount) << name << " " << pool.first << " " << pool.second;
      }
      EXPECT_GT(station->site.job_count(), 50) << name;
    }
    const absl::StatusOr<VerifyReport> report = Verify(scheduler_->store());
    EXPECT_EQ(report.status(), absl::OkStatus());
  }

  static TestCa* ca_;
  ManualClock clock_;
  std::mt19937_64 random_;
  std::unique_ptr<RunningScheduler> scheduler_;
  std::unique_ptr<Caller> olga_;
  std::vector<std::unique_ptr<Station>> stations_;
  int key_count_ = 0;
};

TestCa* SilentWeekTest::ca_ = nullptr;

TEST_P(SilentWeekTest, SpendsNoMoreThanWasSaidAndAgreesWithEverythingAfterwards) {
  Days(1);
  Station& silent = StationOf(kCut);
  silent.link.is_cut = true;
  const std::map<std::string, v1::SiteExposure> said = ExposuresOf(kCut);
  const Amounts known = KnownAtTheCut();
  OrderReductions();
  for (int day = 0; day < 7; ++day) {
    Days(1);
    ExpectWithinWhatWasSaid(said, known);
    EXPECT_GT(ExposuresOf(kCut).at("cpu").awaited_base_units(), 0);
  }
  const Amounts taken = TakenAtTheCut();
  for (const auto& [resource, exposure] : said) {
    const int64_t unseen = taken.at({"", resource}) - known.at({"", resource});
    std::printf("%s might spend %lld of %s unseen, and did %lld\n", kCut,
                static_cast<long long>(exposure.spendable_base_units()), resource.c_str(),
                static_cast<long long>(unseen));
    // Else the bound would be no bound of anything. Few jobs hold GPUs.
    EXPECT_GT(unseen, exposure.spendable_base_units() / (resource == "cpu" ? 4 : 10)) << resource;
  }

  silent.link.is_cut = false;
  Days(2);
  for (const auto& station : stations_) station->site.Close();
  Days(2);
  ExpectAgreement();
}

// Each with a seed of its own, so many after the one that is printed.
INSTANTIATE_TEST_SUITE_P(Seeds, SilentWeekTest, testing::Range(0, 4));

}  // namespace
}  // namespace mesolys::agent
