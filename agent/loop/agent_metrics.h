#ifndef MESOLYS_AGENT_LOOP_AGENT_METRICS_H_
#define MESOLYS_AGENT_LOOP_AGENT_METRICS_H_

// What an agent serves to Prometheus: its loops, its spool, its certificate and its disk; never a
// project, a user or a job. Any thread.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "agent/loop/agent.h"
#include "agent/ports/submission_counts.h"
#include "agent/state/spool.h"
#include "prometheus/collectable.h"
#include "proto/runtime/clock.h"

namespace mesolys::agent {

struct AgentMetricsOptions {
  std::string site;
  std::string version;
  std::string certificate;  // PEM file that it shows
  std::string state_dir;
  int64_t spool_records_max = 0;
  // Where jobs are judged as they are submitted. Any thread.
  std::function<SubmissionCounts()> submission{};
};

class AgentMetrics : public prometheus::Collectable {
 public:
  // What is given outlives it.
  AgentMetrics(AgentMetricsOptions options, const Agent& agent, Spool& spool, const Clock& clock)
      : options_(std::move(options)), agent_(agent), spool_(spool), clock_(clock) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  void AddLoops(std::vector<prometheus::MetricFamily>& out) const;
  void AddSpool(std::vector<prometheus::MetricFamily>& out) const;
  void AddSubmission(std::vector<prometheus::MetricFamily>& out) const;

  const AgentMetricsOptions options_;
  const Agent& agent_;
  Spool& spool_;
  const Clock& clock_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_AGENT_METRICS_H_
