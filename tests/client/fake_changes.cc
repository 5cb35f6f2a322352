// The changes of the fake scheduler.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/runtime/status.h"
#include "proto/values/reason.h"
#include "tests/client/fake_allocation_service.h"

namespace mesolys::client {
namespace {

using std::lock_guard;
using std::mutex;

constexpr int64_t kHour = 3600;
constexpr int64_t kCpuMax = 50'000 * kHour;

}  // namespace

grpc::Status FakeAllocationService::CreateProject(grpc::ServerContext* context,
                                                  const v1::CreateProjectRequest* in,
                                                  v1::Project* out) {
  return Change(context, *in, out, [&] {
    const std::string& name = in->project().name();
    if (projects_.count(name) > 0) {
      return ToGrpcStatus(Refuse(
          Refusal{Reason::kProjectExists, absl::StrCat(name, " exists"), {{"project", name}}}));
    }
    *out = in->project();
    out->set_etag("1");
    out->set_shares(10'000);
    *out->mutable_create_time() = FakeTime("2026-11-21T09:00:00Z");
    if (!in->validate_only()) projects_[name] = *out;
    return grpc::Status::OK;
  });
}

grpc::Status FakeAllocationService::LinkAccount(grpc::ServerContext* context,
                                                const v1::LinkAccountRequest* in,
                                                v1::AccountLink* out) {
  return Change(context, *in, out, [&] {
    const auto found = projects_.find(in->project());
    if (found == projects_.end()) {
      return ToGrpcStatus(
          Refuse(Refusal{Reason::kUnknownProject, in->project() + " does not exist", {}}));
    }
    *out = in->link();
    if (!in->validate_only()) *found->second.add_links() = in->link();
    return grpc::Status::OK;
  });
}

grpc::Status FakeAllocationService::UnlinkAccount(grpc::ServerContext* context,
                                                  const v1::UnlinkAccountRequest* in,
                                                  v1::AccountLink* out) {
  return Change(context, *in, out, [&] {
    const auto found = projects_.find(in->project());
    if (found == projects_.end()) {
      return ToGrpcStatus(
          Refuse(Refusal{Reason::kUnknownProject, in->project() + " does not exist", {}}));
    }
    *out = in->link();
    return grpc::Status::OK;
  });
}

grpc::Status FakeAllocationService::AddMember(grpc::ServerContext* context,
                                              const v1::AddMemberRequest* in, v1::Member* out) {
  return Change(context, *in, out, [&] {
    *out = in->member();
    *out->mutable_add_time() = FakeTime("2026-11-21T09:00:00Z");
    if (!in->validate_only()) members_[in->project()][out->user()] = *out;
    return grpc::Status::OK;
  });
}

grpc::Status FakeAllocationService::SetMemberCeiling(grpc::ServerContext* context,
                                                     const v1::SetMemberCeilingRequest* in,
                                                     v1::MemberCeiling* out) {
  return Change(context, *in, out, [&] {
    out->set_user(in->user());
    out->set_site(in->site());
    out->set_resource(in->resource());
    if (in->has_amount_base_units()) out->set_amount_base_units(in->amount_base_units());
    *out->mutable_set_time() = FakeTime("2026-11-21T09:00:00Z");
    return grpc::Status::OK;
  });
}

// All of what is asked but cpu, and of that what is left of 50000 h.
grpc::Status FakeAllocationService::Decide(const v1::CreateRequestRequest& in, v1::Request* out) {
  last_create_request_ = in;
  *out = in.request();
  const int number = last_number_ + 1;
  out->set_name(absl::StrCat(in.project(), "/requests/r", number));
  out->set_requester("alice");
  if (in.request().track() == v1::Request::CALL) {
    out->set_state(v1::Request::SUBMITTED);
    if (in.validate_only()) return grpc::Status::OK;
    last_number_ = number;
    requests_[in.project()].push_back(*out);
    return grpc::Status::OK;
  }
  *out->mutable_decide_time() = FakeTime("2026-11-21T09:00:00Z");
  out->set_state(v1::Request::GRANTED);
  int64_t& left = cpu_left_.emplace(in.project(), kCpuMax).first->second;
  int64_t left_after = left;
  for (const v1::RequestLine& line : in.request().lines()) {
    int64_t amount = line.amount_base_units();
    if (line.resource() == "cpu" && amount > left) {
      amount = left >= std::max<int64_t>(line.minimum_base_units(), 1) ? left : 0;
      out->set_state(amount > 0 ? v1::Request::PARTLY_GRANTED : v1::Request::REFUSED);
      v1::Refusal& refusal = *out->add_refusals();
      refusal.set_reason("THRESHOLD_REACHED");
      refusal.set_message(absl::StrCat("dynamic access gives at most 50000 core-hours; ",
                                       left / kHour, " are left: ask for those, or at the call"));
      (*refusal.mutable_metadata())["left_core_hours"] = absl::StrCat(left / kHour);
    }
    if (line.resource() == "cpu") left_after -= amount;
    if (amount == 0) continue;
    v1::Grant& grant = *out->add_grants();
    grant.set_name(absl::StrCat(in.project(), "/grants/g", number * 10 + out->grants_size()));
    grant.set_resource(line.resource());
    grant.set_amount_base_units(amount);
    *grant.mutable_period() = in.request().period();
    grant.set_request(out->name());
    grant.set_state(v1::Grant::PENDING);
    *grant.mutable_issue_time() = FakeTime("2026-11-21T09:00:00Z");
    v1::Ceiling& ceiling = *grant.add_ceilings();
    ceiling.set_site("psmn");
    ceiling.set_wanted_base_units(amount);
    ceiling.set_state(line.resource() == "cpu" ? v1::Ceiling::WANTED : v1::Ceiling::FAILED);
    if (line.resource() != "cpu") ceiling.set_text("no such TRES");
    v1::Placement& placement = *grant.add_placements();
    placement.set_site("psmn");
    placement.set_month("2026-12");
    placement.set_amount_base_units(amount);
  }
  if (out->state() == v1::Request::REFUSED) out->clear_grants();
  if (in.validate_only()) return grpc::Status::OK;
  if (out->state() != v1::Request::REFUSED) left = left_after;
  last_number_ = number;
  requests_[in.project()].push_back(*out);
  grants_.insert(grants_.end(), out->grants().begin(), out->grants().end());
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::CreateRequest(grpc::ServerContext* context,
                                                  const v1::CreateRequestRequest* in,
                                                  v1::Request* out) {
  return Change(context, *in, out, [&] { return Decide(*in, out); });
}

}  // namespace mesolys::client
