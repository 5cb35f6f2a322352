#ifndef MESOLYS_CLIENT_SESSION_PAGES_H_
#define MESOLYS_CLIENT_SESSION_PAGES_H_

// Lists of the scheduler come in pages; this reads them to the end. One thread.

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/language/language.h"
#include "client/session/session.h"
#include "google/protobuf/repeated_field.h"

namespace mesolys::client {

// Visits at most `limit` rows, all of them when it is 0. `rows` is the accessor of the page's list.
// `sparse`: few of the rows that the scheduler reads belong to the list, so it reads many at once.
// INTERNAL when the scheduler answers one page for ever.
template <typename Page, typename Request, typename Row, typename Visit>
absl::Status VisitPages(Session& session, Request request,
                        const google::protobuf::RepeatedPtrField<Row>& (Page::*rows)() const,
                        int64_t limit, bool sparse, Visit visit) {
  constexpr int64_t kPageSizeMax = 1000;
  int64_t count = 0;
  while (true) {
    request.set_page_size(static_cast<int32_t>(
        limit == 0 || sparse ? kPageSizeMax : std::min(kPageSizeMax, limit - count)));
    Page page;
    if (absl::Status status = session.Read(request, page); !status.ok()) return status;
    for (const Row& row : (page.*rows)()) {
      visit(row);
      if (++count == limit) return absl::OkStatus();
    }
    if (page.next_page_token().empty()) return absl::OkStatus();
    session.Progress(TrCount("$0 row read", "$0 rows read", count));
    if (page.next_page_token() == request.page_token()) {
      return absl::InternalError(
          Tr("the scheduler answers the same page of the list again and again"));
    }
    request.set_page_token(page.next_page_token());
  }
}

// The rows themselves.
template <typename Page, typename Request, typename Row>
absl::StatusOr<std::vector<Row>> ReadPages(
    Session& session, Request request,
    const google::protobuf::RepeatedPtrField<Row>& (Page::*rows)() const, int64_t limit = 0,
    bool sparse = false) {
  std::vector<Row> out;
  absl::Status status = VisitPages(session, std::move(request), rows, limit, sparse,
                                   [&out](const Row& row) { out.push_back(row); });
  if (!status.ok()) return status;
  return out;
}

}  // namespace mesolys::client

#endif  // MESOLYS_CLIENT_SESSION_PAGES_H_
