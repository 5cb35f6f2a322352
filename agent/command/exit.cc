#include "agent/command/exit.h"

#include <iostream>

namespace mesolys::agent {

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kDone;
  const bool is_away = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  return is_away ? ExitCode::kUnreachable : ExitCode::kFailed;
}

ExitCode EndWith(ExitCode code, const absl::Status& why) {
  std::cerr << "mesolys-agent: " << why.message() << "\n";
  return code;
}

}  // namespace mesolys::agent
