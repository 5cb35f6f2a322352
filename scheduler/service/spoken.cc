#include "scheduler/service/spoken.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/values/commands.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/identity.h"

namespace mesolys {
std::string SpokenMethod(absl::string_view method) {
  for (const CommandCall& call : CommandCalls()) {
    if (call.method == method) return absl::StrCat("`mesolys ", call.command, "`");
  }
  std::string words;
  for (const char c : method.substr(method.find('.') + 1)) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !words.empty()) words += ' ';
    words += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return Say("the call to $0", words).Render();
}

std::string SpokenIdentity(absl::string_view identity) {
  if (!UserOf(identity).empty()) return std::string(UserOf(identity));
  if (!SiteIdOf(identity).empty()) return Say("the agent of $0", SiteIdOf(identity)).Render();
  return std::string(identity);
}

}  // namespace mesolys
