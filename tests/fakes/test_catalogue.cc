#include "tests/fakes/test_catalogue.h"

#include "absl/time/civil_time.h"

namespace mesolys {
namespace {

constexpr PartsPerMillion kWhole{1'000'000};
constexpr int64_t kTerabyte = 1'000'000'000'000;

std::map<std::string, Programme> Programmes() {
  std::map<std::string, Programme> programmes;
  Programme& chair = programmes["chair"];
  chair.title = "Research chair";
  chair.dynamic = true;
  chair.calls = true;
  chair.threshold = NormalisedSeconds(20'000'000);
  chair.storage_max = Amount(5 * kTerabyte);
  chair.support_max = Amount(252'000);
  Programme& phd = programmes["phd-track"];
  phd.title = "PhD track";
  phd.dynamic = true;
  phd.threshold = NormalisedSeconds(1'000'000);
  phd.storage_max = Amount(kTerabyte);
  phd.period_days_max = 366;
  Programme& greenhouse = programmes["greenhouse"];
  greenhouse.title = "Team of students";
  greenhouse.dynamic = true;
  greenhouse.threshold = NormalisedSeconds(500'000);
  greenhouse.period_days_max = 184;
  greenhouse.team_min = 2;
  greenhouse.team_max = 3;
  greenhouse.supervisor_required = true;
  programmes["targeted-call"].title = "Targeted call";
  programmes["targeted-call"].calls = true;
  return programmes;
}

std::map<std::string, Site> SitesOfTheTest() {
  const absl::Time since = Day(2026, 1);
  std::map<std::string, Site> sites;
  Site& north = sites["north"];
  north.title = "North";
  north.clusters = {"n1", "n2"};
  north.certifications = {"iso"};
  north.pue_milli = 1350;
  north.cores_per_gpu = 8;
  north.gpu_model = "a100";
  north.capacities = {{"cpu", since, 100, kWhole},
                      {"gpu-a100", since, 4, kWhole},
                      {"storage-work", since, 10 * kTerabyte, kWhole},
                      {"support", since, 1, PartsPerMillion(200'000)}};
  Site& south = sites["south"];
  south.title = "South";
  south.clusters = {"s1"};
  south.certifications = {"iso", "hds"};
  south.cores_per_gpu = 8;
  south.gpu_model = "a100";
  south.capacities = {{"cpu", since, 50, kWhole},
                      {"gpu-a100", since, 2, kWhole},
                      {"storage-work", since, 4 * kTerabyte, kWhole}};
  Site& east = sites["east"];
  east.title = "East";
  east.clusters = {"e1"};
  east.cores_per_gpu = 4;
  east.gpu_model = "v100";
  east.gpu_jobs_pay_cpu = false;
  east.capacities = {{"cpu", since, 20, kWhole}, {"gpu-v100", since, 4, kWhole}};
  return sites;
}

}  // namespace

absl::Time Day(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}

absl::Time TestTime() { return Day(2026, 6, 15) + absl::Hours(12); }

Catalogue TestCatalogue() {
  Catalogue catalogue;
  catalogue.title = "Three sites";
  catalogue.time_zone = "UTC";
  catalogue.first_month = Month(2026, 1);
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(Day(2026, 1 + ahead));
  }
  catalogue.dynamic_reserve = PartsPerMillion(500'000);
  catalogue.institutions = {{"ens", "ENS de Lyon"}, {"lyon1", "Lyon 1"}};
  catalogue.programmes = Programmes();
  catalogue.data_classes["open"].title = "Open data";
  catalogue.data_classes["health"] = {"Health data", {"hds"}};
  catalogue.default_data_class = "open";
  catalogue.sites = SitesOfTheTest();
  const absl::Time since = Day(2026, 1);
  catalogue.rates = {{"cpu", since, PartsPerMillion(20'000)},
                     {"gpu-a100", since, PartsPerMillion(2'000'000)},
                     {"gpu-v100", since, kWhole}};
  catalogue.roles = {{"aude", {"auditor"}}, {"olga", {"operator"}}};
  return catalogue;
}

AdoptCatalogue AdoptTestCatalogue() { return {TestCatalogue(), "# three sites\n", "digest-1"}; }

Catalogue ThreeOpenSites() {
  Catalogue catalogue;
  catalogue.time_zone = "UTC";
  catalogue.first_month = Month(2026, 1);
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(
        absl::FromCivil(absl::CivilMonth(2026, 1 + ahead), absl::UTCTimeZone()));
  }
  catalogue.dynamic_reserve = PartsPerMillion(1'000'000);
  catalogue.institutions = {{"ens", "ENS de Lyon"}};
  catalogue.programmes["chair"].dynamic = true;
  catalogue.programmes["chair"].threshold = NormalisedSeconds(1'000'000'000'000'000);
  catalogue.data_classes["open"];
  catalogue.default_data_class = "open";
  for (const char* id : {"p2chpd", "pmcs2i", "psmn"}) {
    Site& site = catalogue.sites[id];
    site.clusters = {id};
    site.gpu_model = "a100";
    site.capacities = {{"cpu", Day(2026, 1), 100'000, PartsPerMillion(1'000'000)},
                       {"gpu-a100", Day(2026, 1), 10'000, PartsPerMillion(1'000'000)}};
  }
  catalogue.rates = {{"cpu", Day(2026, 1), PartsPerMillion(10'000)},
                     {"gpu-a100", Day(2026, 1), PartsPerMillion(500'000)}};
  catalogue.roles = {{"olga", {"operator"}}};
  return catalogue;
}

Project TestProject(const std::string& id, const std::string& pi, const std::string& programme) {
  return {id,     "Project " + id, "ens", programme,
          "open", /*parent=*/"",   pi,    {Day(2026, 1), Day(2028, 1)}};
}

}  // namespace mesolys
