#ifndef MESOLYS_AGENT_PROCESS_SUBPROCESS_H_
#define MESOLYS_AGENT_PROCESS_SUBPROCESS_H_

// A program of the site, run once: fixed arguments, no shell, an environment of its own, a deadline
// and bounded output. What it started ends with it. Any thread.
//
// Errors name what was run: NOT_FOUND and PERMISSION_DENIED for a program that cannot be started,
// DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED for more output than allowed, ABORTED when a signal ended
// it. An exit status is an answer: ExitStatus makes an error of it where it is one.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/process/output_lines.h"

namespace mesolys::agent {

struct Command {
  // The first is the path of the program; it is not searched for.
  std::vector<std::string> arguments;
  // "NAME=value", besides TZ=UTC, LC_ALL=C and a PATH of the system. Nothing is inherited.
  std::vector<std::string> environment;
  // Its standard input.
  std::string input{};
  absl::Duration deadline = absl::Seconds(60);
  int64_t output_bytes_max = int64_t{1} << 20;
};

struct CommandEnd {
  int exit_status = 0;
  std::string error_output;  // its beginning
};

// Tells the standard output line by line as it comes. An error of `on_line` ends the program and is
// answered.
absl::StatusOr<CommandEnd> RunCommandByLine(
    const Command& command, const std::function<absl::Status(const OutputLine&)>& on_line);

struct CommandOutput {
  CommandEnd end;
  std::string output;
};
absl::StatusOr<CommandOutput> RunCommand(const Command& command);

// OK for 0, UNAVAILABLE with the beginning of its error output for any other.
absl::Status ExitStatus(const Command& command, const CommandEnd& end);

// The command as a person would type it; bytes that no terminal should show are escaped.
std::string ToText(const Command& command);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PROCESS_SUBPROCESS_H_
