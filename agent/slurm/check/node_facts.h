#ifndef MESOLYS_AGENT_SLURM_CHECK_NODE_FACTS_H_
#define MESOLYS_AGENT_SLURM_CHECK_NODE_FACTS_H_

// What the nodes of a cluster say of themselves that hours rely on. Pure; any thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/checks/finding.h"
#include "agent/slurm/associations/shared_parts.h"

namespace mesolys::agent {

struct NodeFacts {
  std::set<std::string> gpu_models;  // "" for GPUs without one
  // Nodes by what their GPUs are shared as: "shard", "mps".
  std::map<std::string, std::vector<std::string>> gpu_parts;
  SharedParts shared;               // what such parts are, as far as the nodes agree
  std::vector<std::string> unread;  // why a node, or its GPUs, could not be read
};

// `scontrol --oneliner show node`.
NodeFacts ReadNodes(absl::string_view text);

// `counted` are the TRES of AccountingStorageTRES. Remedies name `slurm_conf`. Nothing is said of
// what is right.
std::vector<Finding> CheckNodes(const std::string& cluster, const NodeFacts& nodes,
                                const std::set<std::string>& counted,
                                const std::string& slurm_conf);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_CHECK_NODE_FACTS_H_
