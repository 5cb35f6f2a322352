// Every RPC of the services for people over mutual TLS: once with its good answer, and its main
// refusals as they arrive.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/scheduler/service/calls.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ServicesTest : public ServiceTest {
 protected:
  ServicesTest() { Populate(); }
};

TEST_F(ServicesTest, TellsCallersWhoTheyAre) {
  const auto paul = As("user/paul").Call(v1::GetWhoAmIRequest());
  ASSERT_EQ(Why(paul), "OK");
  EXPECT_EQ(paul->identity(), "spiffe://mesolys/user/paul");
  EXPECT_THAT(paul->roles(), IsEmpty());
  ASSERT_THAT(paul->memberships(), SizeIs(1));
  EXPECT_EQ(paul->memberships(0).project(), "projects/alpha");
  EXPECT_EQ(paul->memberships(0).role(), v1::Member::PI);
  const auto olga = Olga().Call(v1::GetWhoAmIRequest());
  ASSERT_EQ(Why(olga), "OK");
  EXPECT_THAT(olga->roles(), ElementsAre("operator"));
  EXPECT_THAT(olga->memberships(), IsEmpty());
}

TEST_F(ServicesTest, ShowsASiteWithWhatItCanGiveAndWhatIsPromised) {
  Ask("alpha", 7'000'000, "ask");
  const auto site = As("user/mia").Call(Named<v1::GetSiteRequest>("sites/psmn"));
  ASSERT_EQ(Why(site), "OK");
  EXPECT_THAT(site->clusters(), ElementsAre("east", "west"));
  EXPECT_FALSE(site->has_agent());
  int64_t promised = 0;
  for (const v1::SiteCapacity& capacity : site->capacities()) {
    if (capacity.resource() != "cpu") continue;
    promised += capacity.granted_base_units();
    if (capacity.month() == "2026-06") {
      EXPECT_EQ(capacity.capacity_base_units(), int64_t{1000} * 30 * 86400);
    }
  }
  EXPECT_EQ(promised, 7'000'000);
  const auto sites = As("user/mia").Call(v1::ListSitesRequest());
  ASSERT_EQ(Why(sites), "OK");
  ASSERT_THAT(sites->sites(), SizeIs(2));
  EXPECT_EQ(sites->sites(0).name(), "sites/p2chpd");
  EXPECT_THAT(sites->sites(0).capacities(), IsEmpty());
}

