#include "agent/command/run.h"

#include <memory>
#include <string>
#include <utility>

#include "agent/loop/agent_metrics.h"
#include "proto/metrics/metrics_server.h"
#include "proto/runtime/thread_runtime.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

// Nothing where none are wanted, or can be had: grants and records do not wait for who looks on.
std::unique_ptr<MetricsServer> StartMetrics(const AgentConfig& config, Site& site) {
  if (config.metrics_listen.empty()) return nullptr;
  const AgentMetricsOptions options = {config.site, site.version, config.tls.certificate,
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

}  // namespace

ExitCode RunUntilSignal(const AgentConfig& config, Site& site, const StopSignals& signals) {
  const std::unique_ptr<MetricsServer> metrics = StartMetrics(config, site);
  ThreadRuntime runtime;
  site.agent->Start(runtime);
  signals.Wait();
  site.agent->Stop();
  return ExitCode::kDone;
}

}  // namespace mesolys::agent
