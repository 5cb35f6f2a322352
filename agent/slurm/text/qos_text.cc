#include "agent/slurm/text/qos_text.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/not_understood.h"

namespace mesolys::agent {
namespace {

constexpr double kFactorMax = 1e6;

}  // namespace

absl::Status AddQos(absl::string_view line, std::map<std::string, Qos>& qos) {
  const std::vector<std::string> fields = absl::StrSplit(line, '|');
  double factor = 0;
  if (fields.size() != 3 || fields[0].empty() || !absl::SimpleAtod(fields[2], &factor) ||
      !std::isfinite(factor)) {
    return NotUnderstood("sacctmgr show qos", line);
  }
  const auto found = qos.find(fields[0]);
  if (found == qos.end()) return absl::OkStatus();
  // Down: what is a little below 1 is below it.
  found->second.usage_factor = static_cast<int64_t>(
      std::floor(std::clamp(factor, 0.0, kFactorMax) * static_cast<double>(kWholeUsage)));
  const std::vector<absl::string_view> flags = absl::StrSplit(fields[1], ',');
  found->second.is_before_partition =
      std::find(flags.begin(), flags.end(), "OverPartQOS") != flags.end();
  return absl::OkStatus();
}

EnforcedRules EnforcedBy(absl::string_view list) {
  std::set<std::string> words;
  for (const absl::string_view word : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    words.insert(absl::AsciiStrToLower(absl::StripAsciiWhitespace(word)));
  }
  const bool is_all = words.contains("all");
  EnforcedRules rules;
  rules.safe = is_all || words.contains("safe");
  // "safe" brings limits with it.
  rules.limits = rules.safe || words.contains("limits");
  rules.qos = is_all || words.contains("qos");
  return rules;
}

}  // namespace mesolys::agent
