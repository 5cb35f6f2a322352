#ifndef MESOLYS_TESTS_FAKES_CALLER_H_
#define MESOLYS_TESTS_FAKES_CALLER_H_

// Somebody who calls the scheduler over a channel: Call() picks the RPC by its request. Errors are
// those of the scheduler, refusals included, and DEADLINE_EXCEEDED after half a minute. Any thread.

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/balance.pb.h"
#include "mesolys/v1/comparison.pb.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/identity.pb.h"
#include "mesolys/v1/project.pb.h"
#include "mesolys/v1/request.pb.h"
#include "mesolys/v1/site.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "mesolys/v1/waiting_job.pb.h"

namespace mesolys {

// What answers a request. Declared for its type alone.
namespace answer {
v1::WhoAmI To(const v1::GetWhoAmIRequest&);
v1::Site To(const v1::GetSiteRequest&);
v1::ListSitesResponse To(const v1::ListSitesRequest&);
v1::Project To(const v1::CreateProjectRequest&);
v1::Project To(const v1::GetProjectRequest&);
v1::ListProjectsResponse To(const v1::ListProjectsRequest&);
v1::AccountLink To(const v1::LinkAccountRequest&);
v1::AccountLink To(const v1::UnlinkAccountRequest&);
v1::Member To(const v1::AddMemberRequest&);
v1::MemberCeiling To(const v1::SetMemberCeilingRequest&);
v1::ChangeGrantResponse To(const v1::ReleaseHoursRequest&);
v1::ChangeGrantResponse To(const v1::MoveCeilingRequest&);
v1::ChangeGrantResponse To(const v1::PostOpeningBalanceRequest&);
v1::RefundJobResponse To(const v1::RefundJobRequest&);
v1::ListMembersResponse To(const v1::ListMembersRequest&);
v1::Request To(const v1::CreateRequestRequest&);
v1::Request To(const v1::WithdrawRequestRequest&);
v1::Request To(const v1::DecideRequestRequest&);
v1::QuoteResponse To(const v1::QuoteRequest&);
v1::JobQuote To(const v1::QuoteJobRequest&);
v1::CheckAccessResponse To(const v1::CheckAccessRequest&);
v1::Request To(const v1::GetRequestRequest&);
v1::ListRequestsResponse To(const v1::ListRequestsRequest&);
v1::Grant To(const v1::GetGrantRequest&);
v1::ListGrantsResponse To(const v1::ListGrantsRequest&);
v1::Balance To(const v1::GetBalanceRequest&);
v1::ListJobsResponse To(const v1::ListJobsRequest&);
v1::ListUnassignedResponse To(const v1::ListUnassignedRequest&);
v1::JobExplanation To(const v1::ExplainJobRequest&);
v1::UsageImport To(const v1::ImportUsageRequest&);
v1::DismissRowsResponse To(const v1::DismissRowsRequest&);
v1::UsageComparison To(const v1::CompareUsageRequest&);
v1::UsageComparison To(const v1::GetUsageComparisonRequest&);
v1::ListUsageDifferencesResponse To(const v1::ListUsageDifferencesRequest&);
v1::TellUsageResponse To(const v1::TellUsageRequest&);
v1::ReportUsageResponse To(const v1::ReportUsageRequest&);
v1::SynchronizeResponse To(const v1::SynchronizeRequest&);
}  // namespace answer
template <typename Request>
using AnswerTo = decltype(answer::To(std::declval<Request>()));

class Caller {
 public:
  explicit Caller(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

  template <typename Request>
  absl::StatusOr<AnswerTo<Request>> Call(const Request& request) {
    AnswerTo<Request> answer;
    absl::Status status = Ask(request, answer);
    if (!status.ok()) return status;
    return answer;
  }

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
  absl::Status Ask(const google::protobuf::Message& request, google::protobuf::Message& answer);

  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_CALLER_H_
