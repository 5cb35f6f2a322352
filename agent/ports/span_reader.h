#ifndef MESOLYS_AGENT_PORTS_SPAN_READER_H_
#define MESOLYS_AGENT_PORTS_SPAN_READER_H_

// What a site's accounting says of a span of the past, slice by slice: a port. One thread.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/ports/quarantined_line.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/values/period.h"

namespace mesolys::agent {

struct SpanPage {
  std::vector<v1::UsageRecord> records;
  std::vector<QuarantinedLine> quarantined;
  // Where the next slice begins, or the span's end; the beginning of this one while there is more
  // of it.
  absl::Time next;
};

class SpanReader {
 public:
  virtual ~SpanReader() = default;

  // At most `records_max` (at least 1) of the jobs that ran within `span`: of the slice that begins
  // at `from`, from its first record on when `is_anew`, else what follows the page before, which
  // must have been of it. Each job is in one slice: the one in which it began, or the first one.
  // What runs is told as it stands at `now`.
  virtual absl::StatusOr<SpanPage> Read(const Period& span, absl::Time from, bool is_anew,
                                        int64_t records_max, absl::Time now) = 0;

  // How long after its end the collector still looks for a late row.
  virtual absl::Duration late_span() const = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_SPAN_READER_H_
