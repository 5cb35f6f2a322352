#ifndef MESOLYS_SCHEDULER_METRICS_SITE_METRICS_H_
#define MESOLYS_SCHEDULER_METRICS_SITE_METRICS_H_

// What the scheduler remembers of each site's agent, and what the sites really have. Any thread.

#include <string>
#include <vector>

#include "prometheus/collectable.h"
#include "scheduler/engine/engine.h"
#include "scheduler/service/site_sessions.h"

namespace mesolys {

class SiteMetrics : public prometheus::Collectable {
 public:
  // Both outlive it.
  SiteMetrics(const Engine& engine, const SiteSessions& sessions)
      : engine_(engine), sessions_(sessions) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  void AddAgents(std::vector<prometheus::MetricFamily>& out) const;
  // For the sites whose agents say it.
  void AddMeans(std::vector<prometheus::MetricFamily>& out) const;

  const Engine& engine_;
  const SiteSessions& sessions_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_METRICS_SITE_METRICS_H_
