#include "tests/fakes/caller.h"

#include <chrono>
#include <future>
#include <utility>

#include "grpcpp/client_context.h"
#include "mesolys/v1/allocation_service.grpc.pb.h"
#include "mesolys/v1/site_service.grpc.pb.h"
#include "proto/runtime/status.h"

namespace mesolys {

using AllocationStub = v1::AllocationService::Stub;
using SiteStub = v1::SiteService::Stub;

struct Caller::Stubs {
  std::unique_ptr<AllocationStub> allocation;
  std::unique_ptr<SiteStub> site;
};

namespace {

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Ask(Stub& stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             const Request& request) {
  grpc::ClientContext context;
  SetDeadline(context);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

class StartedPoll : public Caller::Poll {
 public:
  StartedPoll(SiteStub& stub, const v1::SynchronizeRequest& request) : request_(request) {
    SetDeadline(context_);
    stub.async()->Synchronize(
        &context_, &request_, &response_,
        [done = done_](grpc::Status status) { done->set_value(std::move(status)); });
  }

  void Cancel() override { context_.TryCancel(); }

  absl::StatusOr<v1::SynchronizeResponse> Wait() override {
    const grpc::Status status = done_->get_future().get();
    if (!status.ok()) return FromGrpcStatus(status);
    return response_;
  }

 private:
  const v1::SynchronizeRequest request_;
  grpc::ClientContext context_;
  v1::SynchronizeResponse response_;
  // Shared with the callback, which may still be inside set_value when Wait returns.
  const std::shared_ptr<std::promise<grpc::Status>> done_ =
      std::make_shared<std::promise<grpc::Status>>();
};

}  // namespace

Caller::Caller(std::shared_ptr<grpc::Channel> channel)
    : stubs_(
          new Stubs{v1::AllocationService::NewStub(channel), v1::SiteService::NewStub(channel)}) {}

Caller::~Caller() = default;

std::unique_ptr<Caller::Poll> Caller::Start(const v1::SynchronizeRequest& request) {
  return std::make_unique<StartedPoll>(*stubs_->site, request);
}

absl::StatusOr<v1::WhoAmI> Caller::Call(const v1::GetWhoAmIRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::GetWhoAmI, request);
}

absl::StatusOr<v1::Site> Caller::Call(const v1::GetSiteRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::GetSite, request);
}

absl::StatusOr<v1::ListSitesResponse> Caller::Call(const v1::ListSitesRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListSites, request);
}

absl::StatusOr<v1::Project> Caller::Call(const v1::CreateProjectRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::CreateProject, request);
}

absl::StatusOr<v1::Project> Caller::Call(const v1::GetProjectRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::GetProject, request);
}

absl::StatusOr<v1::ListProjectsResponse> Caller::Call(const v1::ListProjectsRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListProjects, request);
}

absl::StatusOr<v1::AccountLink> Caller::Call(const v1::LinkAccountRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::LinkAccount, request);
}

absl::StatusOr<v1::AccountLink> Caller::Call(const v1::UnlinkAccountRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::UnlinkAccount, request);
}

absl::StatusOr<v1::Member> Caller::Call(const v1::AddMemberRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::AddMember, request);
}

absl::StatusOr<v1::MemberCeiling> Caller::Call(const v1::SetMemberCeilingRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::SetMemberCeiling, request);
}

absl::StatusOr<v1::ChangeGrantResponse> Caller::Call(const v1::ReleaseHoursRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ReleaseHours, request);
}

absl::StatusOr<v1::RefundJobResponse> Caller::Call(const v1::RefundJobRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::RefundJob, request);
}

absl::StatusOr<v1::ListMembersResponse> Caller::Call(const v1::ListMembersRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListMembers, request);
}

absl::StatusOr<v1::Request> Caller::Call(const v1::CreateRequestRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::CreateRequest, request);
}

absl::StatusOr<v1::Request> Caller::Call(const v1::WithdrawRequestRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::WithdrawRequest, request);
}

absl::StatusOr<v1::Request> Caller::Call(const v1::DecideRequestRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::DecideRequest, request);
}

absl::StatusOr<v1::QuoteResponse> Caller::Call(const v1::QuoteRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::Quote, request);
}

absl::StatusOr<v1::CheckAccessResponse> Caller::Call(const v1::CheckAccessRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::CheckAccess, request);
}

absl::StatusOr<v1::Request> Caller::Call(const v1::GetRequestRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::GetRequest, request);
}

absl::StatusOr<v1::ListRequestsResponse> Caller::Call(const v1::ListRequestsRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListRequests, request);
}

absl::StatusOr<v1::Grant> Caller::Call(const v1::GetGrantRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::GetGrant, request);
}

absl::StatusOr<v1::ListGrantsResponse> Caller::Call(const v1::ListGrantsRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListGrants, request);
}

absl::StatusOr<v1::Balance> Caller::Call(const v1::GetBalanceRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::GetBalance, request);
}

absl::StatusOr<v1::ListJobsResponse> Caller::Call(const v1::ListJobsRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListJobs, request);
}

absl::StatusOr<v1::ListUnassignedResponse> Caller::Call(const v1::ListUnassignedRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListUnassigned, request);
}

absl::StatusOr<v1::JobExplanation> Caller::Call(const v1::ExplainJobRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ExplainJob, request);
}

absl::StatusOr<v1::ReportUsageResponse> Caller::Call(const v1::ReportUsageRequest& request) {
  return Ask(*stubs_->site, &SiteStub::ReportUsage, request);
}

absl::StatusOr<v1::SynchronizeResponse> Caller::Call(const v1::SynchronizeRequest& request) {
  return Ask(*stubs_->site, &SiteStub::Synchronize, request);
}

absl::StatusOr<v1::UsageImport> Caller::Call(const v1::ImportUsageRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ImportUsage, request);
}

absl::StatusOr<v1::UsageComparison> Caller::Call(const v1::CompareUsageRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::CompareUsage, request);
}

absl::StatusOr<v1::UsageComparison> Caller::Call(const v1::GetUsageComparisonRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::GetUsageComparison, request);
}

absl::StatusOr<v1::ListUsageDifferencesResponse> Caller::Call(
    const v1::ListUsageDifferencesRequest& request) {
  return Ask(*stubs_->allocation, &AllocationStub::ListUsageDifferences, request);
}

absl::StatusOr<v1::TellUsageResponse> Caller::Call(const v1::TellUsageRequest& request) {
  return Ask(*stubs_->site, &SiteStub::TellUsage, request);
}

}  // namespace mesolys
