#ifndef MESOLYS_SCHEDULER_METRICS_METRICS_H_
#define MESOLYS_SCHEDULER_METRICS_METRICS_H_

// What the scheduler serves to Prometheus: /metrics speaks of sites, resources and programmes,
// never of a project, a user or a job; /metrics/projects, where it is wanted, of projects.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proto/metrics/metrics_server.h"
#include "scheduler/engine/engine.h"
#include "scheduler/metrics/instruments.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

struct MetricsOptions {
  std::string listen;  // host:port; port 0 for a free one
  bool of_projects = false;
  std::string version;
  std::string certificate;  // PEM file that the server shows
  std::string folder;       // of the ledger
};

// UNAVAILABLE when it cannot listen. What is given outlives it.
absl::StatusOr<std::unique_ptr<MetricsServer>> ServeMetrics(const MetricsOptions& options,
                                                            const Engine& engine,
                                                            const SiteSessions& sessions,
                                                            const Instruments& instruments);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_METRICS_METRICS_H_
