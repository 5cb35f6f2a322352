#include "agent/slurm/slurm_jobs.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "proto/runtime/convert.h"

namespace mesolys::agent {

SlurmJobs::SlurmJobs(std::unique_ptr<Sacct> sacct, std::unique_ptr<Squeue> squeue,
                     std::vector<std::string> clusters, absl::Duration told_interval,
                     std::unique_ptr<SharedPartsReader> shared)
    : sacct_(std::move(sacct)),
      squeue_(std::move(squeue)),
      clusters_(std::move(clusters)),
      told_interval_(told_interval),
      text_(*SacctText::Create(SacctProgramFormat())),
      shared_(std::move(shared)) {}

bool SlurmJobs::IsFor(const std::string& cluster) const {
  return std::find(clusters_.begin(), clusters_.end(), cluster) != clusters_.end();
}

absl::StatusOr<std::vector<v1::UsageRecord>> SlurmJobs::Find(const std::string& cluster,
                                                             const std::vector<JobKey>& jobs,
                                                             absl::Time now) {
  std::vector<v1::UsageRecord> found;
  if (jobs.empty()) return found;
  std::set<int64_t> ids;
  for (const JobKey& job : jobs) ids.insert(job.job_id);
  const absl::Time observed = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
  const absl::Status read = sacct_->ReadJobs(
      cluster, {ids.begin(), ids.end()}, [&](const OutputLine& line) -> absl::Status {
        // A row that cannot be read the collector has set aside.
        absl::StatusOr<std::optional<UsageRecord>> record = ParseRow(text_, line, observed);
        if (!record.ok() || !record->has_value()) return absl::OkStatus();
        // With the id of an array every task of it is told.
        if (!ids.contains((*record)->key.job_id)) return absl::OkStatus();
        absl::Status completed;
        if (shared_ != nullptr) completed = shared_->Complete(observed, **record);
        if (completed.ok()) found.push_back(ToProto(**record));
        return completed;
      });
  if (!read.ok()) return read;
  return found;
}

absl::StatusOr<HeldJobs> SlurmJobs::Held(const std::string& cluster) {
  HeldJobs held;
  const absl::Status read =
      squeue_->List(cluster, [&held](const OutputLine& line) { return AddHeldJob(line, held); });
  if (!read.ok()) return read;
  return held;
}

}  // namespace mesolys::agent
