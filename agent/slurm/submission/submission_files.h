#ifndef MESOLYS_AGENT_SLURM_SUBMISSION_SUBMISSION_FILES_H_
#define MESOLYS_AGENT_SLURM_SUBMISSION_SUBMISSION_FILES_H_

// An enforcer that, once limits are in force, also keeps one small file for each cluster, by which
// deploy/slurm/job_submit.lua judges jobs as they are submitted. It is written with every look at
// the site, so that its age says whether the agent lives, and replaced as a whole. What hinders it
// hinders nothing else: it is logged and counted. One thread; counts() any.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "agent/ports/enforcer.h"
#include "agent/ports/submission_counts.h"
#include "agent/slurm/scontrol.h"
#include "agent/slurm/submission/partition_models.h"
#include "agent/slurm/submission/submission_text.h"
#include "proto/runtime/mutex.h"

namespace mesolys::agent {

struct SubmissionOptions {
  std::string folder;  // "FOLDER/CLUSTER.txt"
  std::vector<std::string> clusters;
  SubmissionRules rules;
};

class SubmissionFiles : public Enforcer {
 public:
  // Partitions get other nodes by hand, and rarely; a slurmctld that does not answer is asked again
  // sooner.
  static constexpr absl::Duration kModelsAge = absl::Minutes(5);
  static constexpr absl::Duration kModelsRetry = absl::Minutes(1);

  // `enforcer` outlives it.
  SubmissionFiles(SubmissionOptions options, Enforcer& enforcer, std::unique_ptr<Scontrol> scontrol)
      : options_(std::move(options)), enforcer_(enforcer), scontrol_(std::move(scontrol)) {}

  bool IsFor(absl::string_view resource) const override { return enforcer_.IsFor(resource); }
  bool GivesBonus() const override { return enforcer_.GivesBonus(); }
  absl::Status Allow(const SiteState* last, const SiteState& wanted, const RemovalLimit& limit,
                     absl::Time now) override {
    return enforcer_.Allow(last, wanted, limit, now);
  }
  InForce PutInForce(const SiteState& wanted, const absl::StatusOr<SiteUse>& use,
                     const RemovalLimit& limit, absl::Time now) override;
  absl::StatusOr<v1::JobSituation> Inspect(const v1::WantedJob& wanted) override {
    return enforcer_.Inspect(wanted);
  }

  SubmissionCounts counts() const;

 private:
  struct Partitions {
    PartitionModels models;
    absl::Time next_read = absl::InfinitePast();
  };

  const PartitionModels& ModelsOf(const std::string& cluster, absl::Time now);

  const SubmissionOptions options_;
  Enforcer& enforcer_;
  const std::unique_ptr<Scontrol> scontrol_;
  std::map<std::string, Partitions> partitions_;  // by cluster
  mutable Mutex mutex_;
  std::map<std::string, absl::Time> write_times_ ABSL_GUARDED_BY(mutex_);  // the same
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SUBMISSION_SUBMISSION_FILES_H_
