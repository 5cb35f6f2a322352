#ifndef MESOLYS_AGENT_SLURM_CHECK_QOS_FACTS_H_
#define MESOLYS_AGENT_SLURM_CHECK_QOS_FACTS_H_

// Whether the QOS of a cluster leave limits to the accounts. Pure; any thread.

#include <set>
#include <string>
#include <vector>

#include "agent/checks/finding.h"
#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

// Of `names`, those that the agent gives to accounts; of those that its accounts may use without
// it, or its new ones will; and of those of partitions.
std::vector<Finding> CheckQos(const std::string& cluster, const std::set<std::string>& names,
                              const ClusterAssociations& held);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_CHECK_QOS_FACTS_H_
