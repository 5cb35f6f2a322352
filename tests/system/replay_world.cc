#include "tests/system/replay_world.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/store/job_codec.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/system/recording.h"

namespace mesolys::agent {
namespace {

constexpr int kTicksMax = 10'000;
constexpr int64_t kPlenty = 500'000'000;

template <typename T>
T Require(absl::StatusOr<T> answer, const char* what) {
  if (!answer.ok()) {
    std::fprintf(stderr, "ReplayWorld: %s: %s\n", what, answer.status().ToString().c_str());
    std::abort();
  }
  return *std::move(answer);
}

absl::Time Midnight(int year, int month) {
  return absl::FromCivil(absl::CivilMonth(year, month), absl::UTCTimeZone());
}

RunningSchedulerOptions Options(const std::string& database) {
  RunningSchedulerOptions options;
  options.database = database;
  Catalogue& catalogue = options.catalogue;
  catalogue.time_zone = "UTC";
  catalogue.first_month = Month(2026, 1);
  for (int ahead = 0; ahead <= 24; ++ahead) {
    catalogue.month_starts.push_back(Midnight(2026, 1 + ahead));
  }
  catalogue.dynamic_reserve = PartsPerMillion(1'000'000);
  catalogue.institutions = {{"ens", "ENS de Lyon"}};
  catalogue.programmes["chair"].dynamic = true;
  catalogue.programmes["chair"].threshold = NormalisedSeconds(1'000'000'000'000'000);
  catalogue.data_classes["open"];
  catalogue.default_data_class = "open";
  Site& site = catalogue.sites["psmn"];
  site.clusters = {"phillips"};
  site.gpu_model = "p100";
  site.capacities = {{"cpu", Midnight(2026, 1), 100'000, PartsPerMillion(1'000'000)},
                     {"gpu-p100", Midnight(2026, 1), 100'000, PartsPerMillion(1'000'000)}};
  catalogue.rates = {{"cpu", Midnight(2026, 1), PartsPerMillion(10'000)},
                     {"gpu-p100", Midnight(2026, 1), PartsPerMillion(500'000)}};
  catalogue.roles = {{"olga", {"operator"}}};
  return options;
}

}  // namespace

absl::Time ReplayTime() {
  return absl::FromCivil(absl::CivilDay(2026, 11, 15), absl::UTCTimeZone());
}

absl::Time Shifted(absl::string_view recorded) {
  return absl::FromUnixSeconds(RecordedSecond(recorded)) + kShift;
}

ReplayWorld::ReplayWorld(TestCa& ca, const std::string& database, absl::Time begin)
    : clock_(begin),
      scheduler_(ca, clock_, Options(database)),
      olga_(scheduler_.Connect("user/olga")) {}

void ReplayWorld::CreateProject(const std::string& id) {
  v1::CreateProjectRequest request;
  v1::Project& project = *request.mutable_project();
  project.set_name(ProjectName(id));
  project.set_title("Of the recording");
  project.set_institution("ens");
  project.set_programme("chair");
  project.set_pi("paul");
  *project.mutable_period() = ToProto(Period{Midnight(2026, 1), Midnight(2028, 1)});
  request.set_request_id(absl::StrCat("key ", ++key_count_));
  Require(olga_.Call(request), "CreateProject");
}

void ReplayWorld::Link(const std::string& project, const std::string& account) {
  v1::LinkAccountRequest request;
  request.set_project(ProjectName(project));
  request.mutable_link()->set_cluster("phillips");
  request.mutable_link()->set_account(account);
  request.set_request_id(absl::StrCat("key ", ++key_count_));
  Require(olga_.Call(request), "LinkAccount");
}

GrantNumbers ReplayWorld::Grant(const std::string& project, const Period& period) {
  v1::CreateRequestRequest request;
  request.set_project(ProjectName(project));
  for (const char* resource : {"cpu", "gpu-p100"}) {
    v1::RequestLine& line = *request.mutable_request()->add_lines();
    line.set_resource(resource);
    line.set_amount_base_units(kPlenty);
    line.set_minimum_base_units(kPlenty);
  }
  *request.mutable_request()->mutable_period() = ToProto(period);
  request.set_request_id(absl::StrCat("key ", ++key_count_));
  const v1::Request answer = Require(olga_.Call(request), "CreateRequest");
  GrantNumbers numbers;
  for (const v1::Grant& grant : answer.grants()) {
    numbers[grant.resource()] = Require(ParseGrantName(grant.name()), "name").number;
  }
  if (numbers.size() != 2) std::abort();
  return numbers;
}

void ReplayWorld::CreateProjectsOfAccounts() {
  for (const char* id : {"chaff", "taifl", "aytinis"}) {
    CreateProject(id);
    Grant(id, {Midnight(2026, 10), Midnight(2027, 1)});
  }
}

ReportTick ReplayWorld::Report(Collector& collector, SchedulerLink* link,
                               int64_t spool_records_max) {
  const std::unique_ptr<GrpcSchedulerLink> straight = Connect();
  const TemporaryDirectory directory;
  const auto spool = Require(Spool::Open(directory.path(), spool_records_max), "spool");
  const Quarantine quarantine(directory.File("quarantine.txt"));
  CollectionLog collections;
  MeansLog means;
  RunningJobs running(*spool, /*reader=*/nullptr, clock_, collections);
  Reporter reporter(*spool, quarantine, {&collector}, link == nullptr ? *straight : *link, clock_,
                    collections, means, running, {"psmn", absl::Seconds(10), 0});
  const std::atomic<bool> is_stopping = false;
  ReportTick sum;
  for (int i = 0; i < kTicksMax; ++i) {
    const ReportTick tick = reporter.Tick(is_stopping);
    sum.status = tick.status;
    sum.collected_count += tick.collected_count;
    sum.skipped_count += tick.skipped_count;
    sum.quarantined_count += tick.quarantined_count;
    sum.sent_count += tick.sent_count;
    sum.changed_count += tick.changed_count;
    sum.rejected_count += tick.rejected_count;
    if (tick.status.ok()) break;
  }
  return sum;
}

ReportTick ReplayWorld::ReportFile(const std::string& path) { return Report(*OpenReplay(path)); }

std::unique_ptr<GrpcSchedulerLink> ReplayWorld::Connect() {
  return std::make_unique<GrpcSchedulerLink>(scheduler_.Connect("site/psmn"));
}

v1::Balance ReplayWorld::Balance(const std::string& project) {
  v1::GetBalanceRequest request;
  request.set_project(ProjectName(project));
  return Require(olga_.Call(request), "GetBalance");
}

Settled ReplayWorld::Balances(const std::vector<std::string>& projects) {
  Settled settled;
  for (const std::string& project : projects) {
    const v1::Balance balance = Balance(project);
    for (const v1::BalanceLine& line : balance.lines()) {
      if (line.in_flight_base_units() != 0 || line.committed_base_units() != 0) std::abort();
      const int64_t grant =
          line.grant().empty() ? 0 : Require(ParseGrantName(line.grant()), "name").number;
      for (const v1::SiteShare& share : line.sites()) {
        if (share.settled_base_units() == 0) continue;
        settled[{project, grant, line.resource(), share.site()}] = share.settled_base_units();
      }
    }
  }
  return settled;
}

std::vector<v1::UnassignedUse> ReplayWorld::Unassigned() {
  const v1::ListUnassignedResponse answer =
      Require(olga_.Call(v1::ListUnassignedRequest()), "ListUnassigned");
  return {answer.uses().begin(), answer.uses().end()};
}

std::vector<Job> ReplayWorld::Jobs() {
  std::vector<Job> jobs;
  const absl::Status status = scheduler_.store().ReadJobs([&](const JobRow& row) {
    jobs.push_back(Require(DecodeJob(row), "job row"));
    jobs.back().record.observe_time = absl::UnixEpoch();
    return absl::OkStatus();
  });
  if (!status.ok()) std::abort();
  return jobs;
}

std::unique_ptr<Replay> OpenReplay(const std::string& path) {
  ReplayOptions options;
  options.file = path;
  options.format.columns = absl::StrSplit(kRecordingColumns, '|');
  options.format.shift = kShift;
  return Require(Replay::Open(std::move(options)), "replay");
}

}  // namespace mesolys::agent
