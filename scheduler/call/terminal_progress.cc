#include "scheduler/call/terminal_progress.h"

#include <cstddef>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mesolys {
namespace {

constexpr std::chrono::milliseconds kQuiet(500);
constexpr std::chrono::milliseconds kBetween(100);
constexpr size_t kCells = 20;

}  // namespace

std::string ProgressLine(absl::string_view work, size_t done, size_t all) {
  if (all == 0) return absl::StrCat(work, ": ", done);
  const size_t part = done < all ? done : all;
  const size_t full = part * kCells / all;
  return absl::StrFormat("%s: [%s%s] %3d %%", work, std::string(full, '='),
                         std::string(kCells - full, ' '), part * 100 / all);
}

TerminalProgress::TerminalProgress(bool is_terminal)
    : is_terminal_(is_terminal), next_(Clock::now() + kQuiet) {}

void TerminalProgress::Tell(absl::string_view work, size_t done, size_t all) {
  if (!is_terminal_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  std::cerr << "\r" << ProgressLine(work, done, all) << "\x1b[K" << std::flush;
  is_shown_ = true;
}

void TerminalProgress::Clear() {
  if (!is_shown_) return;
  std::cerr << "\r\x1b[K" << std::flush;
  is_shown_ = false;
}

}  // namespace mesolys
