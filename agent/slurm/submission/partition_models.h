#ifndef MESOLYS_AGENT_SLURM_SUBMISSION_PARTITION_MODELS_H_
#define MESOLYS_AGENT_SLURM_SUBMISSION_PARTITION_MODELS_H_

// Which models of GPUs the nodes of each partition have, whatever state they are in. Pure; any
// thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/slurm/text/scontrol_text.h"

namespace mesolys::agent {

// By partition; "" stands for GPUs that no job can name by a model. A partition of which every node
// is without GPUs has none; one without nodes is not there.
using PartitionModels = std::map<std::string, std::set<std::string>>;

PartitionModels ModelsByPartition(const std::vector<ScontrolNode>& nodes);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SUBMISSION_PARTITION_MODELS_H_
