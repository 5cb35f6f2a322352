#ifndef MESOLYS_AGENT_SLURM_TEXT_QOS_TEXT_H_
#define MESOLYS_AGENT_SLURM_TEXT_QOS_TEXT_H_

// Reads what Slurm's commands say of QOS, beyond what slurmctld counts of them. Pure; any thread.

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/slurm/associations/qos.h"

namespace mesolys::agent {

// Columns of `sacctmgr --noheader --parsable2 show qos`, in this order.
inline constexpr char kQosColumns[] = "Name,Flags,UsageFactor";

// Adds what a row says to the QOS of that name; one that slurmctld does not know is passed over.
// DATA_LOSS with a row that is not understood.
absl::Status AddQos(absl::string_view line, std::map<std::string, Qos>& qos);

// What AccountingStorageEnforce says: words of slurm.conf, "associations,limits,qos,safe".
EnforcedRules EnforcedBy(absl::string_view words);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_QOS_TEXT_H_
