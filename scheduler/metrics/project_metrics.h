#ifndef MESOLYS_SCHEDULER_METRICS_PROJECT_METRICS_H_
#define MESOLYS_SCHEDULER_METRICS_PROJECT_METRICS_H_

// Figures by project: as many series as there are projects, so they have a path of their own and
// are served where somebody wants them. They name no person. Any thread.

#include <vector>

#include "prometheus/collectable.h"
#include "scheduler/engine/engine.h"

namespace mesolys {

class ProjectMetrics : public prometheus::Collectable {
 public:
  // The engine outlives it.
  explicit ProjectMetrics(const Engine& engine) : engine_(engine) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Engine& engine_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_METRICS_PROJECT_METRICS_H_
