// How long a scrape of the metrics keeps everybody else from the ledger, with 10,000 projects of
// three grants each: the checks of its invariants and the sums by site and resource.

#include <cstdio>
#include <cstdlib>
#include <future>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "proto/values/period.h"
#include "scheduler/core/invariants.h"
#include "scheduler/service/figures.h"
#include "tests/bench/bench_world.h"
#include "tests/bench/measure.h"

namespace {

constexpr int kManyProjects = 10'000;
constexpr int kGrantsEach = 3;
constexpr int kRuns = 21;

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
  std::printf("all invariants %47.2f ms\n", median([](const mesolys::Ledger& ledger) {
                if (!mesolys::BrokenInvariants(ledger).empty()) std::exit(1);
              }));
  std::printf("sums by site and resource %36.2f ms\n", median([&](const mesolys::Ledger& ledger) {
                if (mesolys::PoolsOf(ledger, today).empty()) std::exit(1);
              }));
  return 0;
}
