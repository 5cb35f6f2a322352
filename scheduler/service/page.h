#ifndef MESOLYS_SCHEDULER_SERVICE_PAGE_H_
#define MESOLYS_SCHEDULER_SERVICE_PAGE_H_

// Pages of lists (AIP-158): at most 1000 entries, and an opaque token that holds the last key
// shown. Any thread.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/values/reason.h"

namespace mesolys {

struct Page {
  std::string after;  // the last key shown; empty at first
  size_t size = 0;
};

inline absl::Status ForeignToken() {
  return Refuse(Reason::kPageTokenInvalid,
                Say("this list cannot go on from there: the mark of the page before is not of this "
                    "list; list it again from its start"));
}

// INVALID_ARGUMENT for a negative size or a token that is not ours.
inline absl::StatusOr<Page> ParsePage(int32_t page_size, const std::string& token) {
  if (page_size < 0) {
    return Refuse(Reason::kInvalidArgument,
                  Say("a page of $0 rows; right is 0 to 1000", page_size));
  }
  Page page;
  page.size = page_size == 0 ? 100 : std::min<size_t>(1000, static_cast<size_t>(page_size));
  if (token.empty()) return page;
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text) || !absl::StartsWith(text, "after:")) {
    return ForeignToken();
  }
  page.after = text.substr(6);
  return page;
}

// The last number shown of a numbered list; 0 at first. INVALID_ARGUMENT for the token of another
// list.
inline absl::StatusOr<int64_t> LastNumber(const Page& page) {
  int64_t number = 0;
  if (page.after.empty() || absl::SimpleAtoi(page.after, &number)) return number;
  return ForeignToken();
}

inline std::string PageToken(absl::string_view last) {
  return absl::WebSafeBase64Escape(absl::StrCat("after:", last));
}

// Walks [begin, end) from where the page begins; `key` gives the key of an element, `add` shows it
// and says whether it was shown at all. The token of the next page; empty at the end.
template <typename Iterator, typename Key, typename Add>
std::string FillPage(Iterator begin, Iterator end, const Page& page, Key key, Add add) {
  size_t shown = 0;
  std::string last = page.after;
  for (Iterator it = begin; it != end; ++it) {
    if (shown == page.size) return PageToken(last);
    last = key(*it);
    if (add(*it)) ++shown;
  }
  return "";
}

// A page of a project's numbered entries (requests, grants).
template <typename In, typename Out, typename Add>
absl::Status FillNumbered(const std::vector<int64_t>& numbers, const In& in, Out& out, Add add) {
  absl::StatusOr<Page> page = ParsePage(in.page_size(), in.page_token());
  if (!page.ok()) return page.status();
  absl::StatusOr<int64_t> last = LastNumber(*page);
  if (!last.ok()) return last.status();
  out.set_next_page_token(FillPage(
      std::upper_bound(numbers.begin(), numbers.end(), *last), numbers.end(), *page,
      [](int64_t number) { return absl::StrCat(number); },
      [&](int64_t number) {
        add(number);
        return true;
      }));
  return absl::OkStatus();
}

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_SERVICE_PAGE_H_
