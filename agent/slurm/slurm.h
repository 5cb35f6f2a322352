#ifndef MESOLYS_AGENT_SLURM_SLURM_H_
#define MESOLYS_AGENT_SLURM_SLURM_H_

// Job records of the clusters of one slurmdbd: every run of every job that ended, once its row is
// there, and what runs every few minutes. A row that is read again is told again only if it has
// changed. A row that cannot be used is quarantined, and stops nothing. Memory does not grow with
// the jobs in a slice, but for the marks of ToldLines. One thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/ports/collector.h"
#include "agent/slurm/sacct.h"
#include "agent/slurm/shared_parts_reader.h"
#include "agent/slurm/slice_backlog.h"
#include "agent/slurm/slurm_cursor.h"
#include "agent/slurm/text/sacct_text.h"
#include "agent/slurm/told_lines.h"

namespace mesolys::agent {

struct SlurmOptions {
  SacctOptions sacct;
  SlurmWindows windows;
};

class Slurm : public Collector {
 public:
  // `scratch_dir` is where records wait while a slice is told. Without `shared` nobody knows what
  // parts of a GPU are that jobs share.
  Slurm(std::unique_ptr<Sacct> sacct, SlurmWindows windows, std::string scratch_dir,
        std::unique_ptr<SharedPartsReader> shared = nullptr);

  // Errors are those of Sacct and SliceBacklog. A cursor other than that of the last answer means
  // that it was not kept: the slice is read again.
  absl::StatusOr<Collected> Collect(const std::string& cursor, int64_t records_max,
                                    absl::Time now) override;
  void TellRunning() override { is_running_awaited_ = true; }

 private:
  // What was read of a slice and not yet told.
  struct Reading {
    SliceBacklog backlog;
    std::vector<QuarantinedLine> quarantined;
    std::vector<uint64_t> quarantined_marks;
    int64_t skipped_count = 0;
  };

  absl::StatusOr<Reading> Read(const SlurmSlice& slice, absl::Time observe_time,
                               bool tells_running);
  absl::Status Take(const OutputLine& line, absl::Time observe_time, bool tells_running,
                    Reading& reading);
  absl::Status Tell(int64_t records_max, Collected& collected);

  const std::unique_ptr<Sacct> sacct_;
  const SlurmWindows windows_;
  const std::string scratch_dir_;
  const SacctText text_;
  const std::unique_ptr<SharedPartsReader> shared_;  // or null

  ToldLines told_;
  std::optional<Reading> reading_;
  bool is_running_awaited_ = false;
  // Of the last answer: its cursor, and the marks of what it told.
  std::string last_cursor_;
  std::vector<uint64_t> last_marks_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLURM_H_
