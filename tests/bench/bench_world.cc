#include "tests/bench/bench_world.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "proto/runtime/convert.h"
#include "proto/runtime/program.h"
#include "proto/values/names.h"
#include "tests/bench/measure.h"

namespace mesolys::bench {
namespace {

Catalogue WideCatalogue() {
  Catalogue catalogue;
  catalogue.title = "bench";
  catalogue.time_zone = "UTC";
  catalogue.first_month = Month(2026, 1);
  for (int i = 0; i <= 120; ++i) {
    const Month month = catalogue.first_month.Plus(i);
    catalogue.month_starts.push_back(
        absl::FromCivil(absl::CivilSecond(month.year(), month.month(), 1), absl::UTCTimeZone()));
  }
  catalogue.dynamic_reserve = PartsPerMillion(1'000'000);
  catalogue.institutions["lyon1"] = "Lyon 1";
  catalogue.data_classes["open"] = {"Open", {}};
  catalogue.default_data_class = "open";
  Programme programme;
  programme.title = "Chair";
  programme.dynamic = true;
  programme.threshold = NormalisedSeconds(kAmountMax.count());
  catalogue.programmes["chair"] = programme;
  for (const char* id : {"psmn", "p2chpd", "pmcs2i"}) {
    Site site;
    site.title = id;
    site.clusters = {id};
    for (const char* resource : {"cpu", "gpu-a100"}) {
      site.capacities.push_back(
          {resource, catalogue.month_starts.front(), 10'000'000, PartsPerMillion(950'000)});
    }
    catalogue.sites[id] = site;
  }
  catalogue.rates.push_back({"cpu", catalogue.month_starts.front(), PartsPerMillion(20'000)});
  catalogue.roles["olga"] = {"operator"};
  return catalogue;
}

void CreateProjects(Engine& engine) {
  for (int i = 0; i < kProjects; ++i) {
    CreateProject command;
    command.project.id = ProjectId(i);
    command.project.title = "bench";
    command.project.institution = "lyon1";
    command.project.programme = "chair";
    command.project.pi = absl::StrCat("pi", i);
    command.project.period = {
        absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) - absl::Hours(24 * 200),
        absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) + absl::Hours(24 * 400)};
    auto done = std::make_shared<std::promise<absl::Status>>();
    engine.Submit(
        {"spiffe://mesolys/user/olga", absl::StrCat("project-", i), command, false,
         [done](const absl::StatusOr<Answer>& answer) { done->set_value(answer.status()); }});
    if (absl::Status status = done->get_future().get(); !status.ok()) {
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
      std::exit(1);
    }
  }
}

}  // namespace

BenchWorld::BenchWorld() {
  TrustLockOrder();  // as the programs do
  std::string pattern = (std::filesystem::current_path() / "bench.XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::exit(1);
  folder_ = pattern;
  Restart();
  CreateProjects(scheduler_->engine());
}

BenchWorld::~BenchWorld() {
  scheduler_.reset();
  std::filesystem::remove_all(folder_);
}

double BenchWorld::Restart() {
  scheduler_.reset();
  const auto start = std::chrono::steady_clock::now();
  RunningSchedulerOptions options;
  options.catalogue = WideCatalogue();
  options.database = database();
  scheduler_ = std::make_unique<RunningScheduler>(ca_, clock_, std::move(options));
  return SecondsSince(start);
}

std::string ProjectId(int number) { return absl::StrCat("project-", number); }

v1::CreateRequestRequest OneHour(int project) {
  static std::atomic<int64_t> key{0};
  v1::CreateRequestRequest request;
  request.set_project(ProjectName(ProjectId(project)));
  request.set_request_id(absl::StrCat("bench-", ++key));
  v1::RequestLine& line = *request.mutable_request()->add_lines();
  line.set_resource("cpu");
  line.set_amount_base_units(3600);
  const absl::Time today = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  *request.mutable_request()->mutable_period() =
      ToProto(Period{today, today + absl::Hours(24 * 90)});
  request.mutable_request()->set_justification("bench");
  return request;
}

v1::ReportUsageRequest Report(int64_t first_job_id, int count) {
  v1::ReportUsageRequest report;
  report.set_site("sites/psmn");
  report.set_request_id(absl::StrCat("report-", first_job_id));
  const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  for (int i = 0; i < count; ++i) {
    UsageRecord record;
    const int64_t id = first_job_id + i;
    record.key = {"psmn", id, now - absl::Hours(30)};
    record.account = ProjectId(static_cast<int>(id % kProjects));
    record.user = absl::StrCat("user", id % 97);
    record.partition = "gpu";
    record.qos = "normal";
    record.state = JobState::kCompleted;
    record.start_time = now - absl::Hours(29);
    record.end_time = record.start_time + absl::Seconds(600 + id % 3600);
    record.time_limit_seconds = 7200;
    record.core_count = 8;
    record.gpu_counts["a100"] = 1;
    record.memory_bytes = int64_t{32} << 30;
    record.node_count = 1;
    record.observe_time = record.end_time;
    *report.add_records() = ToProto(record);
  }
  return report;
}

}  // namespace mesolys::bench
