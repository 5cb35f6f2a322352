#ifndef MESOLYS_AGENT_SLURM_SACCT_SPAN_H_
#define MESOLYS_AGENT_SLURM_SACCT_SPAN_H_

// A span of the past as slurmdbd knows it, in the slices and with the records of the collector
// `slurm`. Memory does not grow with the jobs of a slice. One thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/ports/span_reader.h"
#include "agent/slurm/sacct.h"
#include "agent/slurm/shared_parts_reader.h"
#include "agent/slurm/slice_backlog.h"
#include "agent/slurm/slurm_cursor.h"
#include "agent/slurm/text/sacct_text.h"

namespace mesolys::agent {

class SacctSpan : public SpanReader {
 public:
  // `scratch_dir` is where records wait while a slice is told. Without `shared` nobody knows what
  // parts of a GPU are that jobs share.
  SacctSpan(std::unique_ptr<Sacct> sacct, SlurmWindows windows, std::string scratch_dir,
            std::unique_ptr<SharedPartsReader> shared = nullptr);

  // Errors are those of Sacct and SliceBacklog.
  absl::StatusOr<SpanPage> Read(const Period& span, absl::Time from, bool is_anew,
                                int64_t records_max, absl::Time now) override;
  absl::Duration late_span() const override { return windows_.old; }

 private:
  struct Slice {
    absl::Time from;
    absl::Time to;
    SliceBacklog backlog;
    std::vector<QuarantinedLine> quarantined;
  };

  absl::StatusOr<Slice> ReadSlice(const Period& span, absl::Time from, absl::Time now);

  const std::unique_ptr<Sacct> sacct_;
  const SlurmWindows windows_;
  const std::string scratch_dir_;
  const SacctText text_;
  const std::unique_ptr<SharedPartsReader> shared_;  // or null
  std::optional<Slice> slice_;                       // what was read of it and not told yet
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SACCT_SPAN_H_
