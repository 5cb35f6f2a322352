#ifndef MESOLYS_PROTO_VALUES_QUOTED_H_
#define MESOLYS_PROTO_VALUES_QUOTED_H_

// What somebody wrote, as a message repeats it. It may be hostile, and ends on terminals, in logs
// and in protobuf strings: it is cut, and what could do anything there is escaped. Pure; any
// thread.

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mesolys {

// The first 80 bytes as printable ASCII, with C escapes and without quotes: for metadata.
inline std::string Printable(absl::string_view text) {
  constexpr size_t kBytesMax = 80;
  if (text.size() <= kBytesMax) return absl::CHexEscape(text);
  return absl::StrCat(absl::CHexEscape(text.substr(0, kBytesMax)), "...");
}

// The same, where the letters of Latin scripts stay as they are: for people.
std::string Legible(absl::string_view text);

// The same in double quotes: for sentences.
inline std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", Legible(text), "\"");
}

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_QUOTED_H_
