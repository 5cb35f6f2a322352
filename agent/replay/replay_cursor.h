#ifndef MESOLYS_AGENT_REPLAY_REPLAY_CURSOR_H_
#define MESOLYS_AGENT_REPLAY_REPLAY_CURSOR_H_

// Where a replay stands. A replay goes through its file in passes; a pass tells what happened in a
// span (from, to] of recorded time, for the lines of a file are in no order that could be relied
// on. Instants are in seconds since 1970, after the shift. Pure; any thread.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace mesolys::agent {

struct ReplayCursor {
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  static constexpr int64_t kNotYet = std::numeric_limits<int64_t>::min();

  // Of the file and of how it is read: the fingerprint covers its first `prefix_bytes` bytes.
  int64_t prefix_bytes = 0;
  uint64_t fingerprint = 0;

  // Recorded time began at `origin_recorded` when the clock showed `origin_real`.
  int64_t origin_recorded = 0;
  int64_t origin_real = 0;

  // The pass: whether one is under way, its span, and its next line.
  bool is_in_pass = false;
  int64_t from = kNotYet;
  int64_t to = kNotYet;
  int64_t offset = 0;
  int64_t line = 0;  // number of lines before `offset`

  // Lines before this were told already, as far as they had ended.
  int64_t seen_offset = 0;
  int64_t seen_line = 0;
  // The earliest end after `to` of a line that was seen.
  int64_t next_end = kNever;

  // Whether the pass tells of running jobs, and the instant of the last one that did.
  bool tells_running = false;
  int64_t last_running = kNotYet;

  friend bool operator==(const ReplayCursor&, const ReplayCursor&) = default;
};

std::string ToText(const ReplayCursor& cursor);
// Nothing for a text that ToText did not make.
std::optional<ReplayCursor> ParseReplayCursor(absl::string_view text);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_REPLAY_REPLAY_CURSOR_H_
