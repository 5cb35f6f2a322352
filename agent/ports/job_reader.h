#ifndef MESOLYS_AGENT_PORTS_JOB_READER_H_
#define MESOLYS_AGENT_PORTS_JOB_READER_H_

// What a site says of single jobs: its accounting by their ids, however old they are, and the
// controllers of its clusters. A port. One thread.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

// The jobs of a cluster that its controller has and that have not ended.
struct HeldJobs {
  // When each was submitted, by id.
  std::map<int64_t, absl::Time> submit_times;

  // An id comes again once the controller has lost its state, or has counted through; what
  // accounting has of the job of today is never older than that job.
  bool Has(const JobKey& key) const {
    const auto job = submit_times.find(key.job_id);
    return job != submit_times.end() && job->second <= key.submit_time + kClockSkew;
  }

  static constexpr absl::Duration kClockSkew = absl::Minutes(1);
};

class JobReader {
 public:
  virtual ~JobReader() = default;

  // Of so many jobs at once.
  static constexpr size_t kJobsMax = 500;

  // Whether it can be asked about jobs of the cluster.
  virtual bool IsFor(const std::string& cluster) const = 0;

  // What accounting has of `jobs`, all of `cluster`: the records of those that it knows and that
  // can be read, others of the same ids among them, and none of any other id. What runs is told as
  // it stands at `now`.
  virtual absl::StatusOr<std::vector<v1::UsageRecord>> Find(const std::string& cluster,
                                                            const std::vector<JobKey>& jobs,
                                                            absl::Time now) = 0;

  // An error when the controller cannot be asked, or is not understood.
  virtual absl::StatusOr<HeldJobs> Held(const std::string& cluster) = 0;

  // Between two times that the collector tells what runs.
  virtual absl::Duration told_interval() const = 0;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PORTS_JOB_READER_H_
