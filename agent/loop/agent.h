#ifndef MESOLYS_AGENT_LOOP_AGENT_H_
#define MESOLYS_AGENT_LOOP_AGENT_H_

// A site's agent: loops that never wait for each other, one that reports what was used, one that
// puts in force what may be used, and one that reads what the site really has. Every tick may be
// repeated, and an agent that is killed at any moment loses nothing. ReportOnce, SynchronizeOnce
// and CollectMeansOnce are each for one thread, Start and Stop for the one that has the agent.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/loop/comparison.h"
#include "agent/loop/importer.h"
#include "agent/loop/loop_counts.h"
#include "agent/loop/reporter.h"
#include "agent/loop/running_jobs.h"
#include "agent/loop/synchronizer.h"
#include "proto/runtime/mutex.h"
#include "proto/runtime/runtime.h"

namespace mesolys::agent {

struct AgentOptions {
  std::string site;
  std::string version;
  absl::Duration report_interval = absl::Seconds(10);
  absl::Duration means_interval = absl::Minutes(1);
  int64_t removals_max = 10;
  uint64_t seed = 0;  // of the jitter
  absl::Duration enforce_interval = absl::Seconds(30);
};

class Agent {
 public:
  // `reader` is null at a site whose collectors have no history to read, `job_reader` at one whose
  // jobs nobody can be asked about, `means_collector` at one that cannot tell what it has.
  Agent(Spool& spool, const Quarantine& quarantine, const std::vector<Collector*>& collectors,
        SpanReader* reader, JobReader* job_reader, MeansCollector* means_collector,
        Enforcer& enforcer, SchedulerLink& link, const Clock& clock, const AgentOptions& options);

  // One tick of each loop.
  ReportTick ReportOnce();
  SynchronizeTick SynchronizeOnce(absl::Duration patience = Synchronizer::kPatience);
  // The scheduler is told with the next SynchronizeOnce, of an error too.
  absl::Status CollectMeansOnce();

  // What was read last.
  std::optional<v1::SiteMeans> means() const { return means_.Newest(); }

  // What its loops did so far. Any thread.
  LoopCounts counts() const;

  // All loops, until Stop.
  void Start(Runtime& runtime);
  // Cancels the calls in flight; returns when the steps under way have come to their end.
  void Stop();

 private:
  // Turns of the loops; each answers when the next one is due.
  absl::Duration Report();
  absl::Duration Synchronize();
  absl::Duration CollectMeans();

  SchedulerLink& link_;
  const Clock& clock_;
  MeansCollector* const means_collector_;
  const absl::Duration means_interval_;
  CollectionLog collections_;
  MeansLog means_;
  ComparisonWanted comparison_wanted_;
  RunningJobs running_jobs_;
  Reporter reporter_;
  Importer importer_;
  Comparison comparison_;
  Synchronizer synchronizer_;
  std::atomic<bool> is_stopping_ = false;
  mutable Mutex mutex_;
  // What hinders the report loop, for the other loop to tell; empty for nothing.
  std::string report_problem_ ABSL_GUARDED_BY(mutex_);
  LoopCounts counts_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Loop> means_loop_;
  std::unique_ptr<Loop> report_loop_;
  std::unique_ptr<Loop> synchronize_loop_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_AGENT_H_
