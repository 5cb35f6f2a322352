#include "client/language/known_sentence.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/strings/substitute.h"
#include "client/language/language.h"

namespace mesolys::client {
namespace {

constexpr size_t kHolesMax = 10;
using Holes = std::array<std::string, kHolesMax>;

// "there is no project $0": the words before a hole, and which hole follows them.
struct Part {
  absl::string_view words;
  std::optional<size_t> hole;
};

std::vector<Part> PartsOf(absl::string_view pattern) {
  std::vector<Part> parts;
  while (true) {
    const size_t dollar = pattern.find('$');
    const bool is_last = dollar == absl::string_view::npos || dollar + 1 >= pattern.size();
    if (is_last) break;
    parts.push_back({pattern.substr(0, dollar), static_cast<size_t>(pattern[dollar + 1] - '0')});
    pattern.remove_prefix(dollar + 2);
  }
  parts.push_back({pattern, std::nullopt});
  return parts;
}

// Fills `holes`; each is as short as may be, and none is empty but between quotes. How many bytes
// of the pattern's own words were met; nothing when it does not fit.
std::optional<size_t> Fit(absl::string_view pattern, absl::string_view sentence, Holes& holes) {
  size_t own = 0;
  std::optional<size_t> open;  // the hole that has begun
  bool is_quoted = false;      // and stands between quotes: then it may be empty
  for (const Part& part : PartsOf(pattern)) {
    own += part.words.size();
    size_t at = 0;
    if (open.has_value()) {
      // The last words stand at the end.
      const size_t least = is_quoted ? 0 : 1;
      at = part.hole.has_value() || part.words.empty() ? sentence.find(part.words, least)
                                                       : sentence.rfind(part.words);
      if (!part.hole.has_value() && part.words.empty()) at = sentence.size();
      if (at == absl::string_view::npos || at < least) return std::nullopt;
      holes.at(*open) = std::string(sentence.substr(0, at));
    } else if (!absl::StartsWith(sentence, part.words)) {
      return std::nullopt;
    }
    sentence.remove_prefix(at + part.words.size());
    open = part.hole;
    is_quoted = absl::EndsWith(part.words, "\"");
  }
  return sentence.empty() ? std::optional<size_t>(own) : std::nullopt;
}

// A sentence as it is told, and how many bytes of it were known.
struct Telling {
  std::string text;
  size_t own = 0;
};

Telling TellWhole(absl::string_view sentence) {
  const char* best = nullptr;
  size_t most = 0;
  Holes holes;
  for (const char* known : KnownSentences()) {
    Holes filled;
    const size_t own = Fit(known, sentence, filled).value_or(0);
    if (own <= most) continue;
    best = known;
    most = own;
    holes = std::move(filled);
  }
  if (best == nullptr) return {std::string(sentence)};
  return {absl::Substitute(Tr(best), holes[0], holes[1], holes[2], holes[3], holes[4], holes[5],
                           holes[6], holes[7], holes[8], holes[9]),
          most};
}

// A hole at its end would take in what is said behind a semicolon: whichever knows more is right.
Telling Tell(absl::string_view sentence) {
  Telling whole = TellWhole(sentence);
  const size_t semicolon = sentence.find("; ");
  if (semicolon == absl::string_view::npos) return whole;
  const Telling first = TellWhole(sentence.substr(0, semicolon));
  const Telling rest = Tell(sentence.substr(semicolon + 2));
  if (first.own + rest.own <= whole.own) return whole;
  return {Tr("$0; $1", first.text, rest.text), first.own + rest.own};
}

}  // namespace

std::string Told(absl::string_view sentence) {
  // No sentence of ours is as long; what is, is nobody's to spend hours on.
  constexpr size_t kLongest = 4096;
  if (!IsTranslated() || sentence.size() > kLongest) return std::string(sentence);
  return Tell(sentence).text;
}

}  // namespace mesolys::client
