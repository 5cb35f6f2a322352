// Requests that wait, quotes and rights, as they are answered over the wire.

#include <string>

#include "gmock/gmock.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RequestServiceTest : public ServiceTest {
 protected:
  RequestServiceTest() { Populate(); }

  // A request of alpha for the committee: an hour of 1,000 cores.
  v1::Request Submit(const std::string& request_id) {
    v1::CreateRequestRequest request = CpuRequest("alpha", 3'600'000, request_id);
    request.mutable_request()->set_track(v1::Request::CALL);
    const auto submitted = As("user/paul").Call(request);
    EXPECT_EQ(Why(submitted), "OK");
    return submitted.ok() ? *submitted : v1::Request();
  }
  static v1::DecideRequestRequest Award(const std::string& name, int64_t amount) {
    v1::DecideRequestRequest decide;
    decide.set_name(name);
    decide.set_reason("as found");
    decide.set_request_id("decide");
    decide.add_awards()->set_resource("cpu");
    decide.mutable_awards(0)->set_amount_base_units(amount);
    return decide;
  }
  static v1::WithdrawRequestRequest Withdrawal(const std::string& name) {
    v1::WithdrawRequestRequest withdraw;
    withdraw.set_name(name);
    withdraw.set_reason("too much");
    withdraw.set_request_id("withdraw");
    return withdraw;
  }
  v1::Request Read(const std::string& name) {
    v1::GetRequestRequest get;
    get.set_name(name);
    const auto request = As("user/rita").Call(get);
    EXPECT_EQ(Why(request), "OK");
    return request.ok() ? *request : v1::Request();
  }
};

TEST_F(RequestServiceTest, ARequestForACallWaitsUntilTheCommitteeDecides) {
  const v1::Request submitted = Submit("ask");
  EXPECT_EQ(submitted.state(), v1::Request::SUBMITTED);
  EXPECT_FALSE(submitted.has_decide_time());
  EXPECT_THAT(submitted.grants(), IsEmpty());
  EXPECT_EQ(Read(submitted.name()).state(), v1::Request::SUBMITTED);

  const auto decided = As("user/carl").Call(Award(submitted.name(), 1'800'000));
  ASSERT_EQ(Why(decided), "OK");
  EXPECT_EQ(decided->state(), v1::Request::PARTLY_GRANTED);
  EXPECT_EQ(decided->decide_reason(), "as found");
  ASSERT_THAT(decided->grants(), SizeIs(1));
  EXPECT_EQ(decided->grants(0).amount_base_units(), 1'800'000);
  EXPECT_EQ(Read(submitted.name()).grants(0).name(), decided->grants(0).name());
}

TEST_F(RequestServiceTest, TheSameDecisionTwiceIsOneDecision) {
  const v1::Request submitted = Submit("ask");
  const auto first = As("user/carl").Call(Award(submitted.name(), 1'800'000));
  clock_.Advance(absl::Hours(1));
  const auto again = As("user/carl").Call(Award(submitted.name(), 1'800'000));
  ASSERT_EQ(Why(again), "OK");
  EXPECT_EQ(Bytes(*again), Bytes(*first));
  v1::DecideRequestRequest other = Award(submitted.name(), 1'800'000);
  other.set_request_id("another");
  EXPECT_EQ(Why(As("user/carl").Call(other)), "REQUEST_DECIDED");
}

TEST_F(RequestServiceTest, ADecisionThatIsOnlyValidatedDecidesNothing) {
  const v1::Request submitted = Submit("ask");
  v1::DecideRequestRequest dry = Award(submitted.name(), 1'800'000);
  dry.set_validate_only(true);
  const auto would = As("user/carl").Call(dry);
  ASSERT_EQ(Why(would), "OK");
  EXPECT_EQ(would->state(), v1::Request::PARTLY_GRANTED);
  EXPECT_EQ(Read(submitted.name()).state(), v1::Request::SUBMITTED);
}

