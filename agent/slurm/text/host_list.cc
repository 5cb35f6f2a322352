#include "agent/slurm/text/host_list.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

constexpr size_t kDigitsMax = 9;
constexpr size_t kNameBytesMax = 255;

absl::Status Wrong(absl::string_view text, absl::string_view right) {
  return absl::InvalidArgumentError(absl::StrCat("host list ", Quoted(text), ": ", right));
}

// "1", "007": at most nine digits.
bool ReadNumber(absl::string_view text, int64_t& number) {
  const bool is_number =
      !text.empty() && text.size() <= kDigitsMax &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
  return is_number && absl::SimpleAtoi(text, &number);
}

std::string Padded(int64_t number, size_t width) {
  const std::string digits = absl::StrCat(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

// Appends what "[...]" holds, "1-3,07", to each of the beginnings.
absl::Status AppendRanges(absl::string_view ranges, std::vector<std::string>& names) {
  std::vector<std::string> endings;
  for (const absl::string_view range : absl::StrSplit(ranges, ',')) {
    const std::pair<absl::string_view, absl::string_view> ends =
        absl::StrSplit(range, absl::MaxSplits('-', 1));
    const bool is_single = range.find('-') == absl::string_view::npos;
    int64_t first = 0;
    int64_t last = 0;
    if (!ReadNumber(ends.first, first) || !ReadNumber(is_single ? ends.first : ends.second, last) ||
        last < first) {
      return Wrong(ranges, "within brackets stand numbers and ranges of numbers");
    }
    if (static_cast<size_t>(last - first) >= kHostListMax - endings.size()) {
      return Wrong(ranges, absl::StrCat("more than ", kHostListMax, " names"));
    }
    for (int64_t number = first; number <= last; ++number) {
      endings.push_back(Padded(number, ends.first.size()));
    }
  }
  if (names.size() * endings.size() > kHostListMax) {
    return Wrong(ranges, absl::StrCat("more than ", kHostListMax, " names"));
  }
  std::vector<std::string> longer;
  longer.reserve(names.size() * endings.size());
  for (const std::string& name : names) {
    for (const std::string& ending : endings) longer.push_back(name + ending);
  }
  names = std::move(longer);
  return absl::OkStatus();
}

// Reads one entry, up to a comma outside brackets, and takes it off `rest`.
absl::StatusOr<std::vector<std::string>> TakeEntry(absl::string_view& rest) {
  std::vector<std::string> names = {""};
  while (!rest.empty() && rest.front() != ',') {
    if (rest.front() != '[') {
      const absl::string_view plain = rest.substr(0, rest.find_first_of(",["));
      const bool is_good = std::all_of(plain.begin(), plain.end(), [](unsigned char c) {
        return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
      });
      if (!is_good) return Wrong(plain, "a name is of letters, digits, '-', '_' and '.'");
      for (std::string& name : names) absl::StrAppend(&name, plain);
      rest.remove_prefix(plain.size());
    } else {
      const size_t end = rest.find(']');
      if (end == absl::string_view::npos) return Wrong(rest, "a bracket is not closed");
      if (absl::Status status = AppendRanges(rest.substr(1, end - 1), names); !status.ok()) {
        return status;
      }
      rest.remove_prefix(end + 1);
    }
    if (names.front().size() > kNameBytesMax) {
      return Wrong(names.front(), absl::StrCat("a name of more than ", kNameBytesMax, " bytes"));
    }
  }
  if (names.front().empty()) return Wrong(rest, "a name is empty");
  return names;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ExpandHostList(absl::string_view text) {
  std::vector<std::string> all;
  if (text.empty() || text == "(null)") return all;
  for (absl::string_view rest = text;; rest.remove_prefix(1)) {
    absl::StatusOr<std::vector<std::string>> names = TakeEntry(rest);
    if (!names.ok()) return names.status();
    if (all.size() + names->size() > kHostListMax) {
      return Wrong(text, absl::StrCat("more than ", kHostListMax, " names"));
    }
    std::move(names->begin(), names->end(), std::back_inserter(all));
    if (rest.empty()) return all;
  }
}

}  // namespace mesolys::agent
