#ifndef MESOLYS_AGENT_SLURM_TEXT_QUEUED_JOB_H_
#define MESOLYS_AGENT_SLURM_TEXT_QUEUED_JOB_H_

// A job in Slurm's queue, and what it has to fit into. Pure; any thread.

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/slurm/associations/associations.h"
#include "mesolys/v1/waiting_job.pb.h"

namespace mesolys::agent {

struct QueuedJob {
  std::string state;
  std::string reason;
  std::string account;
  std::string user;
  std::string partition;
  std::string qos;
  std::string reservation;  // empty for none
  int64_t time_limit_seconds = 0;
  absl::Time start_time = absl::InfinitePast();  // when Slurm means to start it, if it says so
  std::map<std::string, int64_t> asked;          // by TRES
  bool takes_whole_nodes = false;                // --exclusive
  // What its partition lets a job have, where that is what holds it; 0 for no limit.
  int64_t partition_time_limit_seconds = 0;
  int64_t partition_nodes_max = 0;

  friend bool operator==(const QueuedJob&, const QueuedJob&) = default;
};

// What `squeue --Format` is asked for; no field that users write, for they could forge others.
inline constexpr char kQueueFields[] =
    "JobID:|,State:|,Reason:|,Account:|,UserName:|,Partition:|,QOS:|,Reservation:|,TimeLimit:|,"
    "StartTime:|,tres-alloc:|,OverSubscribe:|";

// One row of it. DATA_LOSS for one that is not understood.
struct QueueRow {
  int64_t job_id = 0;
  QueuedJob job;
};
absl::StatusOr<QueueRow> ParseQueueRow(absl::string_view line);

// Adds what the job asks of each TRES, times its time limit in whole minutes, rounded up, to its
// account and its user, there and in its partition; without a time limit it is kMinutesMax.
void AddWaiting(const QueuedJob& job, std::map<AccountUser, TresMinutes>& waiting);

// The job and the limits over it, its user's first, then its account's and those above. Kept or
// used minutes of others are part of them.
v1::JobSituation SituationOf(const QueuedJob& job, const ClusterAssociations& held);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_QUEUED_JOB_H_