TEST_F(ServicesTest, RecordsAProjectAndShowsItToThoseWhoMaySeeIt) {
  const auto made = Olga().Call(NewProject("projects/new"));
  ASSERT_EQ(Why(made), "OK");
  EXPECT_EQ(made->data_class(), "open");
  EXPECT_EQ(made->shares(), 2'500);
  EXPECT_TRUE(made->eco());
  const auto shown = As("user/paul").Call(Named<v1::GetProjectRequest>("projects/new"));
  ASSERT_EQ(Why(shown), "OK");
  EXPECT_EQ(Bytes(*shown), Bytes(*made));
  const auto names = [this](const std::string& identity) {
    std::vector<std::string> all;
    const auto list = As(identity).Call(v1::ListProjectsRequest());
    EXPECT_EQ(Why(list), "OK");
    for (const v1::Project& project : list->projects()) all.push_back(project.name());
    return all;
  };
  EXPECT_THAT(names("user/paul"), ElementsAre("projects/alpha", "projects/new"));
  EXPECT_THAT(names("user/claire"),
              ElementsAre("projects/alpha", "projects/beta", "projects/chair"));
  EXPECT_THAT(names("user/mia"), IsEmpty());
  EXPECT_THAT(names("user/olga"), SizeIs(5));
}

TEST_F(ServicesTest, LinksAnAccountOnceAndChangesTheEtag) {
  const auto before = Olga().Call(Named<v1::GetProjectRequest>("projects/alpha"));
  ASSERT_EQ(Why(before), "OK");
  v1::LinkAccountRequest request = NewLink("west", "old_name");
  request.set_etag("r0");
  EXPECT_EQ(Why(Olga().Call(request)), "ETAG_MISMATCH");
  request.set_etag(before->etag());
  const auto link = Olga().Call(request);
  ASSERT_EQ(Why(link), "OK");
  EXPECT_EQ(link->account(), "old_name");
  const auto after = Olga().Call(Named<v1::GetProjectRequest>("projects/alpha"));
  ASSERT_EQ(Why(after), "OK");
  EXPECT_NE(after->etag(), before->etag());
  ASSERT_THAT(after->links(), SizeIs(1));
  EXPECT_EQ(after->links(0).cluster(), "west");
  request.set_request_id("again");
  EXPECT_EQ(Why(Olga().Call(request)), "ETAG_MISMATCH");
  request.clear_etag();
  EXPECT_EQ(Why(Olga().Call(request)), "ACCOUNT_LINKED");
}

TEST_F(ServicesTest, KeepsTheDayOfJoiningWhenAMemberChanges) {
  const auto joined = As("user/paul").Call(NewMember("nora", v1::Member::RESEARCHER));
  ASSERT_EQ(Why(joined), "OK");
  clock_.Advance(absl::Hours(24));
  v1::AddMemberRequest change = NewMember("nora", v1::Member::PI);
  change.set_request_id("change");
  const auto changed = As("user/paul").Call(change);
  ASSERT_EQ(Why(changed), "OK");
  EXPECT_EQ(changed->role(), v1::Member::PI);
  EXPECT_EQ(changed->add_time().seconds(), joined->add_time().seconds());
  const auto list = As("user/nora").Call(Of<v1::ListMembersRequest>("projects/alpha"));
  ASSERT_EQ(Why(list), "OK");
  ASSERT_THAT(list->members(), SizeIs(5));
  EXPECT_EQ(list->members(0).user(), "nora");
  EXPECT_EQ(Bytes(list->members(0)), Bytes(*changed));
}

TEST_F(ServicesTest, DecidesARequestAtOnceAndShowsItsGrant) {
  const auto asked = As("user/paul").Call(CpuRequest("alpha", 3'600'000, "ask"));
  ASSERT_EQ(Why(asked), "OK");
  EXPECT_EQ(asked->state(), v1::Request::GRANTED);
  EXPECT_EQ(asked->requester(), "spiffe://mesolys/user/paul");
  ASSERT_THAT(asked->grants(), SizeIs(1));
  EXPECT_EQ(asked->grants(0).amount_base_units(), 3'600'000);
  EXPECT_EQ(asked->grants(0).request(), asked->name());
  const auto grant = As("user/rita").Call(Named<v1::GetGrantRequest>(asked->grants(0).name()));
  ASSERT_EQ(Why(grant), "OK");
  EXPECT_EQ(Bytes(*grant), Bytes(asked->grants(0)));
  const auto request = As("user/rita").Call(Named<v1::GetRequestRequest>(asked->name()));
  ASSERT_EQ(Why(request), "OK");
  EXPECT_EQ(Bytes(*request), Bytes(*asked));
  const auto grants = As("user/claire").Call(Of<v1::ListGrantsRequest>("projects/alpha"));
  ASSERT_EQ(Why(grants), "OK");
  EXPECT_THAT(grants->grants(), SizeIs(1));
  const auto requests = As("user/claire").Call(Of<v1::ListRequestsRequest>("projects/alpha"));
  ASSERT_EQ(Why(requests), "OK");
  EXPECT_THAT(requests->requests(), SizeIs(1));
}

TEST_F(ServicesTest, AnswersARefusedRequestWithWhatWouldBeAccepted) {
  v1::CreateRequestRequest request = CpuRequest("alpha", int64_t{1} << 50, "ask");
  request.mutable_request()->mutable_lines(0)->set_minimum_base_units(int64_t{1} << 50);
  const auto asked = As("user/paul").Call(request);
  ASSERT_EQ(Why(asked), "OK");
  EXPECT_EQ(asked->state(), v1::Request::REFUSED);
  EXPECT_THAT(asked->grants(), IsEmpty());
  ASSERT_THAT(asked->refusals(), SizeIs(2));
  EXPECT_EQ(asked->refusals(0).reason(), "BELOW_MINIMUM");
  EXPECT_EQ(asked->refusals(1).reason(), "RESERVE_EXHAUSTED");
  // Half of January to June.
  EXPECT_EQ(asked->refusals(1).metadata().at("accepted"),
            std::to_string(int64_t{500} * 181 * 86400));
}

TEST_F(ServicesTest, BalancesWhatWasGrantedWithWhatWasUsed) {
  Ask("alpha", 3'600'000, "ask");
  v1::ReportUsageRequest report = EmptyReport("report");
  *report.add_records() = FinishedJob(1, "alpha", "rita1");
  Report(report);
  const auto balance = As("user/rita").Call(Of<v1::GetBalanceRequest>("projects/alpha"));
  ASSERT_EQ(Why(balance), "OK");
  ASSERT_THAT(balance->lines(), SizeIs(2));
  // The hour before the grant began is nobody's, that of the job.
  EXPECT_EQ(balance->lines(0).grant(), "projects/alpha/grants/g1");
  EXPECT_EQ(balance->lines(0).left_base_units(), 3'600'000);
  EXPECT_EQ(balance->lines(1).grant(), "");
  EXPECT_EQ(balance->lines(1).settled_base_units(), 8 * 3600);
}

TEST_F(ServicesTest, ShowsResearchersTheirOwnJobsAndThoseWhoLeadAll) {
  v1::ReportUsageRequest report = EmptyReport("report");
  *report.add_records() = FinishedJob(1, "alpha", "rita1");
  *report.add_records() = FinishedJob(2, "alpha", "rene1");
  *report.add_records() = FinishedJob(3, "alpha", "rita1");
  *report.add_records() = FinishedJob(4, "zeta", "rita1");
  Report(report);
  const auto ids = [this](const std::string& identity) {
    std::vector<int64_t> all;
    const auto jobs = As(identity).Call(Of<v1::ListJobsRequest>("projects/alpha"));
    EXPECT_EQ(Why(jobs), "OK") << identity;
    for (const v1::Job& job : jobs->jobs()) all.push_back(job.record().job_id());
    return all;
  };
  EXPECT_THAT(ids("user/rita"), ElementsAre(1, 3));
  EXPECT_THAT(ids("user/rene"), ElementsAre(2));
  for (const char* identity : {"user/paul", "user/sven", "user/olga", "user/alba"}) {
    EXPECT_THAT(ids(identity), ElementsAre(1, 2, 3)) << identity;
  }
  for (const char* identity : {"user/mia", "user/zoe", "user/claire", "user/carl"}) {
    EXPECT_EQ(Why(As(identity).Call(Of<v1::ListJobsRequest>("projects/alpha"))), "NOT_ALLOWED");
  }
}

TEST_F(ServicesTest, ListsWhatIsOfNoResourceUntilTheCatalogueSaysWhatItIs) {
  v1::ReportUsageRequest report = EmptyReport("report");
  *report.add_records() = FinishedJob(1, "alpha", "rita1");
  (*report.mutable_records(0)->mutable_gpu_counts())["1g.10gb"] = 7;
  *report.add_records() = FinishedJob(2, "lost", "lola");
  Report(report);
  v1::ListUnassignedRequest request;
  request.set_page_size(1);
  const auto first = As("user/alba").Call(request);
  ASSERT_EQ(Why(first), "OK");
  ASSERT_THAT(first->uses(), SizeIs(1));
  EXPECT_EQ(first->uses(0).account().account(), "lost");
  request.set_page_token(first->next_page_token());
  const auto second = As("user/alba").Call(request);
  ASSERT_EQ(Why(second), "OK");
  ASSERT_THAT(second->uses(), SizeIs(1));
  EXPECT_EQ(second->uses(0).project(), "projects/alpha");
  EXPECT_EQ(second->uses(0).resource(), "gpu-1g.10gb");
  EXPECT_EQ(second->uses(0).cause(), v1::UnassignedUse::NO_RESOURCE);
  EXPECT_EQ(second->uses(0).settled_base_units(), 7 * 3600);
  const auto charges = [this] {
    const auto jobs = As("user/paul").Call(Of<v1::ListJobsRequest>("projects/alpha"));
    EXPECT_EQ(Why(jobs), "OK");
    std::vector<std::string> all;
    for (const v1::Charge& charge : jobs->jobs(0).charges()) {
      all.push_back(absl::StrCat(charge.resource(), " ", charge.amount_base_units(),
                                 charge.is_of_no_resource() ? " of none" : ""));
    }
    return all;
  };
  EXPECT_THAT(charges(), ElementsAre("cpu 28800", "gpu-1g.10gb 25200 of none"));
  Catalogue catalogue = WorldCatalogue();
  catalogue.sites["psmn"].gpu_names["1g.10gb"] = {"gpu-a100", 1, 7};
  scheduler_->Adopt(catalogue);
  ASSERT_TRUE(scheduler_->WaitUntilSettled());
  EXPECT_THAT(charges(), ElementsAre("cpu 28800", "gpu-a100 3600"));
  EXPECT_THAT(As("user/alba").Call(v1::ListUnassignedRequest())->uses(), SizeIs(1));
}

TEST_F(ServicesTest, ListsWhatRanUnderAccountsWithoutAProjectUntilOneClaimsThem) {
  v1::ReportUsageRequest report = EmptyReport("report");
  *report.add_records() = FinishedJob(1, "lost", "lola");
  *report.add_records() = FinishedJob(2, "alpha", "rita1");
  // Of these the price is given back, whoever pays it one day.
  *report.add_records() = FinishedJob(3, "lost", "lola");
  report.mutable_records(2)->set_state(v1::UsageRecord::NODE_FAIL);
  *report.add_records() = FinishedJob(4, "lost", "lola");
  report.mutable_records(3)->set_state(v1::UsageRecord::PREEMPTED);
  Report(report);
  const auto uses = As("user/alba").Call(v1::ListUnassignedRequest());
  ASSERT_EQ(Why(uses), "OK");
  ASSERT_THAT(uses->uses(), SizeIs(1));
  EXPECT_EQ(uses->uses(0).account().cluster(), "east");
  EXPECT_EQ(uses->uses(0).account().account(), "lost");
  EXPECT_EQ(uses->uses(0).site(), "psmn");
  EXPECT_EQ(uses->uses(0).resource(), "cpu");
  EXPECT_EQ(uses->uses(0).settled_base_units(), 8 * 3600);
  EXPECT_EQ(uses->uses(0).cause(), v1::UnassignedUse::NO_PROJECT);
  ASSERT_EQ(Why(Olga().Call(NewLink("east", "lost"))), "OK");
  ASSERT_TRUE(scheduler_->WaitUntilSettled());
  const auto rest = As("user/alba").Call(v1::ListUnassignedRequest());
  ASSERT_EQ(Why(rest), "OK");
  EXPECT_THAT(rest->uses(), IsEmpty());
  // Its jobs are the project's now: account by account, a page each.
  v1::ListJobsRequest request = Of<v1::ListJobsRequest>("projects/alpha");
  const auto own = As("user/paul").Call(request);
  ASSERT_EQ(Why(own), "OK");
  ASSERT_THAT(own->jobs(), SizeIs(1));
  EXPECT_EQ(own->jobs(0).record().account(), "alpha");
  request.set_page_token(own->next_page_token());
  const auto linked = As("user/paul").Call(request);
  ASSERT_EQ(Why(linked), "OK");
  ASSERT_THAT(linked->jobs(), SizeIs(3));
  EXPECT_EQ(linked->jobs(0).record().account(), "lost");
  EXPECT_EQ(linked->jobs(0).project(), "projects/alpha");
}

}  // namespace
}  // namespace mesolys
