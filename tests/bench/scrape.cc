// What a scrape of the metrics takes with 10,000 projects of three grants each: over HTTP, beside a
// page of as many constant series; and how long it keeps everybody else from the ledger.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "proto/values/period.h"
#include "scheduler/core/ledger/invariants.h"
#include "scheduler/metrics/figures.h"
#include "scheduler/metrics/metrics.h"
#include "tests/bench/bench_world.h"
#include "tests/bench/measure.h"
#include "tests/fakes/http_get.h"

namespace {

constexpr int kManyProjects = 10'000;
constexpr int kGrantsEach = 3;
constexpr int kRuns = 21;

// One more grant of the first project.
mesolys::SubmitRequest OneHour() {
  const absl::Time today = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  mesolys::SubmitRequest request;
  request.request.project = "many-0";
  request.request.period = {today, today + absl::Hours(24 * 300)};
  request.request.justification = "bench";
  mesolys::RequestLine line;
  line.resource = "cpu";
  line.amount = mesolys::Amount(3600);
  request.request.lines = {line};
  return request;
}

// Commands one after the other; the last answer is waited for.
class Office {
 public:
  explicit Office(mesolys::Engine& engine) : engine_(engine) {}

  void Give(mesolys::Command command) {
    ++sent_;
    engine_.Submit({"spiffe://mesolys/user/olga", absl::StrCat("office-", sent_),
                    std::move(command), /*validate_only=*/false,
                    [](const absl::StatusOr<mesolys::Answer>& answer) {
                      if (answer.ok()) return;
                      std::fprintf(stderr, "%s\n", std::string(answer.status().message()).c_str());
                      std::exit(1);
                    }});
  }

 private:
  mesolys::Engine& engine_;
  int64_t sent_ = 0;
};

size_t SeriesOf(const std::string& page) {
  size_t count = 0;
  for (absl::string_view line : absl::StrSplit(page, '\n', absl::SkipEmpty())) {
    if (line.front() != '#') ++count;
  }
  return count;
}

// As many gauges as the page has series, with labels of the usual length.
std::shared_ptr<prometheus::Registry> Constant(size_t series_count) {
  auto registry = std::make_shared<prometheus::Registry>();
  auto& family = prometheus::BuildGauge().Name("constant").Help("floor").Register(*registry);
  for (size_t i = 0; i < series_count; ++i) {
    family.Add({{"site", "p2chpd"}, {"resource", absl::StrCat("gpu-", i)}}).Set(1e9);
  }
  return registry;
}

void PrintScrapes(mesolys::bench::BenchWorld& world, Office& office) {
  mesolys::Engine& engine = world.scheduler().engine();
  const mesolys::Instruments instruments;
  mesolys::MetricsOptions options;
  options.listen = "127.0.0.1:0";
  options.of_projects = true;
  options.version = "bench";
  options.certificate = world.ca().Files("service/scheduler").certificate;
  options.folder = world.folder();
  const auto served =
      mesolys::ServeMetrics(options, engine, world.scheduler().sessions(), instruments);
  if (!served.ok()) std::exit(1);
  const std::string page = mesolys::HttpGet((*served)->port(), "/metrics");
  const size_t series_count = SeriesOf(page);
  const auto floor =
      mesolys::MetricsServer::Serve("127.0.0.1:0", "", {{"/metrics", {Constant(series_count)}}});
  if (!floor.ok()) std::exit(1);
  const auto get = [](int port, const std::string& path) {
    return 1e3 * mesolys::bench::MedianOf(kRuns, [&] {
             const auto start = std::chrono::steady_clock::now();
             if (mesolys::HttpGet(port, path).empty()) std::exit(1);
             return mesolys::bench::SecondsSince(start);
           });
  };
  std::printf("series on /metrics %40zu, %zu bytes\n", series_count, page.size());
  std::printf("GET /metrics, ledger as before %28.2f ms\n", get((*served)->port(), "/metrics"));
  const double changed = 1e3 * mesolys::bench::MedianOf(kRuns, [&] {
                           const int64_t before = engine.head().revision;
                           office.Give(OneHour());
                           while (engine.head().revision == before)
                             absl::SleepFor(absl::Milliseconds(1));
                           const auto start = std::chrono::steady_clock::now();
                           if (mesolys::HttpGet((*served)->port(), "/metrics").empty())
                             std::exit(1);
                           return mesolys::bench::SecondsSince(start);
                         });
  std::printf("GET /metrics, ledger changed %30.2f ms\n", changed);
  std::printf("GET of as many constant series %28.2f ms\n", get((*floor)->port(), "/metrics"));
  const std::string projects = mesolys::HttpGet((*served)->port(), "/metrics/projects");
  std::printf("series on /metrics/projects %31zu\n", SeriesOf(projects));
  std::printf("GET /metrics/projects %37.2f ms\n", get((*served)->port(), "/metrics/projects"));
}

}  // namespace

int main() {
  mesolys::bench::BenchWorld world;
  mesolys::Engine& engine = world.scheduler().engine();
  const absl::Time today = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  Office office(engine);
  for (int i = 0; i < kManyProjects; ++i) {
    mesolys::CreateProject project;
    project.project.id = absl::StrCat("many-", i);
    project.project.title = "bench";
    project.project.institution = "lyon1";
    project.project.programme = "chair";
    project.project.pi = absl::StrCat("pi", i);
    project.project.period = {today - absl::Hours(24 * 200), today + absl::Hours(24 * 400)};
    const std::string id = project.project.id;
    office.Give(std::move(project));
    for (int n = 0; n < kGrantsEach; ++n) {
      mesolys::SubmitRequest request;
      request.request.project = id;
      request.request.period = {today, today + absl::Hours(24 * 300)};
      request.request.justification = "bench";
      mesolys::RequestLine line;
      line.resource = n == 2 ? "gpu-a100" : "cpu";
      line.amount = mesolys::Amount(36'000);
      request.request.lines = {line};
      office.Give(std::move(request));
    }
  }
  const auto grants = [&] {
    return engine.Read([](const mesolys::Ledger& ledger) { return ledger.grants().size(); });
  };
  while (grants() < size_t{kManyProjects} * kGrantsEach) absl::SleepFor(absl::Milliseconds(10));

  const auto median = [&](const std::function<void(const mesolys::Ledger&)>& look) {
    return 1e3 * mesolys::bench::MedianOf(kRuns, [&] {
             return engine.Read([&](const mesolys::Ledger& ledger) {
               const auto start = std::chrono::steady_clock::now();
               look(ledger);
               return mesolys::bench::SecondsSince(start);
             });
           });
  };
  std::printf("ledger of %zu grants\n", grants());
  PrintScrapes(world, office);
  std::printf("all invariants %47.2f ms\n", median([](const mesolys::Ledger& ledger) {
                if (!mesolys::BrokenInvariants(ledger).empty()) std::exit(1);
              }));
  std::printf("all sums %48.2f ms\n", median([&](const mesolys::Ledger& ledger) {
                mesolys::GrantSums anew;
                anew.Update(ledger, today);
                if (mesolys::FiguresOf(ledger, anew, today).pools.empty()) std::exit(1);
              }));
  return 0;
}
