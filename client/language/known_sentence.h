#ifndef MESOLYS_CLIENT_LANGUAGE_KNOWN_SENTENCE_H_
#define MESOLYS_CLIENT_LANGUAGE_KNOWN_SENTENCE_H_

// What the scheduler and the agents say, they say in English: their sentences are kept, hashed and
// read by programs. A refusal brings the pattern that it was made of. What was kept does not: the
// patterns of the sources (proto/values/sentence.h), which the build collects, are tried on it.
// Any thread.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mesolys::client {

// The patterns with words enough to be found by them.
const std::vector<const char*>& KnownSentences();

// The sentence in the user's language; as it is where it is not known, or the language is English.
// Of several that fit the one with the most of its own words is taken; what varies in it, and parts
// between semicolons, colons and commas, are told one by one where they are known.
std::string Told(absl::string_view sentence);

// What the status says.
std::string Told(const absl::Status& status);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_LANGUAGE_KNOWN_SENTENCE_H_
