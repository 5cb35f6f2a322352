#include "tests/client/world_facts.h"

#include <cstdlib>

#include "absl/time/civil_time.h"

namespace mesolys::client {
namespace {

constexpr PartsPerMillion kWhole{1'000'000};
constexpr int64_t kHour = 3600;
constexpr int64_t kTerabyte = 1'000'000'000'000;

UsageRecord Running(int64_t id, absl::string_view start, int64_t cores, int64_t limit_hours) {
  UsageRecord record = FinishedJob(id, start, "2026-11-21T09:00:00Z", cores);
  record.state = JobState::kRunning;
  record.time_limit_seconds = limit_hours * kHour;
  return record;
}

}  // namespace

absl::Time TimeOf(absl::string_view rfc3339) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_sec, rfc3339, &time, nullptr)) std::abort();
  return time;
}

UsageRecord FinishedJob(int64_t id, absl::string_view start, absl::string_view end, int64_t cores) {
  UsageRecord record;
  record.key = {"psmn", id, TimeOf(start) - absl::Hours(1)};
  record.account = "proj_a";
  record.user = "amartin";
  record.state = JobState::kCompleted;
  record.start_time = TimeOf(start);
  record.end_time = TimeOf(end);
  record.core_count = cores;
  record.node_count = 1;
  record.observe_time = record.end_time;
  return record;
}

Catalogue WorldCatalogue() {
  Catalogue catalogue;
  catalogue.title = "Two sites";
  catalogue.time_zone = "UTC";
  catalogue.first_month = Month(2026, 1);
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(
        absl::FromCivil(absl::CivilMonth(2026, 1 + ahead), absl::UTCTimeZone()));
  }
  catalogue.dynamic_reserve = kWhole;
  catalogue.institutions = {{"cnrs", "CNRS"}, {"ens-lyon", "ENS de Lyon"}};
  Programme& chair = catalogue.programmes["chair"];
  chair.dynamic = true;
  chair.calls = true;
  // Alice has 63,600 h of it: 50,000 are left.
  chair.threshold = NormalisedSeconds(113'600 * kHour);
  chair.storage_max = Amount(5 * kTerabyte);
  chair.support_max = Amount(70 * kHour);
  chair.bonus = PartsPerMillion(100'000);
  chair.eco = true;
  catalogue.programmes["springboard"].dynamic = true;
  catalogue.programmes["springboard"].threshold = NormalisedSeconds(10'000 * kHour);
  catalogue.data_classes["open"];
  catalogue.default_data_class = "open";
  const absl::Time since = TimeOf("2026-01-01T00:00:00Z");
  Site& psmn = catalogue.sites["psmn"];
  psmn.title = "PSMN, ENS de Lyon";
  psmn.clusters = {"psmn"};
  psmn.certifications = {"hds"};
  psmn.pue_milli = 1250;
  psmn.cores_per_gpu = 8;
  psmn.gpu_model = "a100";
  psmn.node_share = {64, 256'000'000'000, 0};
  psmn.admin_uids = {0};
  psmn.capacities = {{"cpu", since, 8192, PartsPerMillion(950'000)},
                     {"gpu-a100", since, 20, kWhole},
                     {"gpu-h100", TimeOf("2027-01-01T00:00:00Z"), 8, kWhole},
                     {"storage-scratch", since, 100 * kTerabyte, kWhole},
                     {"support", since, 1, kWhole}};
  Site& p2chpd = catalogue.sites["p2chpd"];
  p2chpd.title = "Pôle de calcul, Lyon 1";
  p2chpd.clusters = {"p2chpd"};
  p2chpd.capacities = {{"cpu", since, 500, kWhole}};
  catalogue.rates = {{"cpu", since, kWhole},
                     {"gpu-a100", since, PartsPerMillion(40'000'000)},
                     {"gpu-h100", since, PartsPerMillion(80'000'000)}};
  catalogue.roles = {{"alice", {"operator"}}};
  return catalogue;
}

std::vector<UsageRecord> WorldJobs() {
  UsageRecord suspended = FinishedJob(4001, "2026-11-19T08:00:00Z", "2026-11-20T09:00:00Z", 32);
  suspended.suspended_seconds = 1800;
  UsageRecord lost = FinishedJob(4002, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", 16);
  lost.state = JobState::kNodeFail;
  lost.gpu_counts["a100"] = 2;
  // Its GPU has no model.
  UsageRecord early = FinishedJob(4004, "2026-09-30T20:00:00Z", "2026-10-01T04:00:00Z", 1);
  early.gpu_counts[""] = 1;
  UsageRecord greedy = FinishedJob(4005, "2026-11-10T08:00:00Z", "2026-11-10T18:36:00Z", 80);
  greedy.gpu_counts["a100"] = 10;
  UsageRecord foreign = FinishedJob(4100, "2026-11-20T08:00:00Z", "2026-11-20T17:00:00Z", 10);
  foreign.account = "Old.Account";
  return {FinishedJob(4000, "2026-10-10T00:00:00Z", "2026-10-20T00:00:00Z", 80),
          suspended,
          lost,
          Running(4003, "2026-11-21T08:00:00Z", 8, 11),
          early,
          greedy,
          Running(4006, "2026-11-11T09:00:00Z", 20, 460),
          foreign};
}

}  // namespace mesolys::client
