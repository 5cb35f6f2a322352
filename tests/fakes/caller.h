#ifndef MESOLYS_TESTS_FAKES_CALLER_H_
#define MESOLYS_TESTS_FAKES_CALLER_H_

// Somebody who calls the scheduler over a channel: Call() picks the RPC by its request. Errors are
// those of the scheduler, refusals included, and DEADLINE_EXCEEDED after half a minute. Any thread.

#include <memory>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "mesolys/v1/allocation_service.pb.h"
#include "mesolys/v1/site_service.pb.h"

namespace mesolys {

class Caller {
 public:
  explicit Caller(std::shared_ptr<grpc::Channel> channel);
  ~Caller();

  absl::StatusOr<v1::WhoAmI> Call(const v1::GetWhoAmIRequest& request);
  absl::StatusOr<v1::Site> Call(const v1::GetSiteRequest& request);
  absl::StatusOr<v1::ListSitesResponse> Call(const v1::ListSitesRequest& request);
  absl::StatusOr<v1::Project> Call(const v1::CreateProjectRequest& request);
  absl::StatusOr<v1::Project> Call(const v1::GetProjectRequest& request);
  absl::StatusOr<v1::ListProjectsResponse> Call(const v1::ListProjectsRequest& request);
  absl::StatusOr<v1::AccountLink> Call(const v1::LinkAccountRequest& request);
  absl::StatusOr<v1::AccountLink> Call(const v1::UnlinkAccountRequest& request);
  absl::StatusOr<v1::Member> Call(const v1::AddMemberRequest& request);
  absl::StatusOr<v1::MemberCeiling> Call(const v1::SetMemberCeilingRequest& request);
  absl::StatusOr<v1::ChangeGrantResponse> Call(const v1::ReleaseHoursRequest& request);
  absl::StatusOr<v1::RefundJobResponse> Call(const v1::RefundJobRequest& request);
  absl::StatusOr<v1::ListMembersResponse> Call(const v1::ListMembersRequest& request);
  absl::StatusOr<v1::Request> Call(const v1::CreateRequestRequest& request);
  absl::StatusOr<v1::Request> Call(const v1::WithdrawRequestRequest& request);
  absl::StatusOr<v1::Request> Call(const v1::DecideRequestRequest& request);
  absl::StatusOr<v1::QuoteResponse> Call(const v1::QuoteRequest& request);
  absl::StatusOr<v1::CheckAccessResponse> Call(const v1::CheckAccessRequest& request);
  absl::StatusOr<v1::Request> Call(const v1::GetRequestRequest& request);
  absl::StatusOr<v1::ListRequestsResponse> Call(const v1::ListRequestsRequest& request);
  absl::StatusOr<v1::Grant> Call(const v1::GetGrantRequest& request);
  absl::StatusOr<v1::ListGrantsResponse> Call(const v1::ListGrantsRequest& request);
  absl::StatusOr<v1::Balance> Call(const v1::GetBalanceRequest& request);
  absl::StatusOr<v1::ListJobsResponse> Call(const v1::ListJobsRequest& request);
  absl::StatusOr<v1::ListUnassignedResponse> Call(const v1::ListUnassignedRequest& request);
  absl::StatusOr<v1::JobExplanation> Call(const v1::ExplainJobRequest& request);
  absl::StatusOr<v1::UsageImport> Call(const v1::ImportUsageRequest& request);
  absl::StatusOr<v1::UsageComparison> Call(const v1::CompareUsageRequest& request);
  absl::StatusOr<v1::UsageComparison> Call(const v1::GetUsageComparisonRequest& request);
  absl::StatusOr<v1::ListUsageDifferencesResponse> Call(
      const v1::ListUsageDifferencesRequest& request);
  absl::StatusOr<v1::TellUsageResponse> Call(const v1::TellUsageRequest& request);
  absl::StatusOr<v1::ReportUsageResponse> Call(const v1::ReportUsageRequest& request);
  absl::StatusOr<v1::SynchronizeResponse> Call(const v1::SynchronizeRequest& request);

  // A Synchronize under way. It holds no thread of the caller.
  class Poll {
   public:
    virtual ~Poll() = default;
    virtual void Cancel() = 0;
    // Once.
    virtual absl::StatusOr<v1::SynchronizeResponse> Wait() = 0;
  };
  // Ends by itself at the latest after half a minute; wait for it before it goes away.
  std::unique_ptr<Poll> Start(const v1::SynchronizeRequest& request);

 private:
  struct Stubs;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_CALLER_H_
