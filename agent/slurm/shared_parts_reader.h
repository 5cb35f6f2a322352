#ifndef MESOLYS_AGENT_SLURM_SHARED_PARTS_READER_H_
#define MESOLYS_AGENT_SLURM_SHARED_PARTS_READER_H_

// What the nodes of each cluster say of the parts that jobs share of a GPU, read when first a job
// has held some, and again every few minutes. One thread.

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/slurm/associations/shared_parts.h"
#include "agent/slurm/scontrol.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

class SharedPartsReader {
 public:
  static constexpr absl::Duration kKeptFor = absl::Minutes(10);

  explicit SharedPartsReader(std::unique_ptr<Scontrol> scontrol) : scontrol_(std::move(scontrol)) {}

  // Says in a record with shared parts what they are. Errors are those of Scontrol, and only before
  // the first answer of a cluster: told without it, the job would be charged for none.
  absl::Status Complete(absl::Time now, UsageRecord& record);

 private:
  struct Known {
    absl::Time read_time;
    SharedParts parts;
  };

  const std::unique_ptr<Scontrol> scontrol_;
  std::map<std::string, Known> known_;  // by cluster
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SHARED_PARTS_READER_H_
