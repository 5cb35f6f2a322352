#ifndef MESOLYS_AGENT_SLURM_SLURM_JOBS_H_
#define MESOLYS_AGENT_SLURM_SLURM_JOBS_H_

// Single jobs as slurmdbd and slurmctld know them. One thread.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/ports/job_reader.h"
#include "agent/slurm/sacct.h"
#include "agent/slurm/shared_parts_reader.h"
#include "agent/slurm/squeue.h"
#include "agent/slurm/text/sacct_text.h"

namespace mesolys::agent {

class SlurmJobs : public JobReader {
 public:
  // `told_interval` is that of the collector of these clusters, and so is `shared`.
  SlurmJobs(std::unique_ptr<Sacct> sacct, std::unique_ptr<Squeue> squeue,
            std::vector<std::string> clusters, absl::Duration told_interval,
            std::unique_ptr<SharedPartsReader> shared = nullptr);

  bool IsFor(const std::string& cluster) const override;

  // Errors are those of Sacct.
  absl::StatusOr<std::vector<v1::UsageRecord>> Find(const std::string& cluster,
                                                    const std::vector<JobKey>& jobs,
                                                    absl::Time now) override;
  // Errors are those of Squeue.
  absl::StatusOr<HeldJobs> Held(const std::string& cluster) override;
  absl::Duration told_interval() const override { return told_interval_; }

 private:
  const std::unique_ptr<Sacct> sacct_;
  const std::unique_ptr<Squeue> squeue_;
  const std::vector<std::string> clusters_;
  const absl::Duration told_interval_;
  const SacctText text_;
  const std::unique_ptr<SharedPartsReader> shared_;  // or null
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLURM_JOBS_H_
