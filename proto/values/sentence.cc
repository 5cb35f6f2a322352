#include "proto/values/sentence.h"

namespace mesolys {

std::string Sentence::Render() const {
  std::string text;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    const size_t hole = static_cast<size_t>(next) - '0';
    if (pattern[i] == '$' && hole < arguments.size()) {
      text += arguments[hole];
      ++i;
    } else {
      text += pattern[i];
      if (pattern[i] == '$' && next == '$') ++i;
    }
  }
  return text;
}

}  // namespace mesolys
