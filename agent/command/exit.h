#ifndef MESOLYS_AGENT_COMMAND_EXIT_H_
#define MESOLYS_AGENT_COMMAND_EXIT_H_

// How the program ends.

#include "absl/status/status.h"

namespace mesolys::agent {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,        // or a configuration that cannot be used
  kWarned = 3,       // `check` found nothing worse than a warning
  kUnreachable = 6,  // the scheduler
};

ExitCode ExitCodeOf(const absl::Status& status);

// Says on the standard error why it ends so; answers `code`.
ExitCode EndWith(ExitCode code, const absl::Status& why);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_EXIT_H_
