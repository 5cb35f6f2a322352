// mesolys-agent: wiring only. Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 `check`
// found nothing worse than a warning, 6 unreachable.

#include <malloc.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "agent/command/agent_config.h"
#include "agent/command/simulate_offline.h"
#include "agent/command/site_check.h"
#include "agent/link/grpc_scheduler_link.h"
#include "agent/loop/agent.h"
#include "agent/loop/agent_metrics.h"
#include "agent/replay/dry_run.h"
#include "agent/replay/replay.h"
#include "agent/slurm/change_log.h"
#include "agent/slurm/left_accounts.h"
#include "agent/slurm/sacct.h"
#include "agent/slurm/sacct_span.h"
#include "agent/slurm/slurm.h"
#include "agent/slurm/slurm_commands.h"
#include "agent/slurm/slurm_enforcer.h"
#include "agent/slurm/slurm_means.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "proto/metrics/metrics_server.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/log.h"
#include "proto/runtime/tls_files.h"
#include "proto/values/amount_text.h"
#include "proto/values/quoted.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

constexpr absl::Duration kAwayMax = absl::Hours(24 * 366);

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kWarned = 3, kUnreachable = 6 };

struct Arguments {
  bool is_once = false;
  bool is_check = false;
  bool is_simulation = false;
  std::string away;
  std::string config_file;
  bool checks_config = false;
};

int Fail(ExitCode code, const absl::Status& status) {
  std::cerr << "mesolys-agent: " << status.message() << "\n";
  return code;
}

// Everything that an Agent refers to.
struct Site {
  SystemClock clock;
  std::unique_ptr<Spool> spool;
  std::unique_ptr<Quarantine> quarantine;
  std::unique_ptr<Collector> collector;
  std::unique_ptr<MeansCollector> means_collector;  // none where the site cannot tell
  std::unique_ptr<SpanReader> reader;     // null when the collector has no history to read
  std::unique_ptr<SlurmControl> control;  // null where limits are not set in Slurm
  std::unique_ptr<ChangeLog> changes;     // the same
  std::unique_ptr<LeftAccounts> left;     // the same
  std::unique_ptr<Enforcer> enforcer;
  std::unique_ptr<GrpcSchedulerLink> link;
  std::unique_ptr<Agent> agent;
};

absl::StatusOr<std::unique_ptr<Collector>> OpenCollector(const AgentConfig& config) {
  if (config.slurm.has_value()) {
    return std::make_unique<Slurm>(std::make_unique<SacctProgram>(config.slurm->sacct),
                                   config.slurm->windows, config.state_dir);
  }
  return Replay::Open(*config.replay);
}

std::unique_ptr<SpanReader> OpenReader(const AgentConfig& config) {
  if (!config.slurm.has_value()) return nullptr;
  return std::make_unique<SacctSpan>(std::make_unique<SacctProgram>(config.slurm->sacct),
                                     config.slurm->windows, config.state_dir);
}

void OpenEnforcer(const AgentConfig& config, Site& site) {
  if (!config.enforcement.has_value()) {
    site.enforcer =
        std::make_unique<DryRun>(config.site, config.state_dir + "/dry_run.json", std::cout);
    return;
  }
  site.control = std::make_unique<SlurmCommands>(config.enforcement->commands);
  site.changes = std::make_unique<ChangeLog>(config.state_dir + "/slurm_changes.log");
  site.left = std::make_unique<LeftAccounts>(config.state_dir + "/slurm_left.txt");
  site.enforcer = std::make_unique<SlurmEnforcer>(config.enforcement->options, *site.control,
                                                  *site.changes, *site.left);
}

absl::Status OpenState(const AgentConfig& config, Site& site) {
  absl::StatusOr<std::unique_ptr<Spool>> spool =
      Spool::Open(config.state_dir, config.spool_records_max);
  if (!spool.ok()) return spool.status();
  site.spool = *std::move(spool);
  site.quarantine = std::make_unique<Quarantine>(config.state_dir + "/quarantine.txt");
  OpenEnforcer(config, site);
  const AgentOptions options = {
      config.site,         MESOLYS_VERSION,        config.report_interval, config.means.interval,
      config.removals_max, std::random_device()(), config.enforce_interval};
  site.agent = std::make_unique<Agent>(*site.spool, *site.quarantine, *site.collector,
                                       site.reader.get(), site.means_collector.get(),
                                       *site.enforcer, *site.link, site.clock, options);
  return absl::OkStatus();
}

