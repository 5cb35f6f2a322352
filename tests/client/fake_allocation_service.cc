#include "tests/client/fake_allocation_service.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/runtime/status.h"
#include "proto/values/reason.h"

namespace mesolys::client {
namespace {

using std::lock_guard;
using std::mutex;

constexpr int64_t kHour = 3600;

grpc::Status Unknown(Reason reason, const std::string& name) {
  return ToGrpcStatus(
      Refuse(Refusal{reason, absl::StrCat(name, " does not exist"), {{"name", name}}}));
}

// One page of `rows`; the token is the index of the next row.
template <typename Row, typename In, typename Out>
grpc::Status Page(const std::vector<Row>& rows, const In& in, Out* list, std::string* next_token) {
  size_t first = 0;
  if (!in.page_token().empty() && !absl::SimpleAtoi(in.page_token(), &first)) {
    return ToGrpcStatus(Refuse(Reason::kPageTokenInvalid, Say("not a token of ours")));
  }
  const size_t size = in.page_size() == 0 ? 100 : static_cast<size_t>(in.page_size());
  const size_t end = std::min(rows.size(), first + size);
  for (size_t i = first; i < end; ++i) *list->Add() = rows[i];
  if (end < rows.size()) *next_token = absl::StrCat(end);
  return grpc::Status::OK;
}

template <typename Map>
auto ValuesOf(const Map& map) {
  std::vector<typename Map::mapped_type> values;
  for (const auto& [key, value] : map) values.push_back(value);
  return values;
}

}  // namespace

FakeAllocationService::FakeAllocationService()
    : grants_(FakeGrants()), balance_(FakeBalance()), jobs_(FakeJobs()) {
  projects_["projects/proj_a"] = FakeProject();
  v1::Member& alice = members_["projects/proj_a"]["alice"];
  alice.set_user("alice");
  alice.set_role(v1::Member::PI);
  alice.add_logins()->set_site("psmn");
  alice.mutable_logins(0)->set_login("amartin");
  *alice.mutable_add_time() = FakeTime("2026-09-01T08:00:00Z");
  v1::MemberCeiling& ceiling = *alice.add_ceilings();
  ceiling.set_user("alice");
  ceiling.set_site("sites/psmn");
  ceiling.set_resource("cpu");
  ceiling.set_amount_base_units(500 * 3600);
  *ceiling.mutable_set_time() = FakeTime("2026-10-01T08:00:00Z");
}

v1::CreateRequestRequest FakeAllocationService::last_create_request() const {
  lock_guard<mutex> lock(mutex_);
  return last_create_request_;
}

void FakeAllocationService::SetBalance(v1::Balance balance) {
  lock_guard<mutex> lock(mutex_);
  balance_ = std::move(balance);
}

void FakeAllocationService::SetJobs(std::vector<v1::Job> jobs) {
  lock_guard<mutex> lock(mutex_);
  jobs_ = std::move(jobs);
}

grpc::Status FakeAllocationService::GetWhoAmI(grpc::ServerContext* context,
                                              const v1::GetWhoAmIRequest*, v1::WhoAmI* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  out->set_identity("spiffe://mesolys/user/alice");
  out->add_roles("operator");
  v1::Membership& membership = *out->add_memberships();
  membership.set_project("projects/proj_a");
  membership.set_role(v1::Member::PI);
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::GetSite(grpc::ServerContext* context,
                                            const v1::GetSiteRequest* in, v1::Site* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  if (in->name() != "sites/psmn" && in->name() != "sites/p2chpd") {
    return Unknown(Reason::kUnknownProject, in->name());
  }
  *out = FakeSite(in->name().substr(6));
  lock_guard<mutex> lock(mutex_);
  if (in->name() == "sites/psmn" && written_off_) out->clear_exposures();
  for (const v1::SiteWindow& window : windows_) {
    if (window.site() == in->name()) *out->add_windows() = window;
  }
  ShowImports(*out);
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::ListSites(grpc::ServerContext* context,
                                              const v1::ListSitesRequest* in,
                                              v1::ListSitesResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  std::vector<v1::Site> sites = {FakeSite("p2chpd"), FakeSite("psmn")};
  for (v1::Site& site : sites) site.clear_capacities();
  return Page(sites, *in, out->mutable_sites(), out->mutable_next_page_token());
}

grpc::Status FakeAllocationService::GetProject(grpc::ServerContext* context,
                                               const v1::GetProjectRequest* in, v1::Project* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  const auto found = projects_.find(in->name());
  if (found == projects_.end()) return Unknown(Reason::kUnknownProject, in->name());
  *out = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::ListProjects(grpc::ServerContext* context,
                                                 const v1::ListProjectsRequest* in,
                                                 v1::ListProjectsResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  return Page(ValuesOf(projects_), *in, out->mutable_projects(), out->mutable_next_page_token());
}

grpc::Status FakeAllocationService::ListMembers(grpc::ServerContext* context,
                                                const v1::ListMembersRequest* in,
                                                v1::ListMembersResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  return Page(ValuesOf(members_[in->project()]), *in, out->mutable_members(),
              out->mutable_next_page_token());
}

grpc::Status FakeAllocationService::GetRequest(grpc::ServerContext* context,
                                               const v1::GetRequestRequest* in, v1::Request* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  for (const auto& [project, requests] : requests_) {
    for (const v1::Request& request : requests) {
      if (request.name() != in->name()) continue;
      *out = request;
      return grpc::Status::OK;
    }
  }
  return Unknown(Reason::kUnknownRequest, in->name());
}

grpc::Status FakeAllocationService::ListRequests(grpc::ServerContext* context,
                                                 const v1::ListRequestsRequest* in,
                                                 v1::ListRequestsResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  return Page(requests_[in->project()], *in, out->mutable_requests(),
              out->mutable_next_page_token());
}

grpc::Status FakeAllocationService::GetGrant(grpc::ServerContext* context,
                                             const v1::GetGrantRequest* in, v1::Grant* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  const v1::Grant* grant = FindGrant(in->name());
  if (grant == nullptr) return Unknown(Reason::kUnknownGrant, in->name());
  *out = *grant;
  return grpc::Status::OK;
}

v1::Grant* FakeAllocationService::FindGrant(const std::string& name) {
  for (v1::Grant& grant : grants_) {
    if (grant.name() == name) return &grant;
  }
  return nullptr;
}

grpc::Status FakeAllocationService::ListGrants(grpc::ServerContext* context,
                                               const v1::ListGrantsRequest* in,
                                               v1::ListGrantsResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  std::vector<v1::Grant> grants;
  for (const v1::Grant& grant : grants_) {
    if (absl::StartsWith(grant.name(), in->project() + "/grants/")) grants.push_back(grant);
  }
  return Page(grants, *in, out->mutable_grants(), out->mutable_next_page_token());
}

grpc::Status FakeAllocationService::GetBalance(grpc::ServerContext* context,
                                               const v1::GetBalanceRequest* in, v1::Balance* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  if (in->project() != "projects/proj_a") return Unknown(Reason::kUnknownProject, in->project());
  *out = balance_;
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::ListJobs(grpc::ServerContext* context,
                                             const v1::ListJobsRequest* in,
                                             v1::ListJobsResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  lock_guard<mutex> lock(mutex_);
  std::vector<v1::Job> jobs = jobs_;
  if (in->has_account()) {
    const bool known =
        in->account().cluster() == "psmn" && in->account().account() == "Old.Account";
    jobs = known ? FakeUnassignedJobs() : std::vector<v1::Job>();
  }
  if (in->uncovered()) {
    std::erase_if(jobs, [](const v1::Job& job) {
      return std::all_of(job.charges().begin(), job.charges().end(),
                         [](const v1::Charge& charge) { return !charge.grant().empty(); });
    });
  }
  return Page(jobs, *in, out->mutable_jobs(), out->mutable_next_page_token());
}

grpc::Status FakeAllocationService::GetEvent(grpc::ServerContext* context,
                                             const v1::GetEventRequest* in, v1::AuditEvent* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  if (in->revision() != 17) return Unknown(Reason::kUnknownEvent, absl::StrCat(in->revision()));
  *out = FakeEvent();
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::ListUnassigned(grpc::ServerContext* context,
                                                   const v1::ListUnassignedRequest* in,
                                                   v1::ListUnassignedResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  v1::UnassignedUse use;
  use.mutable_account()->set_cluster("psmn");
  use.mutable_account()->set_account("Old.Account");
  use.set_site("psmn");
  use.set_resource("cpu");
  use.set_settled_base_units(90 * kHour);
  return Page(std::vector<v1::UnassignedUse>{use}, *in, out->mutable_uses(),
              out->mutable_next_page_token());
}

}  // namespace mesolys::client
