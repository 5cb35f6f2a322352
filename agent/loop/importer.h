#ifndef MESOLYS_AGENT_LOOP_IMPORTER_H_
#define MESOLYS_AGENT_LOOP_IMPORTER_H_

// Reads spans of the site's accounting anew, as the desired state orders, into the spool: history,
// and what was lost. An import is at its place again after any crash, and a job that it tells twice
// has no effect. History never keeps out what runs: it waits while much is spooled. One thread,
// that of the reports.

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/loop/backoff.h"
#include "agent/loop/means_log.h"
#include "agent/loop/running_jobs.h"
#include "agent/ports/span_reader.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "proto/runtime/clock.h"

namespace mesolys::agent {

// What one tick of a reader of spans came to.
struct SpanTick {
  absl::Status status;
  int64_t record_count = 0;
  bool has_more = false;  // at once
};

class Importer {
 public:
  // So many failures in a row, and an import ends with what it has.
  static constexpr int kFailuresMax = 10;
  // While so many records wait in the spool, nothing is added.
  static constexpr int64_t kWaitingMax = 10'000;

  // `reader` is null at a site whose collector has no history to read.
  Importer(Spool& spool, const Quarantine& quarantine, SpanReader* reader, const MeansLog& means,
           RunningJobs& running, const Clock& clock, uint64_t seed);

  // Some pages of the import that is due, if there is one.
  SpanTick Tick();

 private:
  struct Due {
    v1::DesiredImport import;
    ImportPlace place;
  };
  // The first import that is not read yet; forgets those that are ordered no more.
  absl::StatusOr<std::optional<Due>> Find();
  absl::Status ReadPage(const Period& span, ImportPlace& place, SpanTick& tick);
  absl::Status GiveUp(ImportPlace place, const absl::Status& why);

  Spool& spool_;
  const Quarantine& quarantine_;
  SpanReader* const reader_;
  const MeansLog& means_;
  RunningJobs& running_;
  const Clock& clock_;
  Backoff backoff_;
  int failure_count_ = 0;
  absl::Time not_before_ = absl::InfinitePast();  // after a failure
  // The slice under way: of which import, and what was told of it so far.
  int64_t number_ = 0;
  bool is_inside_ = false;
  v1::ImportResult told_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_IMPORTER_H_
