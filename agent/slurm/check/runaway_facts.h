#ifndef MESOLYS_AGENT_SLURM_CHECK_RUNAWAY_FACTS_H_
#define MESOLYS_AGENT_SLURM_CHECK_RUNAWAY_FACTS_H_

// Jobs that run by accounting, against those that slurmctld has. `sacctmgr show runawayjobs` tells
// them too, but asks whether to end them, and nobody is there to answer. Pure; any thread.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/checks/finding.h"
#include "agent/slurm/squeue.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

// Those that run by what sacct says of the last minute, with the columns of SacctProgramFormat: an
// end that is not known comes after every moment. A row that cannot be read is the collector's to
// set aside.
std::vector<UsageRecord> RunningOf(absl::string_view sacct, absl::Time now);

// What squeue says of a cluster, with the columns of SqueueProgram.
absl::StatusOr<HeldJobs> HeldOf(absl::string_view squeue);

// Of one cluster; `running` may be of others too.
Finding CheckRunaways(const std::string& cluster, const std::vector<UsageRecord>& running,
                      const absl::StatusOr<HeldJobs>& held, absl::Time now);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_CHECK_RUNAWAY_FACTS_H_
