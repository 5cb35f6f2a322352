// The main refusals of the services for people, with the reason that arrives at the caller.

#include <functional>
#include <string>
#include <vector>

#include "tests/scheduler/service/calls.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

struct Row {
  std::string expected;
  std::string user;
  std::function<std::string(Caller&)> call;
};

template <typename Request>
std::function<std::string(Caller&)> Asking(Request request) {
  return [request](Caller& caller) { return Why(caller.Call(request)); };
}

class RefusalTest : public ServiceTest {
 protected:
  RefusalTest() {
    Populate();
    Ask("alpha", 1000, "r1");
    Ask("zeta", 1000, "r2");
  }

  void ExpectRefused(const std::vector<Row>& rows) {
    const int64_t revision = scheduler_->engine().head().revision;
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].call(As("user/" + rows[i].user)), rows[i].expected) << "row " << i;
    }
    EXPECT_EQ(scheduler_->engine().head().revision, revision);
  }
};

TEST_F(RefusalTest, OfReadsTellsWhatIsUnknownOnlyToThoseWhoMayKnow) {
  ExpectRefused({
      {"UNKNOWN_SITE", "olga", Asking(Named<v1::GetSiteRequest>("sites/mars"))},
      {"INVALID_NAME", "olga", Asking(Named<v1::GetSiteRequest>("psmn"))},
      {"UNKNOWN_PROJECT", "olga", Asking(Named<v1::GetProjectRequest>("projects/ghost"))},
      {"NOT_ALLOWED", "mia", Asking(Named<v1::GetProjectRequest>("projects/ghost"))},
      {"NOT_ALLOWED", "mia", Asking(Named<v1::GetProjectRequest>("projects/alpha"))},
      {"INVALID_NAME", "mia", Asking(Named<v1::GetProjectRequest>("alpha"))},
      {"UNKNOWN_PROJECT", "olga", Asking(Of<v1::ListMembersRequest>("projects/ghost"))},
      {"NOT_ALLOWED", "mia", Asking(Of<v1::ListMembersRequest>("projects/alpha"))},
      {"UNKNOWN_REQUEST", "olga",
       Asking(Named<v1::GetRequestRequest>("projects/alpha/requests/r9"))},
      {"UNKNOWN_REQUEST", "paul",
       Asking(Named<v1::GetRequestRequest>("projects/alpha/requests/r2"))},
      {"NOT_ALLOWED", "paul", Asking(Named<v1::GetRequestRequest>("projects/zeta/requests/r2"))},
      {"UNKNOWN_PROJECT", "olga", Asking(Of<v1::ListRequestsRequest>("projects/ghost"))},
      {"NOT_ALLOWED", "mia", Asking(Of<v1::ListRequestsRequest>("projects/alpha"))},
      {"UNKNOWN_GRANT", "olga", Asking(Named<v1::GetGrantRequest>("projects/alpha/grants/g9"))},
      {"UNKNOWN_GRANT", "paul", Asking(Named<v1::GetGrantRequest>("projects/alpha/grants/g2"))},
      {"NOT_ALLOWED", "paul", Asking(Named<v1::GetGrantRequest>("projects/zeta/grants/g2"))},
      {"INVALID_NAME", "olga", Asking(Named<v1::GetGrantRequest>("g2"))},
      {"UNKNOWN_PROJECT", "olga", Asking(Of<v1::ListGrantsRequest>("projects/ghost"))},
      {"NOT_ALLOWED", "mia", Asking(Of<v1::ListGrantsRequest>("projects/alpha"))},
      {"UNKNOWN_PROJECT", "olga", Asking(Of<v1::GetBalanceRequest>("projects/ghost"))},
      {"NOT_ALLOWED", "mia", Asking(Of<v1::GetBalanceRequest>("projects/alpha"))},
      {"UNKNOWN_PROJECT", "olga", Asking(Of<v1::ListJobsRequest>("projects/ghost"))},
      {"NOT_ALLOWED", "claire", Asking(Of<v1::ListJobsRequest>("projects/alpha"))},
      {"NOT_ALLOWED", "paul", Asking(v1::ListUnassignedRequest())},
  });
}

TEST_F(RefusalTest, OfChangesTellsTheReasonAndRecordsNothing) {
  v1::CreateProjectRequest unknown_programme = NewProject("projects/new");
  unknown_programme.mutable_project()->set_programme("nothing");
  v1::CreateProjectRequest orphan = NewProject("projects/new");
  orphan.mutable_project()->set_parent("projects/ghost");
  v1::CreateProjectRequest keyless = NewProject("projects/new");
  keyless.clear_request_id();
  v1::AddMemberRequest two_logins = NewMember("nora", v1::Member::RESEARCHER);
  for (int i = 0; i < 2; ++i) two_logins.mutable_member()->add_logins()->set_site("psmn");
  v1::CreateRequestRequest over = CpuRequest("alpha", 1000, "over");
  over.mutable_request()->mutable_period()->mutable_end_time()->set_seconds(1);
  v1::CreateRequestRequest nowhere = CpuRequest("alpha", 1000, "nowhere");
  nowhere.mutable_request()->mutable_lines(0)->set_sites(0, "mars");
  ExpectRefused({
      {"NOT_ALLOWED", "paul", Asking(NewProject("projects/new"))},
      {"PROJECT_EXISTS", "olga", Asking(NewProject("projects/alpha"))},
      {"INVALID_NAME", "olga", Asking(NewProject("projects/UPPER"))},
      {"UNKNOWN_PROGRAMME", "olga", Asking(unknown_programme)},
      {"UNKNOWN_PROJECT", "olga", Asking(orphan)},
      {"REQUEST_ID_MISSING", "olga", Asking(keyless)},
      {"NOT_ALLOWED", "paul", Asking(NewLink("east", "other"))},
      {"UNKNOWN_CLUSTER", "olga", Asking(NewLink("mars", "other"))},
      {"ACCOUNT_LINKED", "olga", Asking(NewLink("east", "beta"))},
      {"NOT_ALLOWED", "rita", Asking(NewMember("nora", v1::Member::RESEARCHER))},
      {"NOT_ALLOWED", "paul", Asking(NewMember("nora", v1::Member::SUPERVISOR))},
      {"INVALID_ARGUMENT", "paul", Asking(NewMember("nora", v1::Member::ROLE_UNSPECIFIED))},
      {"INVALID_ARGUMENT", "paul", Asking(NewMember("nora", static_cast<v1::Member::Role>(9)))},
      {"INVALID_ARGUMENT", "olga", Asking(NewMember("paul", v1::Member::RESEARCHER))},
      {"INVALID_ARGUMENT", "olga", Asking(two_logins)},
      {"NOT_ALLOWED", "rita", Asking(CpuRequest("alpha", 1000, "a"))},
      {"INVALID_AMOUNT", "paul", Asking(CpuRequest("alpha", -1, "b"))},
      {"INVALID_PERIOD", "paul", Asking(over)},
      {"UNKNOWN_SITE", "paul", Asking(nowhere)},
  });
}

}  // namespace
}  // namespace mesolys
