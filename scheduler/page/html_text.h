#ifndef MESOLYS_SCHEDULER_PAGE_HTML_TEXT_H_
#define MESOLYS_SCHEDULER_PAGE_HTML_TEXT_H_

// Text that others wrote, as it may stand in a page. Any thread.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace mesolys {

// UTF-8 with nothing that is markup, a control character, or turns the direction of what follows.
// After `characters_max` it is cut with an ellipsis.
std::string HtmlText(absl::string_view text, size_t characters_max = 80);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_PAGE_HTML_TEXT_H_
