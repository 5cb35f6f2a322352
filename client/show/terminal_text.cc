#include "client/show/terminal_text.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "proto/values/quantity.h"

namespace mesolys::client {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;
};

struct Range {
  uint32_t first = 0;
  uint32_t last = 0;
};

// Control characters of C0 and C1 (U+009B begins an escape sequence as well as ESC [ does), and
// everything that turns the direction of writing or breaks a line.
constexpr Range kDangerous[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C},
                                {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069},
                                {0xFEFF, 0xFEFF}};
constexpr Range kNoWidth[] = {
    {0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0xA4CF},
                           {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},  {0xFE30, 0xFE6F},
                           {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                           {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <size_t kCount>
bool IsIn(const Range (&ranges)[kCount], uint32_t value) {
  return std::any_of(std::begin(ranges), std::end(ranges), [value](const Range& range) {
    return range.first <= value && value <= range.last;
  });
}

// The character at the start of a text that is not empty; nothing where it is not UTF-8.
std::optional<CodePoint> FirstOf(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return CodePoint{byte(0), 1};
  const size_t bytes = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < bytes) return std::nullopt;
  uint32_t value = byte(0) & (0xFFU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast[bytes] || surrogate || value > 0x10FFFF) return std::nullopt;
  return CodePoint{value, bytes};
}

std::string EscapeOf(uint32_t value) {
  if (value == '\n') return "\\n";
  if (value == '\t') return "\\t";
  if (value == '\r') return "\\r";
  return value < 0x80 ? absl::StrFormat("\\x%02x", value) : absl::StrFormat("\\u%04x", value);
}

}  // namespace

std::string Escaped(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::optional<CodePoint> next = FirstOf(text);
    if (!next.has_value()) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (IsIn(kDangerous, next->value)) {
      absl::StrAppend(&out, EscapeOf(next->value));
    } else {
      absl::StrAppend(&out, text.substr(0, next->bytes));
    }
    text.remove_prefix(next->bytes);
  }
  return out;
}

std::string LowerCase(absl::string_view text) {
  std::string lower = absl::AsciiStrToLower(text);
  for (size_t i = 1; i < lower.size(); ++i) {
    // U+00C0 to U+00DE, without the sign of multiplication, are 32 before their small letters.
    const auto byte = static_cast<unsigned char>(lower[i]);
    const bool capital = lower[i - 1] == '\xC3' && byte >= 0x80 && byte <= 0x9E && byte != 0x97;
    if (capital) lower[i] = static_cast<char>(byte + 0x20);
    const bool ligature = lower[i - 1] == '\xC5' && byte == 0x92;  // Œ
    if (ligature) lower[i] = '\x93';
  }
  return lower;
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const std::optional<CodePoint> next = FirstOf(text);
    if (!next.has_value()) {
      ++width;
      text.remove_prefix(1);
      continue;
    }
    if (!IsIn(kNoWidth, next->value)) width += IsIn(kWide, next->value) ? 2 : 1;
    text.remove_prefix(next->bytes);
  }
  return width;
}

std::string Bar(int64_t used, int64_t committed, int64_t whole, bool utf8) {
  constexpr int64_t kCells = 10;
  if (whole <= 0 || used < 0 || committed < 0) return "";
  // Cells filled up to `amount`; at least one for anything, all of them only when all is used.
  const auto cells = [whole](int64_t amount) {
    if (amount >= whole) return kCells;
    return amount == 0 ? 0 : std::clamp<int64_t>(MulDiv(amount, kCells, whole), 1, kCells - 1);
  };
  int64_t both = 0;
  if (__builtin_add_overflow(used, committed, &both)) both = whole;
  const int64_t full = cells(used);
  const int64_t to_come = std::max<int64_t>(cells(both) - full, 0);
  const auto repeat = [](absl::string_view cell, int64_t count) {
    std::string out;
    for (int64_t i = 0; i < count; ++i) absl::StrAppend(&out, cell);
    return out;
  };
  const int64_t rest = kCells - full - to_come;
  if (utf8) return absl::StrCat(repeat("█", full), repeat("▒", to_come), repeat("░", rest));
  return absl::StrCat("[", repeat("#", full), repeat("+", to_come), repeat(".", rest), "]");
}

std::string Sparkline(const std::vector<int64_t>& values, bool utf8) {
  static constexpr absl::string_view kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr absl::string_view kAscii[] = {".", "_", "-", "=", "+", "*", "%", "#"};
  constexpr int64_t kSteps = 8;
  int64_t most = 1;
  for (const int64_t value : values) most = std::max(most, value);
  std::string out;
  for (const int64_t value : values) {
    if (value <= 0) {
      out += ' ';
      continue;
    }
    const auto step =
        static_cast<size_t>(std::min(kSteps - 1, EstimateMulDiv(value, kSteps, most)));
    absl::StrAppend(&out, utf8 ? kBlocks[step] : kAscii[step]);
  }
  return out;
}

}  // namespace mesolys::client