ExitCode CodeOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ? kUnreachable : kFailed;
}

void PrintCount(absl::string_view what, const v1::MeansCount& count) {
  std::cout << what << " " << count.available_count() << " available, " << count.down_count()
            << " down, " << count.drained_count() << " drained, " << count.maintenance_count()
            << " in maintenance, " << count.reserved_count() << " reserved";
}

void PrintMeans(const std::optional<v1::SiteMeans>& means) {
  if (!means.has_value()) return;
  for (const v1::ResourceMeans& each : means->resources()) {
    std::cout << "means: " << each.resource();
    PrintCount(":", each.units());
    PrintCount("; nodes:", each.nodes());
    std::cout << std::endl;
  }
}

int RunOnce(Site& site) {
  if (absl::Status reached = site.link->Connect(absl::Seconds(5)); !reached.ok()) {
    return Fail(kUnreachable, reached);
  }
  ReportTick report = site.agent->ReportOnce();
  std::cout << "report: collected " << report.collected_count << ", skipped "
            << report.skipped_count << " lines, quarantined " << report.quarantined_count
            << " lines, sent " << report.sent_count << " (changed " << report.changed_count
            << ", rejected " << report.rejected_count << ")" << std::endl;
  report.status.Update(site.agent->CollectMeansOnce());
  PrintMeans(site.agent->means());
  SynchronizeTick synchronize = site.agent->SynchronizeOnce(absl::Seconds(2));
  const int64_t changes = synchronize.change_count;
  if (synchronize.is_new) {
    // What was put in force is told with the next poll, and what was used of it, once all that ran
    // before has been looked at.
    report.status.Update(site.agent->ReportOnce().status);
    synchronize = site.agent->SynchronizeOnce(absl::Seconds(1));
  }
  std::cout << "synchronize: " << changes << " changes, generation "
            << synchronize.generation_wanted << " wanted, " << synchronize.generation_in_force
            << " in force" << std::endl;
  for (const AccountStanding& standing : synchronize.standings) {
    std::cout << "access: " << standing.account << " " << standing.resource << " "
              << AccessText(AccessOf(standing.remaining)) << ", " << standing.remaining.left.count()
              << " " << BaseUnit(standing.resource) << " left and "
              << standing.remaining.bonus.count() << " at low priority" << std::endl;
  }
  for (const absl::Status& status : {report.status, synchronize.status}) {
    if (!status.ok()) return Fail(CodeOf(status), status);
  }
  return kDone;
}

// Nothing where none are wanted, or can be had: grants and records do not wait for who looks on.
std::unique_ptr<MetricsServer> StartMetrics(const AgentConfig& config, Site& site) {
  if (config.metrics_listen.empty()) return nullptr;
  const AgentMetricsOptions options = {config.site, MESOLYS_VERSION, config.tls.certificate,
                                       config.state_dir, config.spool_records_max};
  auto metrics = std::make_shared<AgentMetrics>(options, *site.agent, *site.spool, site.clock);
  absl::StatusOr<std::unique_ptr<MetricsServer>> served = MetricsServer::Serve(
      config.metrics_listen, "127.0.0.1:9465", {{"/metrics", {std::move(metrics)}}});
  if (!served.ok()) {
    spdlog::error("{}; the agent goes on without", std::string(served.status().message()));
    return nullptr;
  }
  spdlog::info("metrics on http://{}/metrics (port {})", config.metrics_listen, (*served)->port());
  return *std::move(served);
}

// Signals are blocked in every thread (threads inherit it, those of gRPC too) and taken here, so
// that ending is ordinary code.
int RunUntilSignal(const AgentConfig& config, Site& site, const sigset_t& signals) {
  const std::unique_ptr<MetricsServer> metrics = StartMetrics(config, site);
  std::thread waiter([&site, &signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    site.agent->Stop();
  });
  site.agent->Run();
  waiter.join();
  return kDone;
}

