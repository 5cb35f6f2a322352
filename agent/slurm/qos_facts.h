#ifndef MESOLYS_AGENT_SLURM_QOS_FACTS_H_
#define MESOLYS_AGENT_SLURM_QOS_FACTS_H_

// What Slurm says of the QOS that the agent gives to accounts. Texts are hostile until they are
// parsed. Pure; any thread.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/checks/finding.h"

namespace mesolys::agent {

// `sacctmgr --noheader --parsable2 show qos format=Name,UsageFactor`; a finding for each of
// `names`.
std::vector<Finding> CheckQos(const std::set<std::string>& names, absl::string_view text);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_QOS_FACTS_H_
