#ifndef MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_WORDS_H_
#define MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_WORDS_H_

// The words of a scenario's line, and what a line can be: not of the language, or not true. One
// thread.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace mesolys {

// The words of a line, taken from the front; "options" are the key=value words and the pairs of a
// keyword and its value, wherever they stand. Quotes keep words together.
struct ScenarioWords {
  explicit ScenarioWords(const std::string& line);

  bool empty() const { return left.empty(); }
  // Empty when there is none.
  std::string Take();
  // The word after `keyword`; nothing when the keyword is not there.
  std::optional<std::string> After(const std::string& keyword);
  std::string All() const;

  std::deque<std::string> left;
};

// A line that is not of the language.
absl::Status Wrong(const std::string& message);
// An expectation that does not hold.
absl::Status Differs(const std::string& message);

// "r2"; 0 for anything else.
int64_t RequestNumber(const std::string& text);

// "north=600h" and the like.
std::pair<std::string, std::string> Split(const std::string& word);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_CORE_SCENARIO_WORDS_H_
