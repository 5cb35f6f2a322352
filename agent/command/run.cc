#include "agent/command/run.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "agent/loop/agent_metrics.h"
#include "agent/reconcile/access.h"
#include "proto/metrics/metrics_server.h"
#include "proto/runtime/thread_runtime.h"
#include "proto/values/amount_text.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

// Nothing where none are wanted, or can be had: grants and records do not wait for who looks on.
std::unique_ptr<MetricsServer> StartMetrics(const AgentConfig& config, Site& site) {
  if (config.metrics_listen.empty()) return nullptr;
  AgentMetricsOptions options = {config.site, site.version, config.tls.certificate,
                                 config.state_dir, config.spool_records_max};
  if (site.submission != nullptr) {
    options.submission = [&site] { return site.submission->counts(); };
  }
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

}  // namespace

ExitCode RunUntilSignal(const AgentConfig& config, Site& site, const StopSignals& signals) {
  const std::unique_ptr<MetricsServer> metrics = StartMetrics(config, site);
  ThreadRuntime runtime;
  site.agent->Start(runtime);
  signals.Wait();
  site.agent->Stop();
  return ExitCode::kDone;
}

ExitCode RunOnce(Site& site) {
  if (absl::Status reached = site.link->Connect(absl::Seconds(5)); !reached.ok()) {
    return EndWith(ExitCode::kUnreachable, reached);
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
    if (!status.ok()) return EndWith(ExitCodeOf(status), status);
  }
  return ExitCode::kDone;
}

}  // namespace mesolys::agent
