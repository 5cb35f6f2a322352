#include "tests/scheduler/service/service_world.h"

#include "absl/time/civil_time.h"

namespace mesolys {
namespace {

constexpr PartsPerMillion kWhole{1'000'000};

absl::Time Midnight(int year, int month) {
  return absl::FromCivil(absl::CivilMonth(year, month), absl::UTCTimeZone());
}

}  // namespace

absl::Time WorldTime() {
  return absl::FromCivil(absl::CivilHour(2026, 6, 15, 12), absl::UTCTimeZone());
}

Catalogue WorldCatalogue() {
  Catalogue catalogue;
  catalogue.title = "Three clusters at two sites";
  catalogue.time_zone = "UTC";
  catalogue.first_month = Month(2026, 1);
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(Midnight(2026, 1 + ahead));
  }
  catalogue.dynamic_reserve = PartsPerMillion(500'000);
  catalogue.institutions = {{"ens", "ENS de Lyon"}, {"lyon1", "Lyon 1"}};
  Programme& chair = catalogue.programmes["chair"];
  chair.dynamic = true;
  chair.calls = true;
  chair.grace_days = 30;
  chair.threshold = NormalisedSeconds(1'000'000'000'000);
  chair.storage_max = Amount(1'000'000'000'000);
  chair.eco = true;
  Programme& greenhouse = catalogue.programmes["greenhouse"];
  greenhouse = chair;
  greenhouse.supervisor_required = true;
  catalogue.programmes["targeted-call"].calls = true;
  catalogue.programmes["targeted-call"].weight = PartsPerMillion(4'000'000);
  catalogue.data_classes["open"];
  catalogue.data_classes["health"].certifications = {"hds"};
  catalogue.default_data_class = "open";
  const absl::Time since = Midnight(2026, 1);
  Site& psmn = catalogue.sites["psmn"];
  psmn.title = "PSMN";
  psmn.clusters = {"east", "west"};
  psmn.cores_per_gpu = 8;
  psmn.gpu_model = "a100";
  psmn.capacities = {{"cpu", since, 1000, kWhole},
                     {"gpu-a100", since, 20, kWhole},
                     {"storage-work", since, 1'000'000'000'000'000, kWhole}};
  Site& p2chpd = catalogue.sites["p2chpd"];
  p2chpd.title = "P2CHPD";
  p2chpd.clusters = {"north"};
  p2chpd.certifications = {"hds"};
  p2chpd.capacities = {{"cpu", since, 500, kWhole}};
  catalogue.rates = {{"cpu", since, PartsPerMillion(10'000)},
                     {"gpu-a100", since, PartsPerMillion(500'000)}};
  catalogue.roles = {{"olga", {"operator"}}, {"carl", {"committee"}}, {"alba", {"auditor"}}};
  return catalogue;
}

std::vector<Project> WorldProjects() {
  const Period period{Midnight(2026, 1), Midnight(2028, 1)};
  return {{"chair", "A chair", "ens", "chair", "open", "", "claire", period},
          {"alpha", "Its first project", "ens", "chair", "open", "chair", "paul", period},
          {"beta", "Its second project", "ens", "chair", "open", "chair", "bea", period},
          {"zeta", "Of somebody else", "lyon1", "chair", "open", "", "zoe", period}};
}

std::vector<Membership> WorldMembers() {
  return {{"chair", {"sonia", ProjectRole::kSupervisor, {}}},
          {"chair", {"rosa", ProjectRole::kResearcher, {}}},
          {"alpha", {"paul", ProjectRole::kPi, {{"psmn", "paul1"}}}},
          {"alpha", {"rita", ProjectRole::kResearcher, {{"psmn", "rita1"}}}},
          {"alpha", {"rene", ProjectRole::kResearcher, {{"psmn", "rene1"}}}},
          {"alpha", {"sven", ProjectRole::kSupervisor, {{"psmn", "sven1"}}}}};
}

Ledger WorldLedger() {
  Ledger ledger;
  int64_t revision = 0;
  ledger.Apply(CatalogueAdopted{WorldCatalogue(), "", ""}, WorldTime(), ++revision);
  for (const Project& project : WorldProjects()) {
    ledger.Apply(ProjectCreated{project}, WorldTime(), ++revision);
  }
  for (const Membership& membership : WorldMembers()) {
    ledger.Apply(MemberAdded{membership.project, membership.member}, WorldTime(), ++revision);
  }
  return ledger;
}

}  // namespace mesolys
