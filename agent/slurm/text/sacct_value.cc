#include "agent/slurm/text/sacct_value.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/digits.h"
#include "proto/values/gpu_part.h"
#include "proto/values/quoted.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kMebi = int64_t{1} << 20;

absl::Status WrongValue(absl::string_view what, absl::string_view text, absl::string_view right) {
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", Quoted(text), ": ", right));
}

// Slurm's NO_VAL64 and INFINITE64, with or without a unit.
bool IsNotSet(absl::string_view value) {
  return absl::StartsWith(value, "18446744073709551614") ||
         absl::StartsWith(value, "18446744073709551615");
}

std::optional<int64_t> UnitBytes(char unit) {
  switch (absl::ascii_toupper(static_cast<unsigned char>(unit))) {
    case 'K':
      return int64_t{1} << 10;
    case 'M':
      return kMebi;
    case 'G':
      return int64_t{1} << 30;
    case 'T':
      return int64_t{1} << 40;
    case 'P':
      return int64_t{1} << 50;
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<int64_t> ParseSacctSpan(absl::string_view text) {
  if (IsNumber(text) && text.size() <= 12) return Number(text);
  const auto wrong = [text] {
    return WrongValue("a duration", text, "give [D-]HH:MM:SS or seconds");
  };
  int64_t days = 0;
  absl::string_view clock = text;
  const size_t dash = text.find('-');
  if (dash != absl::string_view::npos) {
    if (!IsNumber(text.substr(0, dash)) || dash > 6) return wrong();
    days = Number(text.substr(0, dash));
    clock = text.substr(dash + 1);
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(clock, ':');
  if (parts.size() > 3 || parts.size() < (dash == absl::string_view::npos ? 2U : 3U)) {
    return wrong();
  }
  int64_t seconds = 0;
  for (size_t at = 0; at < parts.size(); ++at) {
    if (!IsNumber(parts[at]) || parts[at].size() > 6) return wrong();
    // Only the first part may be more than a clock shows: "100:00:00" is a hundred hours.
    if (at > 0 && Number(parts[at]) > 59) return wrong();
    seconds = seconds * 60 + Number(parts[at]);
  }
  return days * 86400 + seconds;
}

int64_t ParseSacctTimeLimit(absl::string_view text) {
  if (IsNumber(text) && text.size() <= 12) return Number(text) * 60;
  return ParseSacctSpan(text).value_or(0);
}

absl::StatusOr<int64_t> ParseSacctSize(absl::string_view text) {
  const auto wrong = [text] {
    return WrongValue("a size", text, "give a number and K, M, G, T or P");
  };
  absl::string_view number = text;
  int64_t unit = kMebi;
  if (!text.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(text.back()))) {
    const std::optional<int64_t> found = UnitBytes(text.back());
    if (!found.has_value()) return wrong();
    unit = *found;
    number.remove_suffix(1);
  }
  const size_t point = number.find('.');
  const absl::string_view whole = number.substr(0, point);
  const absl::string_view fraction =
      point == absl::string_view::npos ? "0" : number.substr(point + 1);
  // Four digits times the largest unit would not fit an int64; sacct prints two.
  if (!IsNumber(whole) || !IsNumber(fraction) || fraction.size() > 3) return wrong();
  int64_t bytes = 0;
  if (__builtin_mul_overflow(Number(whole), unit, &bytes)) return wrong();
  int64_t scale = 1;
  for (size_t at = 0; at < fraction.size(); ++at) scale *= 10;
  if (__builtin_add_overflow(bytes, Number(fraction) * unit / scale, &bytes)) return wrong();
  return bytes;
}

absl::StatusOr<Allocation> ParseAllocTres(absl::string_view text) {
  Allocation allocation;
  // Of "gres/gpu", "gres/shard" and "gres/mps" alike: "gpu", "shard" and "mps" without their types.
  std::map<std::string, int64_t> totals;
  std::map<std::string, int64_t> typed;
  for (const absl::string_view entry : absl::StrSplit(text, ',')) {
    const size_t sign = entry.find('=');
    if (sign == absl::string_view::npos)
      return WrongValue("AllocTRES", text, "give name=count,...");
    const absl::string_view name = entry.substr(0, sign);
    const absl::string_view value = entry.substr(sign + 1);
    if (IsNotSet(value)) continue;
    if (name == "mem") {
      absl::StatusOr<int64_t> bytes = ParseSacctSize(value);
      if (!bytes.ok()) return bytes.status();
      allocation.memory_bytes = *bytes;
      continue;
    }
    const std::string lowered = absl::AsciiStrToLower(name);
    const std::optional<std::string> gpu = GpuNameOfTres(lowered);
    if (name != "cpu" && name != "node" && !gpu.has_value()) continue;
    if (!IsNumber(value) || value.size() > 12) {
      return WrongValue(absl::StrCat(name, " of AllocTRES"), value, "give a whole number");
    }
    const int64_t count = Number(value);
    if (name == "cpu") allocation.core_count = count;
    if (name == "node") allocation.node_count = count;
    if (!gpu.has_value()) continue;
    const std::string kind = lowered.substr(0, lowered.find(':'));
    if (kind == lowered) {
      totals[kind] = count;
    } else if (count > 0) {
      allocation.gpu_counts[*gpu] += count;
      typed[kind] += count;
    }
  }
  // The total is missing, hence less, where only those with a type are accounted.
  for (const auto& [kind, total] : totals) {
    const int64_t untyped = total - typed[kind];
    if (untyped > 0) allocation.gpu_counts[*GpuNameOfTres(kind)] += untyped;
  }
  return allocation;
}

}  // namespace mesolys::agent
