#include "tests/scheduler/core/scenario_words.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace mesolys {

absl::Status Wrong(const std::string& message) { return absl::InvalidArgumentError(message); }
absl::Status Differs(const std::string& message) { return absl::FailedPreconditionError(message); }

std::pair<std::string, std::string> Split(const std::string& word) {
  return absl::StrSplit(word, absl::MaxSplits('=', 1));
}

ScenarioWords::ScenarioWords(const std::string& line) {
  bool quoted = false;
  std::string word;
  for (char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      if (!word.empty()) left.push_back(std::exchange(word, ""));
    } else {
      word += c;
    }
  }
  if (!word.empty()) left.push_back(word);
}

std::string ScenarioWords::Take() {
  if (left.empty()) return "";
  std::string word = left.front();
  left.pop_front();
  return word;
}

std::optional<std::string> ScenarioWords::After(const std::string& keyword) {
  const auto at = std::find(left.begin(), left.end(), keyword);
  if (at == left.end() || at + 1 == left.end()) return std::nullopt;
  std::string value = *(at + 1);
  left.erase(at, at + 2);
  return value;
}

std::string ScenarioWords::All() const { return absl::StrJoin(left, " "); }

int64_t RequestNumber(const std::string& text) {
  int64_t number = 0;
  const bool is = absl::StartsWith(text, "r") && absl::SimpleAtoi(text.substr(1), &number);
  return is ? number : 0;
}

}  // namespace mesolys
