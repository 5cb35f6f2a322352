#ifndef MESOLYS_PROTO_VALUES_SENTENCE_H_
#define MESOLYS_PROTO_VALUES_SENTENCE_H_

// A sentence for people, in English, and what varies in it. Its pattern is a literal, with $0 to $9
// where something varies ("$$" is a dollar), which client/po/messages finds for translators. It is
// kept and hashed as English text; whoever has pattern and arguments can tell it in another
// language. Pure; any thread.

#include <cstddef>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mesolys {

struct Sentence {
  std::string pattern;
  std::vector<std::string> arguments;

  // The English text.
  std::string Render() const;

  friend bool operator==(const Sentence&, const Sentence&) = default;
};

// A literal with a hole for each of the arguments, the first of each in their order; another does
// not compile.
template <typename... Args>
class Pattern {
 public:
  consteval Pattern(const char* text) : text_(text) {
    size_t hole_count = 0;
    for (const char* c = text; *c != '\0'; ++c) {
      if (*c != '$') continue;
      ++c;
      if (*c == '$') continue;
      if (*c < '0' || *c > '9' || static_cast<size_t>(*c - '0') > hole_count) std::abort();
      if (static_cast<size_t>(*c - '0') == hole_count) ++hole_count;
    }
    if (hole_count != sizeof...(Args)) std::abort();
  }

  const char* text() const { return text_; }

 private:
  const char* text_;
};

inline std::string AsArgument(const absl::AlphaNum& value) { return std::string(value.Piece()); }
inline std::string AsArgument(const Sentence& sentence) { return sentence.Render(); }

// Say("there is no site \"$0\"", site). What absl::StrCat takes is an argument, and a sentence.
template <typename... Args>
Sentence Say(std::type_identity_t<Pattern<Args...>> pattern, const Args&... args) {
  return {pattern.text(), {AsArgument(args)...}};
}

// Words of a table, without holes, which are an argument of a sentence later.
constexpr const char* SayLater(const char* words) { return words; }

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_SENTENCE_H_
