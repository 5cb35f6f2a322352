#ifndef MESOLYS_PROTO_VALUES_QUOTED_H_
#define MESOLYS_PROTO_VALUES_QUOTED_H_

// What somebody wrote, as a message repeats it. It may be hostile: it is cut, and only printable
// ASCII is left, for it ends on terminals, in logs and in protobuf strings. Pure; any thread.

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mesolys {

// The first 80 bytes, with C escapes and without quotes: for metadata.
inline std::string Printable(absl::string_view text) {
  constexpr size_t kBytesMax = 80;
  if (text.size() <= kBytesMax) return absl::CHexEscape(text);
  return absl::StrCat(absl::CHexEscape(text.substr(0, kBytesMax)), "...");
}

// The same in double quotes: for sentences.
inline std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", Printable(text), "\"");
}

}  // namespace mesolys

#endif  // MESOLYS_PROTO_VALUES_QUOTED_H_
