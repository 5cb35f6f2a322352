#ifndef MESOLYS_AGENT_SLURM_TEXT_SACCTMGR_LINE_H_
#define MESOLYS_AGENT_SLURM_TEXT_SACCTMGR_LINE_H_

// The changes of associations as lines for `sacctmgr -i`, and which lines there can be at all: a
// short list of templates with names and whole numbers in them, no text of anybody. Always of one
// cluster: sacctmgr would take a line without one for all of them. Pure; any thread.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/slurm/associations/association_changes.h"

namespace mesolys::agent {

// INVALID_ARGUMENT, with what is wrong, for a name that no line may hold, an amount that is
// negative or beyond kMinutesMax (Slurm takes -5 for a limit of eighteen trillion minutes), and
// anything about root.
absl::StatusOr<std::string> SacctmgrLine(const std::string& cluster,
                                         const AssociationChange& change);

// OK for a line that SacctmgrLine can have made. INVALID_ARGUMENT with the word that is wrong.
absl::Status CheckSacctmgrLine(absl::string_view line);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_SACCTMGR_LINE_H_
