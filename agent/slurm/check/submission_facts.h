#ifndef MESOLYS_AGENT_SLURM_CHECK_SUBMISSION_FACTS_H_
#define MESOLYS_AGENT_SLURM_CHECK_SUBMISSION_FACTS_H_

// Whether jobs are judged as they are submitted: what Slurm says of its plug-ins, and what lies
// beside slurm.conf. Any thread.

#include <cstddef>
#include <string>

#include "agent/checks/finding.h"
#include "agent/slurm/check/slurm_facts.h"

namespace mesolys::agent {

// Of one cluster, whose nodes have so many models of GPUs. Where there are several, a project may
// hold hours of two, and only the plug-in keeps a job that names none to the limits of each.
Finding CheckSubmission(const std::string& cluster, const SlurmConfig& config, size_t model_count,
                        const std::string& slurm_conf);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_CHECK_SUBMISSION_FACTS_H_
