#ifndef MESOLYS_AGENT_LOOP_REPORTER_H_
#define MESOLYS_AGENT_LOOP_REPORTER_H_

// Collect, spool, report: the first of the agent's loops. What was collected is in the spool
// together with its collector's cursor before anything is sent, and leaves it once the scheduler
// has acknowledged it. A collector that fails stops no other. One thread.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/link/scheduler_link.h"
#include "agent/loop/backoff.h"
#include "agent/loop/collection_log.h"
#include "agent/loop/means_log.h"
#include "agent/loop/running_jobs.h"
#include "agent/ports/collector.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "proto/runtime/clock.h"

namespace mesolys::agent {

struct ReportTick {
  // The first thing that went wrong. Whatever it is, nothing was lost.
  absl::Status status;
  int64_t collected_count = 0;
  int64_t skipped_count = 0;      // lines
  int64_t quarantined_count = 0;  // lines
  int64_t sent_count = 0;         // records that the scheduler took or refused for good
  int64_t changed_count = 0;      // of them, those that changed a job
  int64_t rejected_count = 0;     // of them, those that it refused for good
  absl::Duration wait;            // before the next tick
};

struct ReporterOptions {
  std::string site;
  absl::Duration interval = absl::Seconds(10);
  uint64_t seed = 0;  // of the jitter
};

class Reporter {
 public:
  // What one request may hold.
  static constexpr int64_t kBatchRecordsMax = 1000;
  static constexpr int64_t kBatchBytesMax = (int64_t{1} << 20) - 1024;  // less its other fields
  static constexpr absl::Duration kPatience = absl::Seconds(30);

  // No two of the collectors have the same name.
  Reporter(Spool& spool, const Quarantine& quarantine, const std::vector<Collector*>& collectors,
           SchedulerLink& link, const Clock& clock, CollectionLog& collections, MeansLog& means,
           RunningJobs& running, ReporterOptions options);

  // Until there is nothing left, the scheduler does not take it, or `is_stopping`.
  ReportTick Tick(const std::atomic<bool>& is_stopping);

 private:
  // A collector, and how far its collections are.
  struct Source {
    Collector& collector;
    const std::string name;
    // When the collection that goes on began; none while it began before this process.
    std::optional<int64_t> begun{};
    bool is_at_rest = false;  // none goes on
    // When the last one that told everything had begun; 0 for never.
    int64_t complete = 0;
    absl::Time end_time = absl::UnixEpoch();  // of the last one
  };

  void BeginCollection(Source& source);
  // What the collector said is kept, and it has no more: the next collection begins anew. One that
  // left out what runs counts for nobody who waits.
  void EndCollection(Source& source, bool told_running);
  // Some of what there is, so that sending is never far behind.
  absl::Status Collect(Source& source, ReportTick& tick, bool& has_more);
  absl::Status SendAll(const std::atomic<bool>& is_stopping, ReportTick& tick);
  absl::Status Send(SpoolBatch batch, ReportTick& tick);
  // Quarantines the records that were rejected, and forgets their jobs, for the ledger does not
  // charge them: what they used is held back. Answers the mark to commit.
  absl::StatusOr<QuarantineMark> SetAside(const v1::ReportUsageRequest& request,
                                          const v1::ReportUsageResponse& response);

  Spool& spool_;
  const Quarantine& quarantine_;
  std::vector<Source> sources_;
  SchedulerLink& link_;
  const Clock& clock_;
  const ReporterOptions options_;
  Backoff backoff_;
  CollectionLog& collections_;
  RunningJobs& running_;
  MeansLog& means_;  // whose quarantined lines go where those of jobs go
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_REPORTER_H_
