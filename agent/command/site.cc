#include "agent/command/site.h"

#include <iostream>
#include <random>
#include <utility>

#include "agent/replay/dry_run.h"
#include "agent/replay/replay.h"
#include "agent/slurm/sacct.h"
#include "agent/slurm/sacct_span.h"
#include "agent/slurm/slurm.h"
#include "agent/slurm/slurm_commands.h"
#include "agent/slurm/slurm_enforcer.h"
#include "agent/slurm/slurm_jobs.h"
#include "agent/slurm/slurm_means.h"
#include "agent/slurm/squeue.h"
#include "proto/runtime/channel.h"

namespace mesolys::agent {
namespace {

std::unique_ptr<SharedPartsReader> OpenSharedParts(const AgentConfig& config) {
  return std::make_unique<SharedPartsReader>(
      std::make_unique<ScontrolProgram>(config.means.scontrol));
}

std::unique_ptr<SpanReader> OpenReader(const AgentConfig& config) {
  if (!config.slurm.has_value()) return nullptr;
  return std::make_unique<SacctSpan>(std::make_unique<SacctProgram>(config.slurm->sacct),
                                     config.slurm->windows, config.state_dir,
                                     OpenSharedParts(config));
}

std::unique_ptr<JobReader> OpenJobReader(const AgentConfig& config) {
  if (!config.slurm.has_value()) return nullptr;
  return std::make_unique<SlurmJobs>(
      std::make_unique<SacctProgram>(config.slurm->sacct),
      std::make_unique<SqueueProgram>(config.squeue), config.slurm->sacct.clusters,
      config.slurm->windows.in_flight_interval, OpenSharedParts(config));
}

void OpenEnforcers(const AgentConfig& config, Site& site) {
  if (config.enforcement.has_value()) {
    site.control = std::make_unique<SlurmCommands>(config.enforcement->commands);
    site.changes = std::make_unique<ChangeLog>(config.state_dir + "/slurm_changes.log");
    site.left = std::make_unique<LeftAccounts>(config.state_dir + "/slurm_left.txt");
    site.each_enforcer.push_back(std::make_unique<SlurmEnforcer>(
        config.enforcement->options, *site.control, *site.changes, *site.left));
  } else {
    site.each_enforcer.push_back(
        std::make_unique<DryRun>(config.site, config.state_dir + "/dry_run.json", std::cout));
  }
  std::vector<Enforcer*> enforcers;
  for (const std::unique_ptr<Enforcer>& each : site.each_enforcer) enforcers.push_back(each.get());
  site.enforcers = std::make_unique<Enforcers>(std::move(enforcers));
  if (!config.submission.has_value()) return;
  site.submission =
      std::make_unique<SubmissionFiles>(*config.submission, *site.enforcers,
                                        std::make_unique<ScontrolProgram>(config.means.scontrol));
}

}  // namespace

absl::StatusOr<Collectors> OpenCollectors(const AgentConfig& config) {
  Collectors collectors;
  if (config.slurm.has_value()) {
    collectors.push_back(
        std::make_unique<Slurm>(std::make_unique<SacctProgram>(config.slurm->sacct),
                                config.slurm->windows, config.state_dir, OpenSharedParts(config)));
  }
  if (config.replay.has_value()) {
    absl::StatusOr<std::unique_ptr<Replay>> replay = Replay::Open(*config.replay);
    if (!replay.ok()) return replay.status();
    collectors.push_back(*std::move(replay));
  }
  return collectors;
}

std::unique_ptr<MeansCollector> OpenMeans(const AgentConfig& config) {
  if (!config.slurm.has_value()) return nullptr;
  return std::make_unique<SlurmMeans>(std::make_unique<ScontrolProgram>(config.means.scontrol),
                                      config.means.clusters, config.means.partitions);
}

absl::Status OpenLink(const AgentConfig& config, Site& site) {
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = ConnectTo(config.target, config.tls);
  if (!channel.ok()) return channel.status();
  site.link = std::make_unique<GrpcSchedulerLink>(*std::move(channel));
  return absl::OkStatus();
}

absl::Status OpenState(const AgentConfig& config, Site& site) {
  absl::StatusOr<std::unique_ptr<Spool>> spool =
      Spool::Open(config.state_dir, config.spool_records_max);
  if (!spool.ok()) return spool.status();
  site.spool = *std::move(spool);
  site.quarantine = std::make_unique<Quarantine>(config.state_dir + "/quarantine.txt");
  site.means_collector = OpenMeans(config);
  site.reader = OpenReader(config);
  site.job_reader = OpenJobReader(config);
  OpenEnforcers(config, site);
  std::vector<Collector*> collectors;
  for (const std::unique_ptr<Collector>& each : site.collectors) collectors.push_back(each.get());
  const AgentOptions options = {
      config.site,         site.version,           config.report_interval, config.means.interval,
      config.removals_max, std::random_device()(), config.enforce_interval};
  Enforcer& enforcer = site.submission != nullptr ? static_cast<Enforcer&>(*site.submission)
                                                  : static_cast<Enforcer&>(*site.enforcers);
  site.agent = std::make_unique<Agent>(*site.spool, *site.quarantine, collectors, site.reader.get(),
                                       site.job_reader.get(), site.means_collector.get(), enforcer,
                                       *site.link, site.clock, options);
  return absl::OkStatus();
}

}  // namespace mesolys::agent
