#ifndef MESOLYS_TESTS_CLIENT_FAKE_ALLOCATION_SERVICE_H_
#define MESOLYS_TESTS_CLIENT_FAKE_ALLOCATION_SERVICE_H_

// An AllocationService with a small memory: it keeps projects, members, requests, grants, jobs and
// windows, and grants cpu up to 50000 h a project. Of cpu psmn holds a ceiling, so a reduction
// waits for it. Its world is fixed (one minute in November 2026), so that answers repeat. Any
// thread.

#include <map>
#include <string>
#include <vector>

#include "mesolys/v1/balance.pb.h"
#include "mesolys/v1/comparison.pb.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/identity.pb.h"
#include "mesolys/v1/office.pb.h"
#include "mesolys/v1/project.pb.h"
#include "mesolys/v1/request.pb.h"
#include "mesolys/v1/site.pb.h"
#include "mesolys/v1/usage.pb.h"
#include "mesolys/v1/values.pb.h"
#include "tests/client/fake_exchange.h"

namespace mesolys::client {

class FakeAllocationService : public v1::AllocationService::Service, public FakeExchange {
 public:
  FakeAllocationService();

  v1::CreateRequestRequest last_create_request() const;
  void SetBalance(v1::Balance balance);
  void SetJobs(std::vector<v1::Job> jobs);
  // Whether its sites know of a job that nothing explains, and what hinders them.
  void SetAccounting(bool with_unexplained, const std::string& problem);

  grpc::Status GetWhoAmI(grpc::ServerContext* context, const v1::GetWhoAmIRequest* in,
                         v1::WhoAmI* out) override;
  grpc::Status GetSite(grpc::ServerContext* context, const v1::GetSiteRequest* in,
                       v1::Site* out) override;
  grpc::Status ListSites(grpc::ServerContext* context, const v1::ListSitesRequest* in,
                         v1::ListSitesResponse* out) override;
  grpc::Status CreateProject(grpc::ServerContext* context, const v1::CreateProjectRequest* in,
                             v1::Project* out) override;
  grpc::Status GetProject(grpc::ServerContext* context, const v1::GetProjectRequest* in,
                          v1::Project* out) override;
  grpc::Status ListProjects(grpc::ServerContext* context, const v1::ListProjectsRequest* in,
                            v1::ListProjectsResponse* out) override;
  grpc::Status LinkAccount(grpc::ServerContext* context, const v1::LinkAccountRequest* in,
                           v1::AccountLink* out) override;
  grpc::Status UnlinkAccount(grpc::ServerContext* context, const v1::UnlinkAccountRequest* in,
                             v1::AccountLink* out) override;
  grpc::Status AddMember(grpc::ServerContext* context, const v1::AddMemberRequest* in,
                         v1::Member* out) override;
  grpc::Status SetMemberCeiling(grpc::ServerContext* context, const v1::SetMemberCeilingRequest* in,
                                v1::MemberCeiling* out) override;
  grpc::Status ListMembers(grpc::ServerContext* context, const v1::ListMembersRequest* in,
                           v1::ListMembersResponse* out) override;
  grpc::Status CreateRequest(grpc::ServerContext* context, const v1::CreateRequestRequest* in,
                             v1::Request* out) override;
  grpc::Status WithdrawRequest(grpc::ServerContext* context, const v1::WithdrawRequestRequest* in,
                               v1::Request* out) override;
  grpc::Status DecideRequest(grpc::ServerContext* context, const v1::DecideRequestRequest* in,
                             v1::Request* out) override;
  grpc::Status Quote(grpc::ServerContext* context, const v1::QuoteRequest* in,
                     v1::QuoteResponse* out) override;
  grpc::Status CheckAccess(grpc::ServerContext* context, const v1::CheckAccessRequest* in,
                           v1::CheckAccessResponse* out) override;
  grpc::Status GetRequest(grpc::ServerContext* context, const v1::GetRequestRequest* in,
                          v1::Request* out) override;
  grpc::Status ListRequests(grpc::ServerContext* context, const v1::ListRequestsRequest* in,
                            v1::ListRequestsResponse* out) override;
  grpc::Status GetGrant(grpc::ServerContext* context, const v1::GetGrantRequest* in,
                        v1::Grant* out) override;
  grpc::Status ListGrants(grpc::ServerContext* context, const v1::ListGrantsRequest* in,
                          v1::ListGrantsResponse* out) override;
  grpc::Status GetBalance(grpc::ServerContext* context, const v1::GetBalanceRequest* in,
                          v1::Balance* out) override;
  grpc::Status ListJobs(grpc::ServerContext* context, const v1::ListJobsRequest* in,
                        v1::ListJobsResponse* out) override;
  grpc::Status ListUnassigned(grpc::ServerContext* context, const v1::ListUnassignedRequest* in,
                              v1::ListUnassignedResponse* out) override;

