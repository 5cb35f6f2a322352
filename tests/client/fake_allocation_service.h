#ifndef MESOLYS_TESTS_CLIENT_FAKE_ALLOCATION_SERVICE_H_
#define MESOLYS_TESTS_CLIENT_FAKE_ALLOCATION_SERVICE_H_

// An AllocationService with a small memory: it keeps projects, members and requests, answers a
// known request_id again, grants cpu up to 50000 h a project, and can refuse, lose answers or stay
// silent. Its world is fixed (one minute in November 2026), so that answers repeat. Any thread.

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mesolys/v1/allocation_service.grpc.pb.h"

namespace mesolys {

class FakeAllocationService : public v1::AllocationService::Service {
 public:
  FakeAllocationService();

  // The next call is answered with this and does nothing. In order, one each.
  void AnswerNext(absl::Status status);
  // The next changes are made, and their answers lost on the way.
  void LoseNextAnswers(int count);
  // From now on calls are taken, and answered only with an error when the caller gives up.
  void StaySilent(bool silent);
  // Returns when a call has come after StaySilent.
  void WaitForSilentCall();

  // The request_id of each change that was made, once per time that it was made.
  std::vector<std::string> applied() const;
  // The request_id of each change that came in, dry runs and repetitions included.
  std::vector<std::string> received() const;
  int call_count() const;
  v1::CreateRequestRequest last_create_request() const;
  void SetBalance(v1::Balance balance);
  void SetJobs(std::vector<v1::Job> jobs);

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
  grpc::Status AddMember(grpc::ServerContext* context, const v1::AddMemberRequest* in,
                         v1::Member* out) override;
  grpc::Status ListMembers(grpc::ServerContext* context, const v1::ListMembersRequest* in,
                           v1::ListMembersResponse* out) override;
  grpc::Status CreateRequest(grpc::ServerContext* context, const v1::CreateRequestRequest* in,
                             v1::Request* out) override;
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

 private:
  // What stands between a caller and any call: silence, a prepared answer, rights.
  grpc::Status Enter(grpc::ServerContext* context);
  // One change: known ids are answered from memory, others made by `make` and then remembered.
  template <typename In, typename Out, typename Make>
  grpc::Status Change(grpc::ServerContext* context, const In& in, Out* out, Make make);
  grpc::Status Decide(const v1::CreateRequestRequest& in, v1::Request* out);

  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::deque<absl::Status> prepared_;
  int answers_to_lose_ = 0;
  bool silent_ = false;
  int silent_calls_ = 0;
  int calls_ = 0;
  std::map<std::string, std::pair<std::string, std::string>> answered_;  // id: request, answer
  std::vector<std::string> applied_;
  std::vector<std::string> received_;
  v1::CreateRequestRequest last_create_request_;

  std::map<std::string, v1::Project> projects_;
  std::map<std::string, std::map<std::string, v1::Member>> members_;  // by project and user
  std::map<std::string, std::vector<v1::Request>> requests_;          // by project
  std::map<std::string, int64_t> cpu_left_;                           // by project, core-seconds
  v1::Balance balance_;
  std::vector<v1::Job> jobs_;
  int last_number_ = 0;
};

// What the fake knows from the start.
v1::Site FakeSite(const std::string& id);
v1::Project FakeProject();
v1::Balance FakeBalance();
std::vector<v1::Job> FakeJobs();
google::protobuf::Timestamp FakeTime(const std::string& rfc3339);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_CLIENT_FAKE_ALLOCATION_SERVICE_H_
