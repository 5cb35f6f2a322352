#include "scheduler/metrics/metrics.h"

#include <utility>
#include <vector>

#include "prometheus/registry.h"
#include "proto/metrics/families.h"
#include "scheduler/metrics/ledger_metrics.h"
#include "scheduler/metrics/project_metrics.h"
#include "scheduler/metrics/site_metrics.h"

namespace mesolys {
namespace {

// The program itself and the machine under it.
class ProcessMetrics : public prometheus::Collectable {
 public:
  explicit ProcessMetrics(MetricsOptions options) : options_(std::move(options)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> out;
    out.push_back(Gauge("build_info", "The version that runs; always 1.",
                        {{"version", options_.version}}, 1));
    AddMachine("", {}, options_.certificate, options_.folder, out);
    return out;
  }

 private:
  const MetricsOptions options_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> ServeMetrics(const MetricsOptions& options,
                                                            const Engine& engine,
                                                            const SiteSessions& sessions,
                                                            const Instruments& instruments) {
  std::vector<MetricsPage> pages;
  pages.push_back(
      {"/metrics",
       {std::make_shared<ProcessMetrics>(options), std::make_shared<LedgerMetrics>(engine),
        std::make_shared<SiteMetrics>(engine, sessions), instruments.collectable()}});
  // Where it is not wanted an empty page, else the HTTP server would show the one above it.
  std::shared_ptr<prometheus::Collectable> projects = std::make_shared<prometheus::Registry>();
  if (options.of_projects) projects = std::make_shared<ProjectMetrics>(engine);
  pages.push_back({"/metrics/projects", {std::move(projects)}});
  return MetricsServer::Serve(options.listen, "127.0.0.1:9464", std::move(pages));
}

}  // namespace mesolys