AgentUser CurrentUser() {
  const passwd* entry = ::getpwuid(::geteuid());
  return {entry == nullptr ? absl::StrCat(::geteuid()) : std::string(entry->pw_name),
          ::geteuid() == 0};
}

int Check(const AgentConfig& config) {
  const auto reach = [&config]() -> absl::Status {
    absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = ConnectTo(config.target, config.tls);
    if (!channel.ok()) return channel.status();
    return GrpcSchedulerLink(*std::move(channel)).Connect(absl::Seconds(10));
  };
  switch (CheckSite(config, CurrentUser(), SystemClock().Now(), {RunCommand, reach}, std::cout)) {
    case Verdict::kPass:
      return kDone;
    case Verdict::kWarn:
      return kWarned;
    case Verdict::kFail:
      return kFailed;
  }
  return kFailed;
}

std::unique_ptr<MeansCollector> OpenMeans(const AgentConfig& config) {
  if (!config.slurm.has_value()) return nullptr;
  return std::make_unique<SlurmMeans>(std::make_unique<ScontrolProgram>(config.means.scontrol),
                                      config.means.clusters, config.means.partitions);
}

int Simulate(const AgentConfig& config, const std::string& text) {
  absl::Duration away;
  int64_t days = 0;
  if (absl::EndsWith(text, "d") && absl::SimpleAtoi(text.substr(0, text.size() - 1), &days)) {
    away = absl::Hours(24) * days;
  } else if (!absl::ParseDuration(text, &away)) {
    away = absl::ZeroDuration();
  }
  if (away <= absl::ZeroDuration() || away > kAwayMax) {
    return Fail(
        kUsage,
        absl::InvalidArgumentError(absl::StrCat(
            Quoted(text), " is not how long; write 90m, 12h or 7d, more than 0 and at most 366d")));
  }
  const std::unique_ptr<MeansCollector> means = OpenMeans(config);
  std::unique_ptr<SlurmControl> control;
  if (config.enforcement.has_value()) {
    control = std::make_unique<SlurmCommands>(config.enforcement->commands);
  }
  const absl::Status told = SimulateOffline(config, away, SystemClock().Now(),
                                            {RunCommand, control.get(), means.get()}, std::cout);
  return told.ok() ? kDone : Fail(CodeOf(told), told);
}

int Start(const Arguments& arguments) {
  const absl::StatusOr<AgentConfig> config = LoadAgentConfig(arguments.config_file);
  if (!config.ok()) return Fail(kUsage, config.status());
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (!arguments.is_once) pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::umask(027);  // what the agent keeps names people and their jobs
  StartLog(config->log_level);
  if (arguments.is_check) return Check(*config);
  if (arguments.is_simulation) return Simulate(*config, arguments.away);
  if (absl::Status tls = CheckTlsFiles(config->tls); !tls.ok()) return Fail(kUsage, tls);
  absl::StatusOr<std::unique_ptr<Collector>> collector = OpenCollector(*config);
  if (!collector.ok()) return Fail(kUsage, collector.status());
  if (arguments.checks_config) {
    std::cout << arguments.config_file << ": good" << std::endl;
    return kDone;
  }
  Site site;
  site.collector = *std::move(collector);
  site.means_collector = OpenMeans(*config);
  site.reader = OpenReader(*config);
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = ConnectTo(config->target, config->tls);
  if (!channel.ok()) return Fail(kUsage, channel.status());
  site.link = std::make_unique<GrpcSchedulerLink>(*std::move(channel));
  if (absl::Status opened = OpenState(*config, site); !opened.ok()) return Fail(kFailed, opened);
  return arguments.is_once ? RunOnce(site) : RunUntilSignal(*config, site, signals);
}

int Main(int argc, char** argv) {
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
    return Fail(kUsage, absl::InvalidArgumentError(absl::StrCat(
                            Quoted(argv[1]), " is no command; there are ",
                            absl::StrJoin({"run", "once", "check", "simulate-offline"}, ", "))));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
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
  // Debian's Abseil looks for lock cycles in release builds too: it costs time and can abort.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
  return mesolys::agent::Main(argc, argv);
}
