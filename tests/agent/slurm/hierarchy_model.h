#ifndef MESOLYS_TESTS_AGENT_SLURM_HIERARCHY_MODEL_H_
#define MESOLYS_TESTS_AGENT_SLURM_HIERARCHY_MODEL_H_

// Which limits hold a job, as https://slurm.schedmd.com/resource_limits.html tells it, and apart
// from the agent's own reading of it. Pure; any thread.

#include <cstdint>
#include <string>

#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

struct ModelJob {
  std::string account;
  std::string login;
  std::string qos;
  std::string partition;
};

// The most minutes of a TRES that Slurm charges a single job which it lets begin, were nothing else
// there: 0 where it begins none, INT64_MAX where nothing holds it.
int64_t MostThatBegins(const ModelJob& job, const std::string& tres,
                       const ClusterAssociations& held);

}  // namespace mesolys::agent

#endif  // MESOLYS_TESTS_AGENT_SLURM_HIERARCHY_MODEL_H_