  grpc::Status GetEvent(grpc::ServerContext* context, const v1::GetEventRequest* in,
                        v1::AuditEvent* out) override;

  grpc::Status SupplementGrant(grpc::ServerContext* context, const v1::SupplementGrantRequest* in,
                               v1::ChangeGrantResponse* out) override;
  grpc::Status ExtendGrant(grpc::ServerContext* context, const v1::ExtendGrantRequest* in,
                           v1::ChangeGrantResponse* out) override;
  grpc::Status TransferHours(grpc::ServerContext* context, const v1::TransferHoursRequest* in,
                             v1::ChangeGrantResponse* out) override;
  grpc::Status AdjustOverdraft(grpc::ServerContext* context, const v1::AdjustOverdraftRequest* in,
                               v1::ChangeGrantResponse* out) override;
  grpc::Status ReleaseHours(grpc::ServerContext* context, const v1::ReleaseHoursRequest* in,
                            v1::ChangeGrantResponse* out) override;
  grpc::Status RevokeGrant(grpc::ServerContext* context, const v1::RevokeGrantRequest* in,
                           v1::ChangeGrantResponse* out) override;
  grpc::Status WriteOffOverdraft(grpc::ServerContext* context,
                                 const v1::WriteOffOverdraftRequest* in,
                                 v1::ChangeGrantResponse* out) override;
  grpc::Status PostOpeningBalance(grpc::ServerContext* context,
                                  const v1::PostOpeningBalanceRequest* in,
                                  v1::ChangeGrantResponse* out) override;
  grpc::Status RefundJob(grpc::ServerContext* context, const v1::RefundJobRequest* in,
                         v1::RefundJobResponse* out) override;
  grpc::Status GetJob(grpc::ServerContext* context, const v1::GetJobRequest* in,
                      v1::Job* out) override;
  grpc::Status ImportUsage(grpc::ServerContext* context, const v1::ImportUsageRequest* in,
                           v1::UsageImport* out) override;
  grpc::Status CompareUsage(grpc::ServerContext* context, const v1::CompareUsageRequest* in,
                            v1::UsageComparison* out) override;
  grpc::Status GetUsageComparison(grpc::ServerContext* context,
                                  const v1::GetUsageComparisonRequest* in,
                                  v1::UsageComparison* out) override;
  grpc::Status ListUsageDifferences(grpc::ServerContext* context,
                                    const v1::ListUsageDifferencesRequest* in,
                                    v1::ListUsageDifferencesResponse* out) override;
  grpc::Status DeclareWindow(grpc::ServerContext* context, const v1::DeclareWindowRequest* in,
                             v1::SiteWindow* out) override;
  grpc::Status WriteOffSite(grpc::ServerContext* context, const v1::WriteOffSiteRequest* in,
                            v1::WriteOffSiteResponse* out) override;

 private:
  grpc::Status Decide(const v1::CreateRequestRequest& in, v1::Request* out);
  v1::Request* FindRequest(const std::string& name);  // null for none
  v1::Grant* FindGrant(const std::string& name);      // null for none
  v1::Job* FindJob(const v1::JobName& name);          // null for none
  template <typename In, typename Make>
  grpc::Status ChangeGrant(grpc::ServerContext* context, const In& in, v1::ChangeGrantResponse* out,
                           Make make);
  grpc::Status Reduce(const v1::ReductionOrder& order, bool dry_run, v1::ChangeGrantResponse* out);
  int64_t OverdraftOf(const std::string& grant) const;

  v1::CreateRequestRequest last_create_request_;

  std::map<std::string, v1::Project> projects_;
  std::map<std::string, std::map<std::string, v1::Member>> members_;  // by project and user
  std::map<std::string, std::vector<v1::Request>> requests_;          // by project
  std::map<std::string, int64_t> cpu_left_;                           // by project, core-seconds
  std::vector<v1::Grant> grants_;                                     // the oldest first
  v1::Balance balance_;
  std::vector<v1::Job> jobs_;
  void ShowImports(v1::Site& site);

  std::vector<v1::UsageImport> imports_;
  v1::UsageComparison comparison_;
  bool with_unexplained_ = false;
  std::string accounting_problem_;
  std::vector<v1::SiteWindow> windows_;
  bool written_off_ = false;  // psmn
  int last_number_ = 0;
};

// What the fake knows from the start.
v1::Site FakeSite(const std::string& id);
v1::Project FakeProject();
std::vector<v1::Grant> FakeGrants();
v1::Balance FakeBalance();
std::vector<v1::Job> FakeJobs();
// Of psmn:Old.Account.
std::vector<v1::Job> FakeUnassignedJobs();
// Row 17 of the log.
v1::AuditEvent FakeEvent();
google::protobuf::Timestamp FakeTime(const std::string& rfc3339);

}  // namespace mesolys::client

#endif  // MESOLYS_TESTS_CLIENT_FAKE_ALLOCATION_SERVICE_H_
