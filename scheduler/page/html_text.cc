#include "scheduler/page/html_text.h"

#include <cstdint>

namespace mesolys {
namespace {

// Bytes of the character that starts with this one; continuation bytes count as one.
size_t LengthOf(unsigned char first) {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

uint32_t CodePoint(absl::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first;
  uint32_t code = first & (0xffU >> (character.size() + 1));
  for (const char each : character.substr(1)) {
    code = code << 6 | (static_cast<unsigned char>(each) & 0x3fU);
  }
  return code;
}

bool IsUnseen(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xfeff || code == 0x61c;
}

}  // namespace

std::string HtmlText(absl::string_view text, size_t characters_max) {
  std::string safe;
  for (size_t count = 0; !text.empty(); ++count) {
    if (count == characters_max) return safe + "…";
    const absl::string_view character =
        text.substr(0, LengthOf(static_cast<unsigned char>(text[0])));
    text.remove_prefix(character.size());
    if (IsUnseen(CodePoint(character))) {
      safe += "\ufffd";
    } else if (character == "&") {
      safe += "&amp;";
    } else if (character == "<") {
      safe += "&lt;";
    } else if (character == ">") {
      safe += "&gt;";
    } else if (character == "\"") {
      safe += "&quot;";
    } else if (character == "'") {
      safe += "&#39;";
    } else {
      safe += std::string(character);
    }
  }
  return safe;
}

}  // namespace mesolys
