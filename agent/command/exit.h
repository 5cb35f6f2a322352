#ifndef MESOLYS_AGENT_COMMAND_EXIT_H_
#define MESOLYS_AGENT_COMMAND_EXIT_H_

// How the program ends.

#include <iostream>

#include "absl/status/status.h"

namespace mesolys::agent {

enum class ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,        // or a configuration that cannot be used
  kWarned = 3,       // `check` found nothing worse than a warning
  kUnreachable = 6,  // the scheduler
};

inline ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kDone;
  const bool is_away = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  return is_away ? ExitCode::kUnreachable : ExitCode::kFailed;
}

// Says on the standard error why it ends so; answers `code`.
inline ExitCode EndWith(ExitCode code, const absl::Status& why) {
  std::cerr << "mesolys-agent: " << why.message() << "\n";
  return code;
}

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_COMMAND_EXIT_H_
