#ifndef MESOLYS_AGENT_STATE_JOB_TABLE_H_
#define MESOLYS_AGENT_STATE_JOB_TABLE_H_

// The winning record of each job that the agent has seen, in the spool's database: what was used is
// derived from it, whether or not the scheduler answers. It moves by the merge rule, so a record
// may come late, twice or out of order. A record that the rules of the contract refuse is no job.
// One thread at a time; errors are those of Database.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/state/database.h"
#include "mesolys/v1/usage.pb.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

class JobTable {
 public:
  // What creates the table.
  static const char kSchema[];

  explicit JobTable(Database& database) : database_(database) {}

  // Within the caller's transaction. The number of jobs that it changed.
  absl::StatusOr<int64_t> Merge(const std::vector<v1::UsageRecord>& records);

  // The next records in the order of their keys, at most `records_max`; from the first one when
  // there is no `after`.
  absl::StatusOr<std::vector<UsageRecord>> Page(const std::optional<JobKey>& after,
                                                int64_t records_max);

  // Nothing for one that was never seen, or was forgotten.
  absl::StatusOr<std::optional<UsageRecord>> Find(const JobKey& key);

  absl::Status Remove(const std::vector<JobKey>& jobs);

 private:
  Database& database_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_STATE_JOB_TABLE_H_
