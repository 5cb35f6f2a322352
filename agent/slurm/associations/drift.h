#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_DRIFT_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_DRIFT_H_

// What somebody else has changed at a cluster since the agent left it. Pure; any thread.

#include <map>
#include <string>
#include <vector>

#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

// In words, by account; only of accounts that were there when it was left. "GrpTRESMins cpu is
// 999999, it was left at 600".
std::map<std::string, std::vector<std::string>> DriftOf(
    const std::map<std::string, AccountAssociation>& left,
    const std::map<std::string, AccountAssociation>& found);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_DRIFT_H_
