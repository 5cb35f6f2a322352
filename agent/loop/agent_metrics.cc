#include "agent/loop/agent_metrics.h"

#include <algorithm>
#include <utility>

#include "agent/loop/loop_counts.h"
#include "proto/metrics/families.h"

namespace mesolys::agent {

using prometheus::MetricFamily;

std::vector<MetricFamily> AgentMetrics::Collect() const {
  const Labels labels = {{"site", options_.site}};
  Labels build = labels;
  build.push_back({"version", options_.version});
  std::vector<MetricFamily> out;
  out.push_back(Gauge("agent_build_info", "The version that runs; always 1.", std::move(build), 1));
  AddLoops(out);
  AddSpool(out);
  AddSubmission(out);
  AddMachine("agent_", labels, options_.certificate, options_.state_dir, out);
  return out;
}

void AgentMetrics::AddLoops(std::vector<MetricFamily>& out) const {
  const LoopCounts counts = agent_.counts();
  const Labels labels = {{"site", options_.site}};
  const auto moment = [&](const char* name, const char* help, absl::Time time) {
    out.push_back(Gauge(name, help, labels, static_cast<double>(absl::ToUnixSeconds(time))));
  };
  const auto total = [&](const char* name, const char* help, int64_t count) {
    out.push_back(Counter(name, help, labels, static_cast<double>(count)));
  };
  moment("agent_collected_timestamp_seconds",
         "When a look at all that ran last came to its end; 0 for not since the start.",
         counts.collect_time);
  moment("agent_reported_timestamp_seconds",
         "When all that was kept had last been taken by the scheduler; 0 for not since the start.",
         counts.report_time);
  moment("agent_synchronized_timestamp_seconds",
         "When the site last agreed with the scheduler's answer; 0 for not since the start.",
         counts.synchronize_time);
  total("agent_collected_records_total", "Job records that the site told.", counts.collected);
  total("agent_sent_records_total", "Job records that the scheduler answered for good.",
        counts.sent);
  total("agent_rejected_records_total", "Of these, those that it refused.", counts.rejected);
  total("agent_report_failures_total", "Turns of the report loop that ended with an error.",
        counts.report_failures);
  total("agent_synchronize_failures_total", "Turns of the enforce loop that ended with an error.",
        counts.synchronize_failures);
  total("agent_changes_total", "What was changed at the site.", counts.changes);
  out.push_back(Gauge("agent_generation_wanted", "Of the desired state that is known.", labels,
                      static_cast<double>(counts.generation_wanted)));
  out.push_back(Gauge("agent_generation_in_force", "Of the desired state that was read back.",
                      labels, static_cast<double>(counts.generation_in_force)));
  MetricFamily ceilings = Gauge("agent_ceilings", "Grants, by what was read back of them.");
  for (const auto& [state, count] : {std::pair{"enforced", counts.ceilings.enforced},
                                     std::pair{"tighter", counts.ceilings.tighter},
                                     std::pair{"drifted", counts.ceilings.drifted},
                                     std::pair{"failed", counts.ceilings.failed}}) {
    Add(ceilings, {{"site", options_.site}, {"state", state}}, static_cast<double>(count));
  }
  out.push_back(std::move(ceilings));
}

void AgentMetrics::AddSpool(std::vector<MetricFamily>& out) const {
  const Labels labels = {{"site", options_.site}};
  // What cannot be read is left out; the loops say why in the log.
  if (const absl::StatusOr<SpoolLevel> level = spool_.Level(); level.ok()) {
    const absl::Time now = clock_.Now();
    const absl::Duration age =
        std::max(absl::ZeroDuration(), now - level->oldest_add_time.value_or(now));
    out.push_back(Gauge("agent_spool_records", "Records that wait for the scheduler.", labels,
                        static_cast<double>(level->record_count)));
    out.push_back(Gauge("agent_spool_age_seconds", "How long the oldest of them has waited.",
                        labels, absl::ToDoubleSeconds(age)));
    out.push_back(Gauge("agent_spool_fill_ratio", "Of the records that may wait, those that do.",
                        labels,
                        static_cast<double>(level->record_count) /
                            static_cast<double>(options_.spool_records_max)));
  }
  if (const absl::StatusOr<QuarantineMark> mark = spool_.Mark(); mark.ok()) {
    out.push_back(Counter("agent_quarantined_total", "Lines and records that were set aside, ever.",
                          labels, static_cast<double>(mark->line_count)));
  }
}

void AgentMetrics::AddSubmission(std::vector<MetricFamily>& out) const {
  if (!options_.submission) return;
  const SubmissionCounts counts = options_.submission();
  const Labels labels = {{"site", options_.site}};
  out.push_back(Gauge("agent_submission_written_timestamp_seconds",
                      "When the oldest file by which jobs are judged at submission was written; 0 "
                      "for not since the start. Ten minutes later every job passes.",
                      labels, static_cast<double>(absl::ToUnixSeconds(counts.write_time))));
  out.push_back(Counter("agent_submission_failures_total",
                        "Files by which jobs are judged that could not be written.", labels,
                        static_cast<double>(counts.failures)));
}

}  // namespace mesolys::agent
