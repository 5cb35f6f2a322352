#ifndef MESOLYS_SCHEDULER_CALL_TERMINAL_PROGRESS_H_
#define MESOLYS_SCHEDULER_CALL_TERMINAL_PROGRESS_H_

// One line on a terminal's standard error that says how far long work is: nothing of it within half
// a second, nothing of it left at the end, and nothing at all elsewhere. One thread.

#include <chrono>
#include <string>

#include "absl/strings/string_view.h"
#include "scheduler/core/call/division/progress.h"

namespace mesolys {

// "claims with a minimum: [====>     ] 41 %", or how many are done where all are not known.
std::string ProgressLine(absl::string_view work, size_t done, size_t all);

class TerminalProgress : public division::Progress {
 public:
  explicit TerminalProgress(bool is_terminal);
  ~TerminalProgress() override { Clear(); }
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

  void Tell(absl::string_view work, size_t done, size_t all) override;
  // Takes the line away, before something else is written.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  const bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point next_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CALL_TERMINAL_PROGRESS_H_
