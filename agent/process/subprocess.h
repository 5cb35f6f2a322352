#ifndef MESOLYS_AGENT_PROCESS_SUBPROCESS_H_
#define MESOLYS_AGENT_PROCESS_SUBPROCESS_H_

// A program of the site, run once: fixed arguments, no shell, an environment of its own, a deadline
// and bounded output. What it started ends with it. Any thread.
//
// Errors name what was run: NOT_FOUND and PERMISSION_DENIED for a program that cannot be started,
// DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED for more output than allowed, ABORTED when a signal ended
// it. An exit status is an answer: ExitStatus makes an error of it where it is one.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mesolys::agent {

struct OutputLine {
  absl::string_view text;  // without its end; of one that is too long, its beginning
  bool is_too_long = false;
  bool is_terminated = true;  // false for a last line without "\n"
};

// Splits what comes in pieces into lines, in bounded memory. One thread.
class OutputLines {
 public:
  static constexpr size_t kLineBytesMax = size_t{64} << 10;
  // Of a line that is too long: enough for a person to recognise it.
  static constexpr size_t kBeginningBytes = size_t{1} << 10;
  using Visit = std::function<absl::Status(const OutputLine&)>;

  explicit OutputLines(Visit visit) : visit_(std::move(visit)) {}

  // Visits every line that `piece` ends; answers the first error of a visit.
  absl::Status Add(absl::string_view piece);
  // Visits what is left.
  absl::Status Finish();

 private:
  void Keep(absl::string_view part);
  absl::Status Tell(bool is_terminated);

  const Visit visit_;
  std::string line_;  // the line so far
  bool is_too_long_ = false;
};

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

// INVALID_ARGUMENT for a line that is too long or was cut: half a line would be half a number.
absl::Status CheckWhole(const OutputLine& line);

// OK for 0, UNAVAILABLE with the beginning of its error output for any other.
absl::Status ExitStatus(const Command& command, const CommandEnd& end);

// The command as a person would type it; bytes that no terminal should show are escaped.
std::string ToText(const Command& command);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PROCESS_SUBPROCESS_H_
