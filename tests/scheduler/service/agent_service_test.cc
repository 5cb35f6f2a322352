// ReportUsage over mutual TLS, and who gets in at all.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "scheduler/engine/verify.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AgentServiceTest : public ServiceTest {
 protected:
  AgentServiceTest() { Populate(); }

  int64_t Settled(const std::string& project) {
    v1::GetBalanceRequest request;
    request.set_project("projects/" + project);
    const auto balance = Olga().Call(request);
    EXPECT_EQ(Why(balance), "OK");
    int64_t sum = 0;
    for (const v1::BalanceLine& line : balance->lines()) sum += line.settled_base_units();
    return sum;
  }
};

TEST_F(AgentServiceTest, SettlesAReportOnceHoweverOftenItIsSent) {
  v1::ReportUsageRequest report = EmptyReport("report");
  for (int i = 1; i <= 10; ++i) *report.add_records() = FinishedJob(i, "alpha", "rita1");
  const v1::ReportUsageResponse first = Report(report);
  EXPECT_EQ(first.changed_count(), 10);
  EXPECT_EQ(Bytes(Report(report)), Bytes(first));
  EXPECT_EQ(Settled("alpha"), 10 * 8 * 3600);
  // With another key nothing is new.
  report.set_request_id("another");
  EXPECT_EQ(Report(report).changed_count(), 0);
  EXPECT_EQ(Settled("alpha"), 10 * 8 * 3600);
  // The first key with another body.
  report.set_request_id("report");
  report.mutable_records()->RemoveLast();
  EXPECT_EQ(Why(As("site/psmn").Call(report)), "REQUEST_ID_REUSED");
}

TEST_F(AgentServiceTest, RejectsBadRecordsByIndexAndSettlesTheRest) {
  v1::ReportUsageRequest report = EmptyReport("report");
  for (int i = 0; i < 8; ++i) *report.add_records() = FinishedJob(i + 1, "alpha", "rita1");
  report.mutable_records(1)->clear_submit_time();  // cannot be parsed
  report.mutable_records(2)->set_state(static_cast<v1::UsageRecord::State>(99));
  report.mutable_records(3)->mutable_end_time()->set_seconds(1);  // before its start
  report.mutable_records(5)->set_cluster("north");                // of p2chpd
  report.mutable_records(6)->mutable_end_time()->set_seconds(absl::ToUnixSeconds(WorldTime()) +
                                                             301);  // in the future
  const auto answer = As("site/psmn").Call(report);
  ASSERT_EQ(Why(answer), "OK");
  EXPECT_EQ(answer->changed_count(), 3);
  const struct {
    int index;
    std::string reason;
  } expected[] = {{1, "RECORD_INVALID"},
                  {2, "RECORD_INVALID"},
                  {3, "RECORD_INVALID"},
                  {5, "RECORD_FOREIGN_CLUSTER"},
                  {6, "RECORD_ENDS_IN_FUTURE"}};
  ASSERT_THAT(answer->rejected(), SizeIs(std::size(expected)));
  for (int i = 0; i < answer->rejected_size(); ++i) {
    EXPECT_EQ(answer->rejected(i).index(), expected[i].index);
    EXPECT_EQ(answer->rejected(i).refusal().reason(), expected[i].reason) << i;
    EXPECT_FALSE(answer->rejected(i).refusal().message().empty());
  }
  EXPECT_EQ(Settled("alpha"), 3 * 8 * 3600);
  const auto again = As("site/psmn").Call(report);
  ASSERT_EQ(Why(again), "OK");
  EXPECT_EQ(Bytes(*again), Bytes(*answer));
}

TEST_F(AgentServiceTest, TakesTwoThousandRecordsAndRefusesOneMoreWhole) {
  v1::ReportUsageRequest report = EmptyReport("report");
  for (int i = 1; i <= 2001; ++i) *report.add_records() = FinishedJob(i, "alpha", "rita1");
  EXPECT_EQ(Why(As("site/psmn").Call(report)), "TOO_MANY_RECORDS");
  EXPECT_EQ(Settled("alpha"), 0);
  report.mutable_records()->RemoveLast();
  EXPECT_EQ(Report(report).changed_count(), 2000);
  EXPECT_EQ(Settled("alpha"), int64_t{2000} * 8 * 3600);
  EXPECT_EQ(Verify(scheduler_->store()).status(), absl::OkStatus());
}

