#ifndef MESOLYS_AGENT_SLURM_TEXT_ASSOCIATION_TEXT_H_
#define MESOLYS_AGENT_SLURM_TEXT_ASSOCIATION_TEXT_H_

// Reads what Slurm's commands say of associations. A partial answer would look like accounts that
// have to be made again, so one line that is not understood makes all of it an error: DATA_LOSS
// with the line. Pure; any thread.

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

// Columns of `sacctmgr --noheader --parsable2 show assoc`, in this order.
inline constexpr char kAssociationColumns[] =
    "Account,ParentName,User,Partition,Share,GrpTRESMins,GrpJobs,GrpSubmitJobs,QOS,DefaultQOS,"
    "MaxTRESMins";

// Adds one row.
absl::Status AddAssociation(absl::string_view line,
                            std::map<std::string, AccountAssociation>& accounts);

// sacctmgr repeats the QOS of an account with each of its users: leaves those that are their own.
void KeepOwnQos(std::map<std::string, AccountAssociation>& accounts);

// A row of `sacctmgr --noheader --parsable2 show account format=Account,Organization`.
absl::Status AddOwner(absl::string_view line, std::map<std::string, AccountAssociation>& accounts);

// The number of records that wait for slurmdbd, from `sdiag`.
absl::StatusOr<int64_t> WaitingRecords(absl::string_view sdiag);

// Rows "account|login" of `squeue --noheader --format=%a|%u`.
absl::Status AddBusy(absl::string_view line, std::set<AccountUser>& busy);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_ASSOCIATION_TEXT_H_
