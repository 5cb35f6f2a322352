#ifndef MESOLYS_CLIENT_FRAME_SUGGESTION_H_
#define MESOLYS_CLIENT_FRAME_SUGGESTION_H_

// Which word a mistyped one was meant to be. Pure; any thread.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mesolys::client {

// The closest of `words` by edits (insert, delete, replace, swap two neighbours); "" when none is
// within a third of the longer word's length, for a far-fetched guess does not help. The first of
// equals.
std::string Closest(absl::string_view mistyped, const std::vector<std::string>& words);

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_FRAME_SUGGESTION_H_
