// How fast the agent sets limits in a real Slurm: `enforce SLURM_CONF CLUSTER PROJECTS [PRELOAD]`.
// All limits of all projects change in one tick; three TRES each. tests/bench/slurm/enforce.py
// starts a cluster, calls this, and sets the same limits with plain sacctmgr.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/slurm/change_log.h"
#include "agent/slurm/left_accounts.h"
#include "agent/slurm/slurm_commands.h"
#include "agent/slurm/slurm_enforcer.h"
#include "proto/runtime/clock.h"
#include "proto/values/names.h"
#include "tests/bench/measure.h"
#include "tests/fakes/temporary_directory.h"

namespace {

constexpr int kRuns = 3;

mesolys::agent::SiteState State(const std::string& cluster, int64_t projects, int64_t minutes,
                                absl::Time now) {
  mesolys::agent::SiteState state;
  state.generation = minutes;
  state.clusters = {cluster};
  const mesolys::Period period = {now - absl::Hours(1), now + absl::Hours(24 * 90)};
  for (int64_t i = 0; i < projects; ++i) {
    const std::string id = absl::StrCat("p", i);
    mesolys::agent::SiteAccount& account = state.accounts[id];
    account.grants[mesolys::GrantName(id, 2 * i + 1)] = {"cpu", mesolys::Amount(60 * minutes),
                                                         period};
    account.grants[mesolys::GrantName(id, 2 * i + 2)] = {"gpu-a100", mesolys::Amount(60 * minutes),
                                                         period};
  }
  return state;
}

// Seconds of one tick that makes so many changes; ends the process when they are not in force.
double Tick(mesolys::agent::SlurmEnforcer& enforcer, const mesolys::agent::SiteState& state,
            absl::Time now, int64_t* changes) {
  const auto begin = std::chrono::steady_clock::now();
  const mesolys::agent::InForce in_force =
      enforcer.PutInForce(state, mesolys::agent::SiteUse(), {1'000'000, false}, now);
  const double seconds = mesolys::bench::SecondsSince(begin);
  if (!in_force.status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(in_force.status.message()).c_str());
    std::exit(1);
  }
  *changes = in_force.change_count;
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  int64_t projects = 0;
  if (argc < 4 || argc > 5 || !absl::SimpleAtoi(argv[3], &projects)) {
    std::fprintf(stderr, "usage: enforce SLURM_CONF CLUSTER PROJECTS [PRELOAD]\n");
    return 2;
  }
  mesolys::agent::SlurmCommandOptions commands;
  commands.slurm_conf = argv[1];
  if (argc == 5) commands.preload = argv[4];
  commands.deadline = absl::Minutes(30);
  mesolys::agent::SlurmCommands control(commands);
  mesolys::TemporaryDirectory folder;
  mesolys::agent::ChangeLog log(folder.path() + "/changes.log");
  mesolys::agent::SlurmEnforcerOptions options;
  options.clusters = {argv[2]};
  mesolys::agent::LeftAccounts left(folder.path() + "/left-accounts");
  mesolys::agent::SlurmEnforcer enforcer(options, control, log, left);
  const absl::Time now = mesolys::SystemClock().Now();
  int64_t changes = 0;
  double seconds = Tick(enforcer, State(argv[2], projects, 1000, now), now, &changes);
  std::printf("%lld projects made, limited and opened: %lld changes in %.2f s\n",
              static_cast<long long>(projects), static_cast<long long>(changes), seconds);
  std::vector<double> runs;
  for (int run = 0; run < kRuns; ++run) {
    const int64_t minutes = 2000 + run;
    runs.push_back(Tick(enforcer, State(argv[2], projects, minutes, now), now, &changes));
  }
  std::printf("all limits changed in one tick, read back: %lld changes in %.2f s (median of %d)\n",
              static_cast<long long>(changes), mesolys::bench::Median(runs), kRuns);
  seconds = Tick(enforcer, State(argv[2], projects, 2000 + kRuns - 1, now), now, &changes);
  std::printf("nothing to change: %lld changes in %.2f s\n", static_cast<long long>(changes),
              seconds);
  return 0;
}
