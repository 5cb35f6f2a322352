#ifndef MESOLYS_AGENT_PROCESS_OUTPUT_LINES_H_
#define MESOLYS_AGENT_PROCESS_OUTPUT_LINES_H_

// Splits what comes in pieces into lines, in bounded memory. One thread.

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mesolys::agent {

struct OutputLine {
  absl::string_view text;  // without its end; of one that is too long, its beginning
  bool is_too_long = false;
  bool is_terminated = true;  // false for a last line without "\n"
};

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

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PROCESS_OUTPUT_LINES_H_
