#ifndef MESOLYS_AGENT_SLURM_TEXT_SACCT_VALUE_H_
#define MESOLYS_AGENT_SLURM_TEXT_SACCT_VALUE_H_

// The values that sacct prints. INVALID_ARGUMENT says what was found and what would be right. Pure;
// any thread.

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mesolys::agent {

// Seconds: "[D-]HH:MM:SS", "MM:SS", or a plain number of them.
absl::StatusOr<int64_t> ParseSacctSpan(absl::string_view text);

// Seconds of column Timelimit or TimelimitRaw, in which a plain number is minutes. 0 for no limit
// of the job's own: "UNLIMITED", "Partition_Limit", an empty text; and for one that says nothing
// ("INVALID"), for no charge depends on it.
int64_t ParseSacctTimeLimit(absl::string_view text);

// Bytes: "62.50G", "31000M"; a plain number is in MiB. Units are powers of 1024.
absl::StatusOr<int64_t> ParseSacctSize(absl::string_view text);

// What a job holds, or held.
struct Allocation {
  int64_t core_count = 0;
  int64_t node_count = 0;
  int64_t memory_bytes = 0;
  // By model, in lower case, "" is untyped; and of shared parts "shard", "mps", "shard-v100".
  std::map<std::string, int64_t> gpu_counts;

  friend bool operator==(const Allocation&, const Allocation&) = default;
};

// Column AllocTRES: "billing=12,cpu=12,gres/gpu=2,gres/gpu:a100=2,mem=31000M,node=1". The untyped
// entry of GPUs, and of their shared parts, is the total: what its typed ones leave of it has no
// model. Other resources, and values that Slurm marks as not set, are ignored.
absl::StatusOr<Allocation> ParseAllocTres(absl::string_view text);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_SACCT_VALUE_H_
