#ifndef MESOLYS_AGENT_SLURM_TEXT_ROW_BOUND_H_
#define MESOLYS_AGENT_SLURM_TEXT_ROW_BOUND_H_

// What a line of sacct that is set aside can have used at most: each field by itself, as far as it
// can be read. What nobody can tell is taken at its largest, so that no limit is raised by minutes
// that Slurm has counted and the ledger has not. Pure; any thread.

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/ports/unread_job.h"
#include "agent/slurm/text/sacct_text.h"

namespace mesolys::agent {

// Of a line that Parse of `text` refuses. Nothing where the account or the cluster cannot be told
// either: it is nobody's. A job of which the line knows no end runs; one whose times contradict
// each other ran from its submission until `observe_time`, unless its Elapsed can be read.
std::optional<UnreadJob> BoundOf(const SacctText& text, absl::string_view line,
                                 absl::Time observe_time);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_ROW_BOUND_H_
