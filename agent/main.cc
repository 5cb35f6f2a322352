// mesolys-agent: arguments only. Exit codes are those of agent/command/exit.h.

#include <malloc.h>
#include <sys/stat.h>

#include <iostream>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/command/agent_config.h"
#include "agent/command/exit.h"
#include "agent/command/run.h"
#include "agent/command/simulate_offline.h"
#include "agent/command/site.h"
#include "agent/command/site_check.h"
#include "proto/runtime/log.h"
#include "proto/runtime/program.h"
#include "proto/runtime/tls_files.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

struct Arguments {
  bool is_once = false;
  bool is_check = false;
  bool is_simulation = false;
  std::string away;
  std::string config_file;
  bool checks_config = false;
};

ExitCode Start(const Arguments& arguments) {
  const absl::StatusOr<AgentConfig> config = LoadAgentConfig(arguments.config_file);
  if (!config.ok()) return EndWith(ExitCode::kUsage, config.status());
  std::optional<StopSignals> signals;
  if (!arguments.is_once) signals.emplace();
  ::umask(027);  // what the agent keeps names people and their jobs
  StartLog(config->log_level);
  if (arguments.is_check) return CheckSite(*config, std::cout);
  if (arguments.is_simulation) return SimulateOffline(*config, arguments.away, std::cout);
  if (absl::Status tls = CheckTlsFiles(config->tls); !tls.ok()) {
    return EndWith(ExitCode::kUsage, tls);
  }
  absl::StatusOr<Collectors> collectors = OpenCollectors(*config);
  if (!collectors.ok()) return EndWith(ExitCode::kUsage, collectors.status());
  if (arguments.checks_config) {
    std::cout << arguments.config_file << ": good" << std::endl;
    return ExitCode::kDone;
  }
  Site site;
  site.version = MESOLYS_VERSION;
  site.collectors = *std::move(collectors);
  if (absl::Status opened = OpenLink(*config, site); !opened.ok()) {
    return EndWith(ExitCode::kUsage, opened);
  }
  if (absl::Status opened = OpenState(*config, site); !opened.ok()) {
    return EndWith(ExitCode::kFailed, opened);
  }
  return arguments.is_once ? RunOnce(site) : RunUntilSignal(*config, site, *signals);
}

ExitCode Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("The agent of a site: reports what was used, puts in force what may be used.");
  app.set_version_flag("--version", std::string("mesolys-agent ") + MESOLYS_VERSION);
  app.require_subcommand(1);
  CLI::App* run = app.add_subcommand("run", "Until SIGTERM or SIGINT");
  CLI::App* once =
      app.add_subcommand("once", "One tick of both loops, with the scheduler, printed");
  CLI::App* check = app.add_subcommand(
      "check",
      "Whether the site is fit for what grants rely on: its Slurm, this machine, the way to the "
      "scheduler; changes nothing. Exit status 0: all passed, 3: warnings, 1: something failed, 2: "
      "agent.toml cannot be read");
  CLI::App* simulate = app.add_subcommand(
      "simulate-offline",
      "What the site could spend beyond its grants if the scheduler were away from now on, and if "
      "the agent itself were; changes nothing. Needs an agent that has synchronized once");
  simulate->add_option("DURATION", arguments.away, "For so long: 90m, 12h or 7d")->required();
  for (CLI::App* command : {run, once, check, simulate}) {
    command->add_option("--config", arguments.config_file, "agent.toml")->required();
    if (command == check || command == simulate) continue;
    command->add_flag("--check-config", arguments.checks_config,
                      "Check the configuration and the files it names, do nothing");
  }
  if (argc > 1 && argv[1][0] != '-' &&
      app.get_subcommands([&](CLI::App* each) { return each->check_name(argv[1]); }).empty()) {
    return EndWith(ExitCode::kUsage,
                   absl::InvalidArgumentError(absl::StrCat(
                       Quoted(argv[1]), " is no command; there are ",
                       absl::StrJoin({"run", "once", "check", "simulate-offline"}, ", "))));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::kDone : ExitCode::kUsage;
  }
  arguments.is_once = once->parsed();
  arguments.is_check = check->parsed();
  arguments.is_simulation = simulate->parsed();
  return Start(arguments);
}

}  // namespace
}  // namespace mesolys::agent

int main(int argc, char** argv) {
  // Next to the jobs of a site the agent is to be small. A heap for each thread, and thresholds
  // that grow by themselves, would keep what a batch of records took.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 1 << 16);
  mallopt(M_TRIM_THRESHOLD, 1 << 16);
#ifdef NDEBUG
  mesolys::TrustLockOrder();
#endif
  return static_cast<int>(mesolys::agent::Main(argc, argv));
}
