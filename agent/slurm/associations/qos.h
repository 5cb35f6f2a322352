#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_QOS_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_QOS_H_

// Where Slurm looks for a limit before it comes to an association: the QOS of a job and that of its
// partition (https://slurm.schedmd.com/resource_limits.html, "Hierarchy"). Values; any thread.

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "agent/slurm/associations/tres.h"

namespace mesolys::agent {

inline constexpr int64_t kWholeUsage = 1'000'000;

struct Qos {
  TresMinutes minutes;                 // GrpTRESMins, of all jobs in it
  TresMinutes counted;                 // against these
  std::optional<int64_t> jobs_max;     // GrpJobs
  std::optional<int64_t> submits_max;  // GrpSubmitJobs
  TresMinutes job_minutes;             // MaxTRESMins, of a single job
  int64_t usage_factor = kWholeUsage;  // in millionths: what Slurm counts of what a job uses
  bool is_before_partition = false;    // OverPartQOS: before that of the partition

  friend bool operator==(const Qos&, const Qos&) = default;
};

// Whose jobs a partition takes. Empty sets that allow: all of them.
struct PartitionAccess {
  std::string name;
  std::string qos{};  // whose limits come first; empty: none
  std::set<std::string> accounts{};
  std::set<std::string> denied_accounts{};
  std::set<std::string> allowed_qos{};
  std::set<std::string> denied_qos{};

  friend bool operator==(const PartitionAccess&, const PartitionAccess&) = default;
};

// AccountingStorageEnforce of slurm.conf.
struct EnforcedRules {
  bool limits = true;  // otherwise no limit holds any job
  bool qos = true;     // otherwise a job may name any QOS
  bool safe = true;    // otherwise a job begins that would exceed a limit, and is killed there

  friend bool operator==(const EnforcedRules&, const EnforcedRules&) = default;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_QOS_H_
