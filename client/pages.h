#ifndef MESOLYS_CLIENT_PAGES_H_
#define MESOLYS_CLIENT_PAGES_H_

// Lists of the scheduler come in pages; this reads them to the end. One thread.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/session.h"
#include "google/protobuf/repeated_field.h"

namespace mesolys {

// At most `limit` rows, all of them when it is 0. `rows` is the accessor of the page's list.
// `sparse`: few of the rows that the scheduler reads belong to the list, so it reads many at once.
// INTERNAL when the scheduler answers one page for ever.
template <typename Page, typename Request, typename Row>
absl::StatusOr<std::vector<Row>> ReadPages(
    Session& session, Request request,
    const google::protobuf::RepeatedPtrField<Row>& (Page::*rows)() const, int64_t limit = 0,
    bool sparse = false) {
  constexpr int64_t kPageSizeMax = 1000;
  std::vector<Row> out;
  while (true) {
    const int64_t wanted = limit - static_cast<int64_t>(out.size());
    request.set_page_size(
        static_cast<int32_t>(limit == 0 || sparse ? kPageSizeMax : std::min(kPageSizeMax, wanted)));
    Page page;
    if (absl::Status status = session.Read(request, page); !status.ok()) return status;
    for (const Row& row : (page.*rows)()) out.push_back(row);
    const bool enough = limit != 0 && static_cast<int64_t>(out.size()) >= limit;
    if (enough) out.resize(static_cast<size_t>(limit));
    if (enough || page.next_page_token().empty()) return out;
    if (page.next_page_token() == request.page_token()) {
      return absl::InternalError("the scheduler answers the same page of the list again and again");
    }
    request.set_page_token(page.next_page_token());
  }
}

}  // namespace mesolys

#endif  // MESOLYS_CLIENT_PAGES_H_
