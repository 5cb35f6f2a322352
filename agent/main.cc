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
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "agent/agent.h"
#include "agent/agent_config.h"
#include "agent/checks/site_check.h"
#include "agent/collectors/replay.h"
#include "agent/collectors/sacct.h"
#include "agent/collectors/sacct_span.h"
#include "agent/collectors/slurm.h"
#include "agent/collectors/slurm_means.h"
#include "agent/enforcers/dry_run.h"
#include "agent/grpc_scheduler_link.h"
#include "agent/quarantine.h"
#include "agent/spool.h"
#include "proto/runtime/channel.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/log.h"
#include "proto/runtime/tls.h"
#include "proto/values/amount_text.h"

namespace mesolys {
namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kWarned = 3, kUnreachable = 6 };

struct Arguments {
  bool is_once = false;
  bool is_check = false;
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
  std::unique_ptr<SpanReader> reader;  // null when the collector has no history to read
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

absl::Status OpenState(const AgentConfig& config, Site& site) {
  absl::StatusOr<std::unique_ptr<Spool>> spool =
      Spool::Open(config.state_dir, config.spool_records_max);
  if (!spool.ok()) return spool.status();
  site.spool = *std::move(spool);
  site.quarantine = std::make_unique<Quarantine>(config.state_dir + "/quarantine.txt");
  site.enforcer =
      std::make_unique<DryRun>(config.site, config.state_dir + "/dry_run.json", std::cout);
  const AgentOptions options = {config.site,           MESOLYS_VERSION,     config.report_interval,
                                config.means.interval, config.removals_max, std::random_device()()};
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

// Signals are blocked in every thread (threads inherit it, those of gRPC too) and taken here, so
// that ending is ordinary code.
int RunUntilSignal(Site& site, const sigset_t& signals) {
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
  if (absl::Status tls = CheckTlsFiles(config->tls); !tls.ok()) return Fail(kUsage, tls);
  absl::StatusOr<std::unique_ptr<Collector>> collector = OpenCollector(*config);
  if (!collector.ok()) return Fail(kUsage, collector.status());
  if (arguments.checks_config) {
    std::cout << arguments.config_file << ": good" << std::endl;
    return kDone;
  }
  Site site;
  site.collector = *std::move(collector);
  if (config->slurm.has_value()) {
    site.means_collector =
        std::make_unique<SlurmMeans>(std::make_unique<ScontrolProgram>(config->means.scontrol),
                                     config->means.clusters, config->means.partitions);
  }
  site.reader = OpenReader(*config);
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = ConnectTo(config->target, config->tls);
  if (!channel.ok()) return Fail(kUsage, channel.status());
  site.link = std::make_unique<GrpcSchedulerLink>(*std::move(channel));
  if (absl::Status opened = OpenState(*config, site); !opened.ok()) return Fail(kFailed, opened);
  return arguments.is_once ? RunOnce(site) : RunUntilSignal(site, signals);
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("The agent of a site: reports what was used, puts in force what may be used.");
  app.set_version_flag("--version", std::string("mesolys-agent ") + MESOLYS_VERSION);
  app.require_subcommand(1);
  CLI::App* run = app.add_subcommand("run", "Until SIGTERM or SIGINT");
  CLI::App* once = app.add_subcommand("once", "One tick of both loops, printed");
  CLI::App* check = app.add_subcommand(
      "check",
      "Whether the site is fit for what grants rely on: its Slurm, this machine, the way to the "
      "scheduler; changes nothing. Exit status 0: all passed, 3: warnings, 1: something failed");
  for (CLI::App* command : {run, once, check}) {
    command->add_option("--config", arguments.config_file, "agent.toml")->required();
    if (command == check) continue;
    command->add_flag("--check-config", arguments.checks_config,
                      "Check the configuration and the files it names, do nothing");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  arguments.is_once = once->parsed();
  arguments.is_check = check->parsed();
  return Start(arguments);
}

}  // namespace
}  // namespace mesolys

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
  return mesolys::Main(argc, argv);
}