TEST_F(RequestServiceTest, ASplitIsAskedAndShownByItsSites) {
  v1::CreateRequestRequest split = CpuRequest("alpha", 3'600'000, "split");
  v1::RequestLine& line = *split.mutable_request()->mutable_lines(0);
  line.clear_sites();
  (*line.mutable_site_base_units())["psmn"] = 3'000'000;
  (*line.mutable_site_base_units())["p2chpd"] = 600'000;
  const auto granted = As("user/paul").Call(split);
  ASSERT_EQ(Why(granted), "OK");
  EXPECT_EQ(granted->state(), v1::Request::GRANTED);
  EXPECT_THAT(granted->lines(0).sites(), testing::ElementsAre("p2chpd", "psmn"));
  EXPECT_EQ(granted->lines(0).site_base_units().at("psmn"), 3'000'000);
  ASSERT_THAT(granted->grants(0).ceilings(), SizeIs(2));
  EXPECT_EQ(granted->grants(0).ceilings(0).site(), "p2chpd");
  EXPECT_EQ(granted->grants(0).ceilings(0).wanted_base_units(), 600'000);
  EXPECT_THAT(granted->grants(0).any_of(), IsEmpty());
}

TEST_F(RequestServiceTest, AGrantAtAnyOfSomeSitesSaysWhichTheyAre) {
  v1::CreateRequestRequest anywhere = CpuRequest("alpha", 3'600'000, "anywhere");
  v1::RequestLine& line = *anywhere.mutable_request()->mutable_lines(0);
  line.clear_sites();
  line.add_sites("psmn");
  line.add_sites("p2chpd");
  line.set_any_of(true);
  const auto granted = As("user/paul").Call(anywhere);
  ASSERT_EQ(Why(granted), "OK");
  EXPECT_TRUE(granted->lines(0).any_of());
  EXPECT_THAT(granted->grants(0).any_of(), testing::ElementsAre("p2chpd", "psmn"));
  EXPECT_THAT(granted->grants(0).ceilings(), SizeIs(1)) << "until upkeep goes there";
}

TEST_F(RequestServiceTest, ThePiWithdrawsWhatNobodyHasDecided) {
  const v1::Request submitted = Submit("ask");
  EXPECT_EQ(Why(As("user/rita").Call(Withdrawal(submitted.name()))), "NOT_ALLOWED");
  const auto withdrawn = As("user/paul").Call(Withdrawal(submitted.name()));
  ASSERT_EQ(Why(withdrawn), "OK");
  EXPECT_EQ(withdrawn->state(), v1::Request::WITHDRAWN);
  EXPECT_EQ(withdrawn->decide_reason(), "too much");
  EXPECT_EQ(Why(As("user/carl").Call(Award(submitted.name(), 1))), "REQUEST_DECIDED");
}

TEST_F(RequestServiceTest, ARequestOfAnotherProjectDoesNotExistUnderThisOne) {
  Submit("ask");
  EXPECT_EQ(Why(Olga().Call(Withdrawal("projects/beta/requests/r1"))), "UNKNOWN_REQUEST");
  EXPECT_EQ(Why(Olga().Call(Withdrawal("projects/alpha/requests/r7"))), "UNKNOWN_REQUEST");
  EXPECT_EQ(Why(Olga().Call(Withdrawal("alpha"))), "INVALID_NAME");
}

TEST_F(RequestServiceTest, AGrantIsInGraceWhileItsRenewalWaits) {
  ASSERT_EQ(Ask("alpha", 3'600'000, "first").state(), v1::Request::GRANTED);
  clock_.Advance(absl::Hours(24) * 198);  // a day before its end
  v1::CreateRequestRequest renewal = CpuRequest("alpha", 3'600'000, "renewal");
  renewal.mutable_request()->set_track(v1::Request::CALL);
  v1::Period& period = *renewal.mutable_request()->mutable_period();
  *period.mutable_start_time() = period.end_time();
  period.mutable_end_time()->set_seconds(period.start_time().seconds() + 86'400 * 90);
  ASSERT_EQ(Why(As("user/paul").Call(renewal)), "OK");
  clock_.Advance(absl::Hours(24) * 3);
  v1::GetGrantRequest get;
  get.set_name("projects/alpha/grants/g1");
  const auto grant = As("user/paul").Call(get);
  ASSERT_EQ(Why(grant), "OK");
  EXPECT_EQ(grant->state(), v1::Grant::GRACE);
  EXPECT_EQ(grant->period().end_time().seconds() - grant->end_proper_time().seconds(), 86'400 * 30);
  ASSERT_THAT(grant->changes(), SizeIs(1));
  EXPECT_EQ(grant->changes(0).kind(), v1::GrantChange::GRACE);
  EXPECT_EQ(grant->changes(0).renewal(), "projects/alpha/requests/r2");
}

TEST_F(RequestServiceTest, AQuoteSaysWhatWouldComeOfItAndLeavesNoTrace) {
  const int64_t revision = scheduler_->engine().head().revision;
  v1::QuoteRequest ask;
  ask.set_project("projects/alpha");
  *ask.mutable_request() = CpuRequest("alpha", 3'600'000, "none").request();
  const auto quote = As("user/rita").Call(ask);
  ASSERT_EQ(Why(quote), "OK");
  EXPECT_EQ(quote->request().state(), v1::Request::GRANTED);
  EXPECT_EQ(quote->request().name(), "");
  ASSERT_THAT(quote->request().grants(), SizeIs(1));
  const v1::Grant& grant = quote->request().grants(0);
  EXPECT_EQ(grant.ceilings(0).site(), "psmn");
  EXPECT_EQ(grant.placements_size(), 7);
  EXPECT_EQ(quote->normalised_seconds(), grant.normalised_seconds());
  EXPECT_FALSE(quote->has_whole_from_time());
  EXPECT_EQ(scheduler_->engine().head().revision, revision);
  EXPECT_EQ(Why(As("user/zoe").Call(ask)), "NOT_ALLOWED");
}

TEST_F(RequestServiceTest, AJobIsQuotedByWhatItsProjectHasLeft) {
  ASSERT_EQ(Ask("alpha", 3'600'000, "first").state(), v1::Request::GRANTED);
  v1::QuoteJobRequest ask;
  ask.set_project("projects/alpha");
  ask.set_core_count(16);
  ask.set_time_limit_seconds(3600);
  const auto quote = As("user/rita").Call(ask);
  ASSERT_EQ(Why(quote), "OK");
  ASSERT_THAT(quote->lines(), SizeIs(1));
  EXPECT_EQ(quote->lines(0).site(), "sites/psmn");
  EXPECT_EQ(quote->lines(0).resource(), "cpu");
  EXPECT_EQ(quote->lines(0).amount_base_units(), 16 * 3600);
  EXPECT_EQ(quote->lines(0).left_base_units(), 3'600'000);
  EXPECT_GT(quote->lines(0).normalised_seconds(), 0);
  EXPECT_EQ(Why(As("user/zoe").Call(ask)), "NOT_ALLOWED");
  ask.set_site("sites/nowhere");
  EXPECT_EQ(Why(As("user/rita").Call(ask)), "UNKNOWN_SITE");
  ask.set_site("nowhere");
  EXPECT_EQ(Why(As("user/rita").Call(ask)), "INVALID_NAME");
  ask.clear_site();
  ask.set_time_limit_seconds(0);
  EXPECT_EQ(Why(As("user/rita").Call(ask)), "INVALID_ARGUMENT");
}

TEST_F(RequestServiceTest, SaysWhoMayDoWhat) {
  v1::CheckAccessRequest check;
  check.set_method("GrantService.Release");
  check.set_project("projects/alpha");
  EXPECT_TRUE(As("user/paul").Call(check)->allowed());
  const auto no = As("user/rita").Call(check);
  ASSERT_EQ(Why(no), "OK");
  EXPECT_FALSE(no->allowed());
  EXPECT_THAT(no->sentence(), HasSubstr("PI of the project"));
  // Nothing is given away of a project that does not exist.
  check.set_project("projects/ghost");
  EXPECT_FALSE(As("user/paul").Call(check)->allowed());
  check.set_method("GrantService.Fly");
  EXPECT_EQ(Why(As("user/paul").Call(check)), "INVALID_ARGUMENT");
}

}  // namespace
}  // namespace mesolys
