#ifndef MESOLYS_SCHEDULER_METRICS_LEDGER_METRICS_H_
#define MESOLYS_SCHEDULER_METRICS_LEDGER_METRICS_H_

// The ledger's figures by site, resource, programme and state, from the durable fold. They are
// added up anew when it has changed or a minute has passed, for time alone ends grants; the rules
// are checked once a minute at most, for that looks at everything. Any thread.

#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "prometheus/collectable.h"
#include "proto/runtime/mutex.h"
#include "scheduler/engine/engine.h"
#include "scheduler/metrics/figures.h"

namespace mesolys {

class LedgerMetrics : public prometheus::Collectable {
 public:
  // The engine outlives it.
  explicit LedgerMetrics(const Engine& engine) : engine_(engine) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  // What was added up at a revision and a time.
  struct Sums {
    int64_t revision = -1;
    absl::Time head_time;
    absl::Time time = absl::InfinitePast();
    Figures figures;
  };
  struct Check {
    int64_t revision = -1;
    absl::Time time = absl::InfinitePast();
    size_t violation_count = 0;
  };

  void AddUp(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CheckRules(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Engine& engine_;
  mutable Mutex mutex_;  // before the engine's
  mutable GrantSums grants_ ABSL_GUARDED_BY(mutex_);
  mutable Sums sums_ ABSL_GUARDED_BY(mutex_);
  mutable Check check_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_METRICS_LEDGER_METRICS_H_
