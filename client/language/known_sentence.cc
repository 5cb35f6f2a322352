#include "client/language/known_sentence.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "client/language/language.h"
#include "proto/values/reason.h"
#include "proto/values/sentence.h"

namespace mesolys::client {
namespace {

constexpr const char* kAllSentences[] = {
#include "said.inc"
};

constexpr size_t kHolesMax = 10;
using Holes = std::array<std::optional<absl::string_view>, kHolesMax>;

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
  if (!absl::StartsWith(sentence, pattern.substr(0, pattern.find('$')))) return std::nullopt;
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
      std::optional<absl::string_view>& hole = holes.at(*open);
      // What stands twice is twice the same.
      if (hole.has_value() && *hole != sentence.substr(0, at)) return std::nullopt;
      hole = sentence.substr(0, at);
    } else if (!absl::StartsWith(sentence, part.words)) {
      return std::nullopt;
    }
    sentence.remove_prefix(at + part.words.size());
    open = part.hole;
    is_quoted = absl::EndsWith(part.words, "\"");
  }
  return sentence.empty() ? std::optional<size_t>(own) : std::nullopt;
}

// A known sentence that fits.
struct Fitting {
  const char* pattern = nullptr;
  size_t own = 0;
  size_t begin = 0;  // of its own words
  Holes holes;
};

// The few with the most words of their own, the most first.
std::vector<Fitting> FittingOf(absl::string_view sentence) {
  constexpr size_t kMost = 3;
  std::vector<Fitting> fitting;
  for (const char* known : KnownSentences()) {
    Holes holes;
    const size_t own = Fit(known, sentence, holes).value_or(0);
    const size_t begin = known[0] == '$' ? holes.at(0).value_or("").size() : 0;
    if (own > 0) fitting.push_back({known, own, begin, holes});
  }
  std::stable_sort(fitting.begin(), fitting.end(),
                   [](const Fitting& a, const Fitting& b) { return a.own > b.own; });
  fitting.resize(std::min(fitting.size(), kMost));
  return fitting;
}

// A sentence as it is told, and how many bytes of it were known.
struct Telling {
  std::string text;
  size_t own = 0;
};

// How sentences follow one another; and where something is.
constexpr const char* kPlace = TrLater("$0 at $1");
constexpr const char* kReason = TrLater("$0: $1");
constexpr const char* kJoints[] = {TrLater("$0; $1"), kReason, TrLater("$0, $1"), kPlace};

// Where what is said of a reason begins: "THRESHOLD_REACHED: cpu: 9 h asked, ...". 0 for none.
size_t AfterReason(absl::string_view sentence) {
  const size_t colon = sentence.find(": ");
  if (colon == absl::string_view::npos || colon == 0) return 0;
  const absl::string_view word = sentence.substr(0, colon);
  const bool is_reason = std::all_of(word.begin(), word.end(),
                                     [](char c) { return ('A' <= c && c <= 'Z') || c == '_'; });
  return is_reason ? colon + 2 : 0;
}

class Teller {
 public:
  // What a hole at an end would take in of that which is said behind it: whichever knows more is
  // right.
  Telling Tell(absl::string_view sentence) {
    Telling best = TellWhole(sentence);
    for (const char* joint : kJoints) {
      const absl::string_view between = PartsOf(joint)[1].words;
      const size_t at = sentence.find(between);
      if (at == absl::string_view::npos) continue;
      const Telling first = TellWhole(sentence.substr(0, at));
      const Telling rest = Tell(sentence.substr(at + between.size()));
      const size_t own = first.own + rest.own;
      // A hole at the end takes in the place, too, and knows no more for that.
      if (own < best.own || (own == best.own && (joint != kPlace || own == 0))) continue;
      best = {Sentence{Tr(joint), {first.text, rest.text}}.Render(), own};
    }
    return best;
  }

 private:
  // Of those that fit, whichever knows the most with what stands in its holes; of several the one
  // that begins first.
  Telling TellWhole(absl::string_view sentence) {
    Telling best{std::string(sentence)};
    if (left_ == 0) return best;
    --left_;
    size_t begin = 0;
    for (const Fitting& fitting : FittingOf(sentence)) {
      Telling told = TellHoles(fitting);
      if (told.own < best.own || (told.own == best.own && fitting.begin >= begin)) continue;
      best = std::move(told);
      begin = fitting.begin;
    }
    return best;
  }

  Telling TellHoles(const Fitting& fitting) {
    Sentence told{Tr(fitting.pattern), {}};
    size_t own = fitting.own;
    for (const std::optional<absl::string_view>& hole : fitting.holes) {
      if (!hole.has_value()) break;
      Telling telling = Tell(*hole);
      own += telling.own;
      told.arguments.push_back(std::move(telling.text));
    }
    return {told.Render(), own};
  }

  // No sentence of ours has as many parts; what has, is nobody's to spend hours on.
  int left_ = 1000;
};

// Whether it has words enough, or nothing else; quotes tell more than letters do.
bool IsRecognizable(absl::string_view pattern) {
  constexpr std::ptrdiff_t kLettersMin = 5;
  if (!absl::StrContains(pattern, '$')) return true;
  const auto letters = std::count_if(pattern.begin(), pattern.end(), [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
  });
  const auto quotes = std::count(pattern.begin(), pattern.end(), '"');
  return !absl::StrContains(pattern, "$$") && letters > 0 && letters + 2 * quotes >= kLettersMin;
}

}  // namespace

const std::vector<const char*>& KnownSentences() {
  static const auto& sentences = *new std::vector<const char*>([] {
    std::vector<const char*> known;
    std::copy_if(std::begin(kAllSentences), std::end(kAllSentences), std::back_inserter(known),
                 IsRecognizable);
    return known;
  }());
  return sentences;
}

std::string Told(absl::string_view sentence) {
  constexpr size_t kLongest = 4096;
  if (!IsTranslated() || sentence.size() > kLongest) return std::string(sentence);
  // An agent tells escaped what hinders it.
  const std::string said = absl::StrReplaceAll(sentence, {{"\\'", "'"}});
  const size_t begin = AfterReason(said);
  if (begin == 0) return Teller().Tell(said).text;
  return Sentence{Tr(kReason), {said.substr(0, begin - 2), Teller().Tell(said.substr(begin)).text}}
      .Render();
}

std::string Told(const absl::Status& status) {
  const std::optional<Sentence> sentence = SentenceOf(status);
  if (!IsTranslated() || !sentence.has_value()) return Told(status.message());
  Sentence told{Tr(sentence->pattern.c_str()), {}};
  if (told.pattern == sentence->pattern) return Told(status.message());
  for (const std::string& argument : sentence->arguments) {
    told.arguments.push_back(Told(argument));
  }
  return told.Render();
}

}  // namespace mesolys::client