TEST_F(AgentServiceTest, RefusesAReportOfMoreThanAMebibyte) {
  v1::ReportUsageRequest report = EmptyReport("report");
  for (int i = 1; i <= 300; ++i) {
    *report.add_records() = FinishedJob(i, "alpha", std::string(4000, 'x'));
  }
  EXPECT_EQ(Why(As("site/psmn").Call(report)), "TOO_MANY_RECORDS");
  // Beyond 4 MiB the transport refuses before anybody looks.
  for (int i = 1; i <= 1000; ++i) {
    *report.add_records() = FinishedJob(i, "alpha", std::string(4000, 'x'));
  }
  EXPECT_EQ(Why(As("site/psmn").Call(report)), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(Settled("alpha"), 0);
}

TEST_F(AgentServiceTest, AnAgentSpeaksForItsOwnSiteOnly) {
  v1::ReportUsageRequest report = EmptyReport("report");
  *report.add_records() = FinishedJob(1, "alpha", "rita1");
  EXPECT_EQ(Why(As("site/p2chpd").Call(report)), "NOT_ALLOWED");
  report.set_site("sites/p2chpd");
  EXPECT_EQ(Why(As("site/psmn").Call(report)), "NOT_ALLOWED");
  // Its own name, the cluster of another.
  const auto foreign = As("site/p2chpd").Call(report);
  ASSERT_EQ(Why(foreign), "OK");
  ASSERT_THAT(foreign->rejected(), SizeIs(1));
  EXPECT_EQ(foreign->rejected(0).refusal().reason(), "RECORD_FOREIGN_CLUSTER");
  v1::SynchronizeRequest poll;
  poll.set_site("sites/psmn");
  EXPECT_EQ(Why(As("site/p2chpd").Call(poll)), "NOT_ALLOWED");
  EXPECT_EQ(Settled("alpha"), 0);
}

TEST_F(AgentServiceTest, ASiteThatTheCatalogueDoesNotKnowIsToldSo) {
  v1::ReportUsageRequest report = EmptyReport("report");
  report.set_site("sites/mars");
  *report.add_records() = FinishedJob(1, "alpha", "rita1");
  EXPECT_EQ(Why(As("site/mars").Call(report)), "UNKNOWN_SITE");
  v1::SynchronizeRequest poll;
  poll.set_site("sites/mars");
  EXPECT_EQ(Why(As("site/mars").Call(poll)), "UNKNOWN_SITE");
}

TEST_F(AgentServiceTest, ABonusIsSaidOnceItsSiteHasSaidThatItGivesOne) {
  RunningSchedulerOptions options;
  options.catalogue = WorldCatalogue();
  options.catalogue.programmes.at("chair").bonus = PartsPerMillion(250'000);
  Start(std::move(options));
  Populate();
  ASSERT_EQ(Ask("alpha", 3'600'000, "ask").state(), v1::Request::GRANTED);
  v1::GetGrantRequest get;
  get.set_name("projects/alpha/grants/g1");
  v1::SynchronizeRequest poll;
  poll.set_site("sites/psmn");
  for (const bool gives_bonus : {false, true, false}) {
    poll.set_gives_bonus(gives_bonus);
    ASSERT_EQ(Why(As("site/psmn").Call(poll)), "OK");
    EXPECT_EQ(Olga().Call(get)->bonus_base_units(), gives_bonus ? 900'000 : 0);
  }
}

// The catalogue promises 1,000 cores of it.
TEST_F(AgentServiceTest, ARecordOfMoreThanTwiceWhatTheSiteHasIsSetAside) {
  v1::SynchronizeRequest poll;
  poll.set_site("sites/psmn");
  int64_t job = 0;
  const auto why = [&](int64_t cores) {
    v1::ReportUsageRequest report = EmptyReport(absl::StrCat("report-", ++job));
    *report.add_records() = FinishedJob(job, "alpha", "rita1");
    report.mutable_records(0)->set_core_count(cores);
    const auto answer = As("site/psmn").Call(report);
    if (!answer.ok() || answer->rejected().empty()) return Why(answer);
    return answer->rejected(0).refusal().reason();
  };
  EXPECT_EQ(why(5'000), "OK") << "nobody knows yet what the site has";
  ASSERT_EQ(Why(As("site/psmn").Call(poll)), "OK");
  EXPECT_EQ(why(2'001), "RECORD_INVALID");
  v1::ResourceMeans& cores = *poll.mutable_means()->add_resources();
  cores.set_resource("cpu");
  cores.mutable_units()->set_available_count(1'000);
  cores.mutable_units()->set_drained_count(1'500);
  ASSERT_EQ(Why(As("site/psmn").Call(poll)), "OK");
  EXPECT_EQ(why(2'001), "OK");
  EXPECT_EQ(why(5'001), "RECORD_INVALID");
}

TEST_F(AgentServiceTest, PeopleCannotSpeakForASiteNorSitesForPeople) {
  for (const char* identity : {"user/olga", "user/psmn"}) {
    v1::ReportUsageRequest report = EmptyReport("report");
    *report.add_records() = FinishedJob(1, "alpha", "rita1");
    EXPECT_EQ(Why(As(identity).Call(report)), "NOT_ALLOWED") << identity;
    v1::SynchronizeRequest poll;
    poll.set_site("sites/psmn");
    EXPECT_EQ(Why(As(identity).Call(poll)), "NOT_ALLOWED") << identity;
  }
  for (const char* identity : {"site/psmn", "site/olga"}) {
    Caller& caller = As(identity);
    v1::GetBalanceRequest balance;
    balance.set_project("projects/alpha");
    EXPECT_EQ(Why(caller.Call(balance)), "NOT_ALLOWED") << identity;
    EXPECT_EQ(Why(caller.Call(v1::GetWhoAmIRequest())), "NOT_ALLOWED") << identity;
    EXPECT_EQ(Why(caller.Call(v1::ListSitesRequest())), "NOT_ALLOWED") << identity;
    EXPECT_EQ(Why(caller.Call(v1::ListUnassignedRequest())), "NOT_ALLOWED") << identity;
    EXPECT_EQ(Why(caller.Call(CpuRequest("alpha", 1, "key"))), "NOT_ALLOWED") << identity;
  }
}

TEST_F(AgentServiceTest, LetsNobodyInWithoutACertificateOfItsAuthority) {
  const TlsFiles good = ca_->Files("user/olga");
  TestCa stranger;
  const TlsFiles forged = stranger.Files("user/olga");
  const struct {
    std::string what;
    std::string ca;
    std::string certificate;
    std::string key;
  } rows[] = {{"no certificate", good.ca, "", ""},
              {"a certificate of another authority", good.ca, forged.certificate, forged.key}};
  for (const auto& row : rows) {
    Caller caller(RashChannel(scheduler_->target(), row.ca, row.certificate, row.key));
    EXPECT_EQ(Why(caller.Call(v1::GetWhoAmIRequest())), "UNAVAILABLE") << row.what;
  }
  // Nor does a client of ours trust a scheduler of another authority.
  Caller wary(RashChannel(scheduler_->target(), forged.ca, forged.certificate, forged.key));
  EXPECT_EQ(Why(wary.Call(v1::GetWhoAmIRequest())), "UNAVAILABLE");
  Caller welcome(RashChannel(scheduler_->target(), good.ca, good.certificate, good.key));
  EXPECT_EQ(Why(welcome.Call(v1::GetWhoAmIRequest())), "OK");
}

TEST_F(AgentServiceTest, LetsNobodyInWhoseCertificateNamesNoOneOfOurs) {
  for (const char* names : {"DNS:localhost", "URI:spiffe://elsewhere/user/olga"}) {
    const TlsFiles files = ca_->FilesNaming(names, "clientAuth");
    Caller caller(RashChannel(scheduler_->target(), files.ca, files.certificate, files.key));
    EXPECT_EQ(Why(caller.Call(v1::GetWhoAmIRequest())), "NOT_AUTHENTICATED") << names;
  }
  // A service is somebody, but has no call of its own.
  const TlsFiles files = ca_->FilesNaming("URI:spiffe://mesolys/service/metrics", "clientAuth");
  Caller service(RashChannel(scheduler_->target(), files.ca, files.certificate, files.key));
  EXPECT_EQ(Why(service.Call(v1::GetWhoAmIRequest())), "NOT_ALLOWED");
  EXPECT_EQ(Why(service.Call(EmptyReport("report"))), "NOT_ALLOWED");
}

}  // namespace
}  // namespace mesolys
