#ifndef MESOLYS_AGENT_SLURM_TEXT_DIGITS_H_
#define MESOLYS_AGENT_SLURM_TEXT_DIGITS_H_

// Numbers as Slurm prints them: digits alone, for absl::SimpleAtoi also takes blanks and signs.
// Pure; any thread.

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
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

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_DIGITS_H_
