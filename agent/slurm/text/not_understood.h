#ifndef MESOLYS_AGENT_SLURM_TEXT_NOT_UNDERSTOOD_H_
#define MESOLYS_AGENT_SLURM_TEXT_NOT_UNDERSTOOD_H_

// Pure; any thread.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mesolys::agent {

// DATA_LOSS: what a command of Slurm says, of which the beginning is shown.
absl::Status NotUnderstood(absl::string_view command, absl::string_view line);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_NOT_UNDERSTOOD_H_
