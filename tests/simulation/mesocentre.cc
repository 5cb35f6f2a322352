#include "tests/simulation/mesocentre.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/engine/upkeep.h"
#include "tests/fakes/test_seed.h"

namespace mesolys::simulation {
namespace {

template <typename T>
T Require(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "simulation: %s\n", value.status().ToString().c_str());
  std::abort();
}

}  // namespace

Station::Station(const std::string& name, uint64_t seed, AgentCalls& calls, VirtualRuntime& runtime)
    : runtime_(runtime),
      site_(name, static_cast<uint32_t>(seed)),
      link_(calls, runtime, name, seed + 1),
      spool_(Require(agent::Spool::Open(directory_.path(), 1'000'000))) {
  agent::AgentOptions options;
  options.site = name;
  options.version = "simulated";
  options.report_interval = absl::Minutes(5);
  options.means_interval = absl::Minutes(10);
  options.seed = seed + 2;
  means_.available_count = 64;
  agent_ = std::make_unique<agent::Agent>(
      *spool_, quarantine_, std::vector<agent::Collector*>{&site_}, &reader_,
      /*job_reader=*/nullptr, &means_, site_, link_, runtime, options);
  agent_->Start(runtime);
  auto random = std::make_shared<std::mt19937_64>(seed + 3);
  jobs_ = runtime.Start(absl::Minutes(1), [this, random] {
    site_.Advance(runtime_.Now());
    return absl::Minutes(30 + Pick(*random, 90));
  });
}

Station::~Station() { agent_->Stop(); }

Mesocentre::Mesocentre(uint64_t seed, absl::Time begin)
    : runtime_(seed, begin),
      engine_(Require(Engine::Start(store_, runtime_, runtime_))),
      upkeep_(StartUpkeep(*engine_, runtime_, absl::Minutes(1))),
      comparisons_(*engine_),
      queries_(runtime_),
      calls_(runtime_, *engine_, sessions_, comparisons_, jobs_, queries_) {
  for (const char* site : kSites) {
    seed += 1000;
    stations_[site] = std::make_unique<Station>(site, seed, calls_, runtime_);
  }
}

absl::Status Mesocentre::Do(Command command) {
  std::optional<absl::Status> status;
  engine_->Submit({"spiffe://mesolys/user/olga", absl::StrCat("command ", ++command_count_),
                   std::move(command), /*validate_only=*/false,
                   [&status](const absl::StatusOr<Answer>& answer) { status = answer.status(); }});
  runtime_.WaitUntil([&status] { return status.has_value(); }, absl::InfiniteDuration());
  return *status;
}

void Mesocentre::Pass(absl::Duration duration) {
  runtime_.WaitUntil([] { return false; }, duration);
}

}  // namespace mesolys::simulation
