#include "scheduler/service/request_reads.h"

#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/quote.h"
#include "scheduler/service/page.h"
#include "scheduler/service/request_commands.h"
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

absl::Status ReadQuote(const Reading& reading, const v1::QuoteRequest& in, v1::QuoteResponse& out) {
  absl::StatusOr<Request> request = ToRequest(in.project(), in.request());
  if (!request.ok()) return request.status();
  request->requester = reading.identity;
  const absl::StatusOr<Quote> quote = QuoteFor(reading.ledger, *request, reading.now);
  if (!quote.ok()) return quote.status();
  const RequestDecision& decision = quote->decision;
  *out.mutable_request() = RequestView(decision.request, decision.outcome, reading.now);
  out.mutable_request()->clear_name();
  for (const Grant& grant : decision.grants) {
    v1::Grant& shown = *out.mutable_request()->add_grants();
    shown = GrantView(reading.ledger, EntryOf(grant), SiteSessions(), reading.now);
    // It exists under no name.
    shown.clear_name();
    shown.clear_request();
  }
  out.set_normalised_seconds(quote->price.count());
  out.set_threshold_normalised_seconds(quote->threshold.count());
  out.set_threshold_left_normalised_seconds(quote->threshold_left.count());
  if (quote->whole_from.has_value()) {
    *out.mutable_whole_from_time() = ToProto(*quote->whole_from);
  }
  return absl::OkStatus();
}

}  // namespace mesolys
