#include "agent/process/utf8.h"

#include <cstdint>

#include "absl/strings/str_format.h"

namespace mesolys::agent {
namespace {

uint8_t ByteAt(absl::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

// Of the well-formed UTF-8 sequence that `text` begins with; 0 when there is none.
size_t Utf8SequenceLength(absl::string_view text) {
  if (text.empty()) return 0;
  const uint8_t lead = ByteAt(text, 0);
  if (lead < 0x80) return 1;
  // The second byte's range excludes overlong forms, surrogates and what is past U+10FFFF.
  size_t length = 0;
  uint8_t low = 0x80;
  uint8_t high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  if (ByteAt(text, 1) < low || ByteAt(text, 1) > high) return 0;
  for (size_t at = 2; at < length; ++at) {
    if ((ByteAt(text, at) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::string OneLine(absl::string_view text, size_t bytes_max) {
  const bool is_cut = text.size() > bytes_max;
  text = text.substr(0, bytes_max);
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    const uint8_t lead = ByteAt(text, 0);
    if (length > 1 || (length == 1 && lead >= 0x20 && lead != 0x7F && lead != '\\')) {
      line.append(text.data(), length);
      text.remove_prefix(length);
    } else {
      absl::StrAppendFormat(&line, "\\x%02X", lead);
      text.remove_prefix(1);
    }
  }
  if (is_cut) line += "...";
  return line;
}

}  // namespace mesolys::agent
