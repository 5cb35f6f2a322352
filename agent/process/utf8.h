#ifndef MESOLYS_AGENT_PROCESS_UTF8_H_
#define MESOLYS_AGENT_PROCESS_UTF8_H_

// Texts from outside. Pure; any thread.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace mesolys::agent {

// One line that any terminal may show: control characters, backslashes and bytes that are not UTF-8
// become \xNN. Of a longer text the first `bytes_max` bytes, followed by "...".
std::string OneLine(absl::string_view text, size_t bytes_max);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_PROCESS_UTF8_H_
