#ifndef MESOLYS_CLIENT_LANGUAGE_KNOWN_SENTENCE_H_
#define MESOLYS_CLIENT_LANGUAGE_KNOWN_SENTENCE_H_

// What the scheduler and the agents say, they say in English: their sentences are kept, hashed and
// read by programs. Those that a researcher or an operator meets are known here, with holes ($0 to
// $9) where something varies, and so can be told in the user's language. Any thread.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mesolys::client {

// The sentences that are known, in English.
absl::Span<const char* const> KnownSentences();
// Those of them that agents say.
absl::Span<const char* const> KnownAgentSentences();

// The sentence in the user's language; as it is where it is not known, or the language is English.
// Of several that fit the one with the most of its own words is taken, and parts between semicolons
// are told one by one where more is known of them so.
std::string Told(absl::string_view sentence);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_LANGUAGE_KNOWN_SENTENCE_H_
