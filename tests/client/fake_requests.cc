// The requests of the fake scheduler that wait, and what it would say of others.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/runtime/status.h"
#include "proto/values/reason.h"
#include "tests/client/fake_allocation_service.h"

namespace mesolys::client {
namespace {

// Of every grant of this world; it fits no file otherwise.
constexpr int64_t kNormalisedPerUnit = 2;

grpc::Status NotWaiting(const std::string& name) {
  return ToGrpcStatus(
      Refuse(Refusal{Reason::kRequestDecided, absl::StrCat(name, " is decided"), {}}));
}

}  // namespace

v1::Request* FakeAllocationService::FindRequest(const std::string& name) {
  for (auto& [project, requests] : requests_) {
    for (v1::Request& request : requests) {
      if (request.name() == name) return &request;
    }
  }
  return nullptr;
}

grpc::Status FakeAllocationService::WithdrawRequest(grpc::ServerContext* context,
                                                    const v1::WithdrawRequestRequest* in,
                                                    v1::Request* out) {
  return Change(context, *in, out, [&] {
    v1::Request* request = FindRequest(in->name());
    if (request == nullptr) {
      return ToGrpcStatus(
          Refuse(Refusal{Reason::kUnknownRequest, "there is no " + in->name(), {}}));
    }
    if (request->state() != v1::Request::SUBMITTED) return NotWaiting(in->name());
    *out = *request;
    out->set_state(v1::Request::WITHDRAWN);
    out->set_decide_reason(in->reason());
    *out->mutable_decide_time() = FakeTime("2026-11-21T09:00:00Z");
    if (!in->validate_only()) *request = *out;
    return grpc::Status::OK;
  });
}

grpc::Status FakeAllocationService::DecideRequest(grpc::ServerContext* context,
                                                  const v1::DecideRequestRequest* in,
                                                  v1::Request* out) {
  return Change(context, *in, out, [&] {
    v1::Request* request = FindRequest(in->name());
    if (request == nullptr) {
      return ToGrpcStatus(
          Refuse(Refusal{Reason::kUnknownRequest, "there is no " + in->name(), {}}));
    }
    if (request->state() != v1::Request::SUBMITTED) return NotWaiting(in->name());
    *out = *request;
    out->set_state(in->awards().empty() ? v1::Request::REFUSED : v1::Request::PARTLY_GRANTED);
    out->set_decide_reason(in->reason());
    *out->mutable_decide_time() = FakeTime("2026-11-21T09:00:00Z");
    for (const v1::Award& award : in->awards()) {
      v1::Grant& grant = *out->add_grants();
      grant.set_name(absl::StrCat(in->name().substr(0, in->name().find("/requests/")), "/grants/g9",
                                  out->grants_size()));
      grant.set_resource(award.resource());
      grant.set_amount_base_units(award.amount_base_units());
      *grant.mutable_period() = out->period();
      grant.set_state(v1::Grant::PENDING);
    }
    if (!in->validate_only()) *request = *out;
    return grpc::Status::OK;
  });
}

// As a request would be decided, without its name.
grpc::Status FakeAllocationService::Quote(grpc::ServerContext* context, const v1::QuoteRequest* in,
                                          v1::QuoteResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  std::lock_guard<std::mutex> lock(mutex_);
  v1::CreateRequestRequest create;
  create.set_project(in->project());
  *create.mutable_request() = in->request();
  create.set_validate_only(true);
  if (grpc::Status status = Decide(create, out->mutable_request()); !status.ok()) return status;
  out->mutable_request()->clear_name();
  int64_t price = 0;
  for (v1::Grant& grant : *out->mutable_request()->mutable_grants()) {
    grant.clear_name();
    grant.set_normalised_seconds(grant.amount_base_units() / 3600 * kNormalisedPerUnit);
    price += grant.normalised_seconds();
  }
  out->set_normalised_seconds(price);
  out->set_threshold_normalised_seconds(3'600'000);
  out->set_threshold_left_normalised_seconds(1'800'000);
  if (out->request().state() != v1::Request::GRANTED) {
    *out->mutable_whole_from_time() = FakeTime("2027-02-01T00:00:00Z");
  }
  return grpc::Status::OK;
}

// Whoever asks may read, and change nothing but requests.
grpc::Status FakeAllocationService::CheckAccess(grpc::ServerContext* context,
                                                const v1::CheckAccessRequest* in,
                                                v1::CheckAccessResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  out->set_allowed(absl::StrContains(in->method(), ".Get") ||
                   absl::StrContains(in->method(), ".List") ||
                   absl::StrContains(in->method(), "Request"));
  if (!out->allowed()) out->set_sentence("allowed: operator");
  return grpc::Status::OK;
}

}  // namespace mesolys::client
