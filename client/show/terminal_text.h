#ifndef MESOLYS_CLIENT_SHOW_TERMINAL_TEXT_H_
#define MESOLYS_CLIENT_SHOW_TERMINAL_TEXT_H_

// Texts on a terminal: harmless, aligned, and bars. Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mesolys::client {

// What somebody else wrote, so that it can neither move the cursor nor turn the direction of
// writing: control characters, bidirectional overrides and bytes that are not UTF-8 become \n, \x1b
// or \u202e.
std::string Escaped(absl::string_view text);

// How many columns a terminal takes for an escaped text: a combining mark none, a wide character
// two.
size_t DisplayWidth(absl::string_view text);

// The capitals of English and French as small letters: "DEMANDÉ" becomes "demandé".
std::string LowerCase(absl::string_view text);

// What was used and what running work may still take, of `whole`, ten columns wide: "██████▒▒░░",
// or
// "[######++..]" in ASCII. The least use shows, and only a spent whole is full; "" when whole is 0.
std::string Bar(int64_t used, int64_t committed, int64_t whole, bool utf8);

// One character for each value, the taller the larger: "▁▄█▂", or "._=#" in ASCII; a blank where
// there is nothing.
std::string Sparkline(const std::vector<int64_t>& values, bool utf8);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SHOW_TERMINAL_TEXT_H_
