#include "scheduler/service/grant_reads.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"
#include "scheduler/core/balance.h"
#include "scheduler/core/explanation.h"
#include "scheduler/service/page.h"
#include "scheduler/service/unknown.h"
#include "scheduler/service/views.h"

namespace mesolys {
namespace {

v1::Request Show(const Reading& reading, const RequestEntry& entry) {
  v1::Request out = RequestView(entry.request, entry.outcome, entry.decide_time);
  for (int64_t number : entry.grants) {
    *out.add_grants() =
        GrantView(reading.ledger, *reading.ledger.FindGrant(number), reading.sessions, reading.now);
  }
  return out;
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

}  // namespace

absl::Status ReadRequest(const Reading& reading, const v1::GetRequestRequest& in,
                         v1::Request& out) {
  const NumberedName name = *ParseRequestName(in.name());
  const RequestEntry* entry = reading.ledger.FindRequest(name.number);
  if (entry == nullptr || entry->request.project != name.project) {
    return NoRequest(name);
  }
  out = Show(reading, *entry);
  return absl::OkStatus();
}

absl::Status ReadRequests(const Reading& reading, const v1::ListRequestsRequest& in,
                          v1::ListRequestsResponse& out) {
  return FillNumbered(reading.project->requests, in, out, [&](int64_t number) {
    *out.add_requests() = Show(reading, *reading.ledger.FindRequest(number));
  });
}

absl::Status ReadGrant(const Reading& reading, const v1::GetGrantRequest& in, v1::Grant& out) {
  const NumberedName name = *ParseGrantName(in.name());
  const GrantEntry* entry = reading.ledger.FindGrant(name.number);
  if (entry == nullptr || entry->grant.project != name.project) {
    return NoGrant(name);
  }
  out = GrantView(reading.ledger, *entry, reading.sessions, reading.now);
  return absl::OkStatus();
}

absl::Status ReadGrants(const Reading& reading, const v1::ListGrantsRequest& in,
                        v1::ListGrantsResponse& out) {
  return FillNumbered(reading.project->grants, in, out, [&](int64_t number) {
    *out.add_grants() =
        GrantView(reading.ledger, *reading.ledger.FindGrant(number), reading.sessions, reading.now);
  });
}

absl::Status ReadBalance(const Reading& reading, const v1::GetBalanceRequest&, v1::Balance& out) {
  const std::string& project = reading.project->project.id;
  out.set_project(ProjectName(project));
  for (const BalanceLine& line : BalanceOf(reading.ledger, *reading.project, reading.now)) {
    *out.add_lines() = BalanceView(reading.ledger, project, line);
  }
  out.set_revision(reading.ledger.revision());
  return absl::OkStatus();
}

absl::Status ReadExplanation(const Reading& reading, const v1::ExplainRequest& in,
                             v1::Explanation& out) {
  std::vector<std::string> why;
  if (absl::StatusOr<NumberedName> grant = ParseGrantName(in.name()); grant.ok()) {
    const GrantEntry* entry = reading.ledger.FindGrant(grant->number);
    if (entry == nullptr || entry->grant.project != grant->project) {
      return NoGrant(*grant);
    }
    why = ExplainGrant(reading.ledger, *entry, reading.now);
  } else if (absl::StatusOr<NumberedName> request = ParseRequestName(in.name()); request.ok()) {
    const RequestEntry* entry = reading.ledger.FindRequest(request->number);
    if (entry == nullptr || entry->request.project != request->project) {
      return NoRequest(*request);
    }
    why = ExplainRequest(reading.ledger, *entry);
  } else {
    why = ExplainProject(reading.ledger, *reading.project, reading.now);
  }
  for (std::string& sentence : why) out.add_sentences(std::move(sentence));
  return absl::OkStatus();
}

}  // namespace mesolys
