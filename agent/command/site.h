#ifndef MESOLYS_AGENT_COMMAND_SITE_H_
#define MESOLYS_AGENT_COMMAND_SITE_H_

// What agent.toml says of a site, put together: everything that an Agent refers to. One thread.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/command/agent_config.h"
#include "agent/link/grpc_scheduler_link.h"
#include "agent/loop/agent.h"
#include "agent/ports/collector.h"
#include "agent/ports/enforcer.h"
#include "agent/ports/enforcers.h"
#include "agent/ports/job_reader.h"
#include "agent/ports/means_collector.h"
#include "agent/ports/span_reader.h"
#include "agent/slurm/change_log.h"
#include "agent/slurm/left_accounts.h"
#include "agent/slurm/slurm_control.h"
#include "agent/slurm/submission/submission_files.h"
#include "agent/state/quarantine.h"
#include "agent/state/spool.h"
#include "proto/runtime/clock.h"

namespace mesolys::agent {

using Collectors = std::vector<std::unique_ptr<Collector>>;

struct Site {
  std::string version;  // of the agent
  SystemClock clock;
  std::unique_ptr<Spool> spool;
  std::unique_ptr<Quarantine> quarantine;
  Collectors collectors;
  std::unique_ptr<MeansCollector> means_collector;  // none where the site cannot tell
  std::unique_ptr<SpanReader> reader;     // null when the collectors have no history to read
  std::unique_ptr<JobReader> job_reader;  // the same
  std::unique_ptr<SlurmControl> control;  // null where limits are not set in Slurm
  std::unique_ptr<ChangeLog> changes;     // the same
  std::unique_ptr<LeftAccounts> left;     // the same
  std::vector<std::unique_ptr<Enforcer>> each_enforcer;
  std::unique_ptr<Enforcers> enforcers;
  std::unique_ptr<SubmissionFiles> submission;  // null where jobs are not judged as they come
  std::unique_ptr<GrpcSchedulerLink> link;
  std::unique_ptr<Agent> agent;
};

// Where the job records of the site come from; an error where agent.toml names what cannot be used.
absl::StatusOr<Collectors> OpenCollectors(const AgentConfig& config);

// Null where the site cannot tell what it has.
std::unique_ptr<MeansCollector> OpenMeans(const AgentConfig& config);

// INVALID_ARGUMENT or NOT_FOUND for certificates that cannot be used.
absl::Status OpenLink(const AgentConfig& config, Site& site);

// All that remains, where collectors and link are there. Errors are those of the spool.
absl::Status OpenState(const AgentConfig& config, Site& site);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_SITE_H_
