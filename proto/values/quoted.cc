#include "proto/values/quoted.h"

#include <cstddef>

namespace mesolys {
namespace {

constexpr size_t kBytesMax = 80;

// Whether `text` begins with a character of two bytes from U+00A1 to U+024F, the soft hyphen apart:
// Latin-1 Supplement, Latin Extended-A and -B. None of them moves a cursor or turns a line.
bool BeginsWithLetter(absl::string_view text) {
  if (text.size() < 2) return false;
  const auto lead = static_cast<unsigned char>(text[0]);
  const auto next = static_cast<unsigned char>(text[1]);
  if (lead < 0xC2 || lead > 0xC9 || next < 0x80 || next > 0xBF) return false;
  const unsigned code = (lead & 0x1Fu) << 6 | (next & 0x3Fu);
  constexpr unsigned kSoftHyphen = 0xAD;
  return code >= 0xA1 && code <= 0x24F && code != kSoftHyphen;
}

}  // namespace

std::string Legible(absl::string_view text) {
  std::string legible;
  size_t begin = 0;  // of what is not yet written
  size_t i = 0;
  while (i < text.size() && i < kBytesMax) {
    if (!BeginsWithLetter(text.substr(i))) {
      ++i;
      continue;
    }
    absl::StrAppend(&legible, absl::CHexEscape(text.substr(begin, i - begin)), text.substr(i, 2));
    i += 2;
    begin = i;
  }
  absl::StrAppend(&legible, absl::CHexEscape(text.substr(begin, i - begin)),
                  i < text.size() ? "..." : "");
  return legible;
}

}  // namespace mesolys
