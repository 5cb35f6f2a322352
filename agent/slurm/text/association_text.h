#ifndef MESOLYS_AGENT_SLURM_TEXT_ASSOCIATION_TEXT_H_
#define MESOLYS_AGENT_SLURM_TEXT_ASSOCIATION_TEXT_H_

// Reads what Slurm's commands say of associations. A partial answer would look like accounts that
// have to be made again, so one line that is not understood makes all of it an error: DATA_LOSS
// with the line. Pure; any thread.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

// Columns of `sacctmgr --noheader --parsable2 show assoc`, in this order.
inline constexpr char kAssociationColumns[] =
    "Account,ParentName,User,Partition,Share,GrpTRESMins,GrpJobs,GrpSubmitJobs,QOS,DefaultQOS";

// Adds one row. A row of a user for a single partition is passed over: the one for all of them
// holds the limits.
absl::Status AddAssociation(absl::string_view line,
                            std::map<std::string, AccountAssociation>& accounts);

// A row of `sacctmgr --noheader --parsable2 show account format=Account,Organization`.
absl::Status AddOwner(absl::string_view line, std::map<std::string, AccountAssociation>& accounts);

// `scontrol show assoc_mgr flags=assoc`, line by line: a record of an association over some lines.
class ControllerText {
 public:
  explicit ControllerText(std::string cluster) : cluster_(std::move(cluster)) {}

  absl::Status Add(absl::string_view line);
  // DATA_LOSS when there was no association at all: even an empty cluster has root's.
  absl::StatusOr<ClusterAssociations::Controller> Take();

 private:
  absl::Status AddMinutes(absl::string_view text);
  absl::Status AddKept(absl::string_view text);

  const std::string cluster_;
  AccountUser current_;
  bool is_passed_over_ = true;   // of another cluster, or of a single partition
  bool is_jobs_closed_ = false;  // GrpJobs=0, which comes before GrpSubmitJobs
  ClusterAssociations::Controller controller_;
};

// The number of records that wait for slurmdbd, from `sdiag`.
absl::StatusOr<int64_t> WaitingRecords(absl::string_view sdiag);

// Rows "account|login" of `squeue --noheader --format=%a|%u`.
absl::Status AddBusy(absl::string_view line, std::set<AccountUser>& busy);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_ASSOCIATION_TEXT_H_
