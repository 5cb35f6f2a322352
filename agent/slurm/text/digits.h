#ifndef MESOLYS_AGENT_SLURM_TEXT_DIGITS_H_
#define MESOLYS_AGENT_SLURM_TEXT_DIGITS_H_

// Numbers as Slurm prints them: digits alone, for absl::SimpleAtoi also takes blanks and signs.
// Pure; any thread.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace mesolys::agent {

// Of at most 18 digits, which fit.
inline bool IsNumber(absl::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// Of what IsNumber takes.
inline int64_t Number(absl::string_view digits) {
  int64_t number = 0;
  for (const char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

// Slurm keeps its limits and counts without a sign: -5 comes back as 18446744073709551611, more
// than any limit can be. None where it is no number.
inline std::optional<int64_t> ClampedNumber(absl::string_view text) {
  uint64_t number = 0;
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.front())) ||
      !absl::SimpleAtoi(text, &number)) {
    return std::nullopt;
  }
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(std::min(number, kMost));
}

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_DIGITS_H_
