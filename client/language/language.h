#ifndef MESOLYS_CLIENT_LANGUAGE_LANGUAGE_H_
#define MESOLYS_CLIENT_LANGUAGE_LANGUAGE_H_

// The language of what people read: English in the code, others by gettext from client/po/*.po.
// Names, codes, keys of JSON and CSV, and what a shell would run are the same in every language.
// A sentence is translated as a whole, so what varies in it stands as $0 to $9 ("$$" is a dollar
// where anything varies); none is put together from parts.

#include <cstdint>
#include <string>

#include "absl/strings/substitute.h"
#include "client/language/environment.h"

namespace mesolys::client {

// Of the whole program from now on: the first of LC_ALL, LC_MESSAGES and LANG that is set names it,
// and LANGUAGE goes before, as gettext has it. English for "C", "POSIX" and what is not translated.
// Before other threads read the environment.
void UseLanguage(const Environment& environment);

// Whether the user reads another language than English.
bool IsTranslated();

// Any thread. `sentence` is a literal, which client/po/messages finds for translators.
std::string Tr(const char* sentence);
template <typename... Args>
std::string Tr(const char* sentence, const Args&... args) {
  return absl::Substitute(Tr(sentence), args...);
}

// As Tr, where a word means two things that are not the same in other languages; `meaning` says
// which to the translators.
std::string TrIn(const char* meaning, const char* word);

// As Tr, by the number that is $0: "$0 job" or "$0 jobs".
std::string FormFor(const char* one, const char* many, int64_t number);
template <typename... Args>
std::string TrCount(const char* one, const char* many, int64_t number, const Args&... args) {
  return absl::Substitute(FormFor(one, many, number), number, args...);
}

// A literal of a table, which Tr translates when it is used.
constexpr const char* TrLater(const char* sentence) { return sentence; }

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_LANGUAGE_LANGUAGE_H_
