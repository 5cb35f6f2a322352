#ifndef MESOLYS_AGENT_COMMAND_AGENT_CONFIG_H_
#define MESOLYS_AGENT_COMMAND_AGENT_CONFIG_H_

// agent.toml. Paths in it are relative to its folder.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/replay/replay.h"
#include "agent/slurm/slurm.h"
#include "agent/slurm/slurm_commands.h"
#include "agent/slurm/slurm_enforcer.h"
#include "agent/slurm/slurm_means.h"
#include "agent/slurm/squeue.h"
#include "agent/slurm/submission/submission_files.h"
#include "proto/runtime/tls_files.h"

namespace mesolys::agent {

// How limits are set in Slurm.
struct SlurmEnforcement {
  SlurmCommandOptions commands;
  SlurmEnforcerOptions options;
};

struct AgentConfig {
  std::string site;
  std::string state_dir;
  std::string log_level;
  std::string metrics_listen;  // host:port of /metrics; empty: none
  std::string target;          // the scheduler, "host:port"
  TlsFiles tls;
  absl::Duration report_interval;
  // [collector]: one of these.
  std::optional<ReplayOptions> replay;
  std::optional<SlurmOptions> slurm;
  SlurmMeansOptions means;  // of slurm
  SqueueOptions squeue;     // the same
  int64_t removals_max = 0;
  absl::Duration enforce_interval;
  // [enforcer] of type slurm; nothing: what would change is written down.
  std::optional<SlurmEnforcement> enforcement;
  // [submission]; nothing: no file is written, and jobs are not judged as they are submitted.
  std::optional<SubmissionOptions> submission;
  int64_t spool_records_max = 0;
};

// INVALID_ARGUMENT with file:line:column and what would be right; NOT_FOUND or PERMISSION_DENIED
// for a file that cannot be read.
absl::StatusOr<AgentConfig> LoadAgentConfig(const std::string& path);
// `path` need not exist: it stands in errors, and its folder before relative paths.
absl::StatusOr<AgentConfig> ParseAgentConfig(const std::string& path, const std::string& text);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_AGENT_CONFIG_H_
