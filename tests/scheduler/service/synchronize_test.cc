// The long poll: it answers once what the site holds is not what it shall hold, and otherwise
// waits.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using std::chrono::steady_clock;
using testing::SizeIs;

constexpr auto kShort = std::chrono::milliseconds(150);

class SynchronizeTest : public ServiceTest {
 protected:
  SynchronizeTest() { Populate(); }

  // Polls are answered after `patience` even if nothing changes.
  void StartWithPatience(std::chrono::milliseconds patience) {
    RunningSchedulerOptions options;
    options.catalogue = WorldCatalogue();
    options.patience = patience;
    Start(std::move(options));
    Populate();
  }

  static v1::SynchronizeRequest Holding(int64_t generation) {
    v1::SynchronizeRequest request;
    request.set_site("sites/psmn");
    request.set_generation(generation);
    return request;
  }

  v1::SynchronizeResponse Synchronize(const v1::SynchronizeRequest& request) {
    const auto answer = As("site/psmn").Call(request);
    EXPECT_EQ(Why(answer), "OK");
    return answer.value_or(v1::SynchronizeResponse());
  }

  v1::Site PsmnAsShown() {
    v1::GetSiteRequest request;
    request.set_name("sites/psmn");
    const auto site = Olga().Call(request);
    EXPECT_EQ(Why(site), "OK");
    return site.value_or(v1::Site());
  }

  v1::Grant FirstGrantAsShown() {
    v1::GetGrantRequest request;
    request.set_name("projects/alpha/grants/g1");
    const auto grant = Olga().Call(request);
    EXPECT_EQ(Why(grant), "OK");
    return grant.value_or(v1::Grant());
  }

  // Until the scheduler has heard an agent of this version.
  void AwaitAgent(const std::string& version) {
    const auto until = steady_clock::now() + std::chrono::seconds(20);
    while (PsmnAsShown().agent().version() != version) ASSERT_LT(steady_clock::now(), until);
  }
};

TEST_F(SynchronizeTest, AnswersAtOnceWithTheWholeStateWhenTheSiteHoldsAnotherGeneration) {
  Ask("alpha", 3600, "ask");
  // The deadline of the call is as long as the patience: an answer is no end of patience.
  const v1::SynchronizeResponse answer = Synchronize(Holding(0));
  const v1::DesiredState& state = answer.desired_state();
  EXPECT_GT(state.generation(), 0);
  ASSERT_THAT(state.projects(), SizeIs(2));
  EXPECT_EQ(state.projects(0).project(), "projects/alpha");
  EXPECT_EQ(state.projects(0).shares(), 2'500);
  EXPECT_TRUE(state.projects(0).eco());
  EXPECT_EQ(state.projects(1).project(), "projects/chair");
  EXPECT_THAT(state.projects(1).grants(), SizeIs(0));
  EXPECT_EQ(state.projects(0).parent(), "projects/chair");
  EXPECT_THAT(state.projects(0).logins(),
              testing::UnorderedElementsAre("paul1", "rita1", "rene1", "sven1"));
  ASSERT_THAT(state.projects(0).grants(), SizeIs(1));
  EXPECT_EQ(state.projects(0).grants(0).ceiling_base_units(), 3600);
  EXPECT_EQ(answer.head().revision(), scheduler_->engine().head().revision);
  EXPECT_EQ(answer.head().hash(), scheduler_->engine().head().hash);
  // A generation that never was is another one too.
  EXPECT_EQ(Synchronize(Holding(state.generation() + 1)).desired_state().generation(),
            state.generation());
}

TEST_F(SynchronizeTest, WaitsAsLongAsItsPatienceWhenNothingIsNew) {
  StartWithPatience(kShort);
  const int64_t generation = Synchronize(Holding(0)).desired_state().generation();
  const auto begin = steady_clock::now();
  const v1::SynchronizeResponse answer = Synchronize(Holding(generation));
  EXPECT_GE(steady_clock::now() - begin, kShort);
  EXPECT_EQ(answer.desired_state().generation(), generation);
}

TEST_F(SynchronizeTest, WakesUpWhenAGrantIsIssuedForItsSite) {
  const int64_t generation = Synchronize(Holding(0)).desired_state().generation();
  v1::SynchronizeRequest request = Holding(generation);
  request.set_version("waiting");
  const std::unique_ptr<Caller::Poll> poll = As("site/psmn").Start(request);
  AwaitAgent("waiting");
  Ask("alpha", 3600, "ask");
  const auto answer = poll->Wait();
  ASSERT_EQ(Why(answer), "OK");
  EXPECT_GT(answer->desired_state().generation(), generation);
  ASSERT_THAT(answer->desired_state().projects(), SizeIs(2));
}

TEST_F(SynchronizeTest, SleepsOnWhenTheChangeIsOfAnotherSite) {
  StartWithPatience(kShort);
  const int64_t generation = Synchronize(Holding(0)).desired_state().generation();
  const auto begin = steady_clock::now();
  const std::unique_ptr<Caller::Poll> poll = As("site/psmn").Start(Holding(generation));
  v1::CreateRequestRequest elsewhere = CpuRequest("alpha", 3600, "elsewhere");
  elsewhere.mutable_request()->mutable_lines(0)->set_sites(0, "p2chpd");
  ASSERT_EQ(Why(Olga().Call(elsewhere)), "OK");
  const auto answer = poll->Wait();
  ASSERT_EQ(Why(answer), "OK");
  EXPECT_EQ(answer->desired_state().generation(), generation);
  EXPECT_GE(steady_clock::now() - begin, kShort);
}

TEST_F(SynchronizeTest, RefusesAWitnessOfMoreThanTheLedgerHolds) {
  const v1::LedgerHead head = Synchronize(Holding(0)).head();
  v1::SynchronizeRequest request = Holding(0);
  *request.mutable_witness() = head;
  Synchronize(request);
  request.mutable_witness()->set_revision(head.revision() + 1);
  EXPECT_EQ(Why(As("site/psmn").Call(request)), "DATA_LOSS");
  request.mutable_witness()->set_revision(head.revision());
  request.mutable_witness()->set_hash(std::string(32, 'x'));
  EXPECT_EQ(Why(As("site/psmn").Call(request)), "DATA_LOSS");
}

TEST_F(SynchronizeTest, ShowsInTheGrantWhatTheSiteReadBack) {
  Ask("alpha", 3600, "ask");
  ASSERT_THAT(FirstGrantAsShown().ceilings(), SizeIs(1));
  EXPECT_EQ(FirstGrantAsShown().ceilings(0).state(), v1::Ceiling::WANTED);
  const struct {
    v1::Ceiling::State state;
    std::string text;
  } rows[] = {{v1::Ceiling::ENFORCED, ""},
              {v1::Ceiling::DRIFTED, "somebody set 12"},
              {v1::Ceiling::FAILED, "sacctmgr is not there"}};
  for (const auto& row : rows) {
    v1::SynchronizeRequest request = Holding(0);
    v1::Enforcement& enforcement = *request.add_enforcements();
    enforcement.set_grant("projects/alpha/grants/g1");
    enforcement.set_state(row.state);
    enforcement.set_text(row.text);
    enforcement.set_ceiling_base_units(3600);
    Synchronize(request);
    const v1::Ceiling shown = FirstGrantAsShown().ceilings(0);
    EXPECT_EQ(shown.state(), row.state);
    EXPECT_EQ(shown.text(), row.text);
    EXPECT_EQ(shown.site(), "psmn");
    EXPECT_EQ(shown.wanted_base_units(), 3600);
  }
}

TEST_F(SynchronizeTest, ShowsARaisedCeilingAsWantedUntilItIsReadBack) {
  Ask("alpha", 3600, "ask");
  v1::SynchronizeRequest request = Holding(0);
  v1::Enforcement& enforcement = *request.add_enforcements();
  enforcement.set_grant("projects/alpha/grants/g1");
  enforcement.set_state(v1::Ceiling::ENFORCED);
  // The one before it was raised, of which the site has not heard.
  enforcement.set_ceiling_base_units(3000);
  Synchronize(request);
  EXPECT_EQ(FirstGrantAsShown().ceilings(0).state(), v1::Ceiling::WANTED);
  enforcement.set_ceiling_base_units(3600);
  Synchronize(request);
  EXPECT_EQ(FirstGrantAsShown().ceilings(0).state(), v1::Ceiling::ENFORCED);
}

TEST_F(SynchronizeTest, ConfirmsALowerCeilingWhenItsUseIsSaidWhateverTheAgentHasToSend) {
  Ask("alpha", 3600, "ask");
  v1::ReleaseHoursRequest release;
  release.set_grant("projects/alpha/grants/g1");
  release.set_amount_base_units(3000);
  release.set_reason("Not needed");
  release.set_request_id("release");
  ASSERT_EQ(Why(Olga().Call(release)), "OK");
  const int64_t generation = Synchronize(Holding(0)).desired_state().generation();
  v1::SynchronizeRequest request = Holding(generation - 1);  // so that it is answered at once
  request.set_spool_record_count(17);
  v1::Enforcement& enforcement = *request.add_enforcements();
  enforcement.set_grant("projects/alpha/grants/g1");
  enforcement.set_state(v1::Ceiling::ENFORCED);
  enforcement.set_ceiling_base_units(600);
  enforcement.set_used_base_units(900);
  // That generation is an older one.
  Synchronize(request);
  EXPECT_EQ(FirstGrantAsShown().amount_base_units(), 3600);
  const struct {
    const char* what;
    v1::Ceiling::State state;
    bool says_use;
  } silences[] = {{"no use", v1::Ceiling::ENFORCED, false},
                  {"not in force", v1::Ceiling::DRIFTED, true}};
  for (const auto& silence : silences) {
    SCOPED_TRACE(silence.what);
    v1::SynchronizeRequest silent = request;
    silent.set_generation(generation + 100);  // one that never is: answered at once
    silent.mutable_enforcements(0)->set_state(silence.state);
    if (!silence.says_use) silent.mutable_enforcements(0)->clear_used_base_units();
    Synchronize(silent);
    EXPECT_EQ(FirstGrantAsShown().amount_base_units(), 3600);
    EXPECT_EQ(FirstGrantAsShown().orders_size(), 1);
  }
  request.set_generation(generation + 100);
  Synchronize(request);
  const auto until = steady_clock::now() + std::chrono::seconds(20);
  while (FirstGrantAsShown().orders_size() > 0) ASSERT_LT(steady_clock::now(), until);
  // What it used beyond the lower ceiling is not taken away.
  EXPECT_EQ(FirstGrantAsShown().amount_base_units(), 900);
  EXPECT_EQ(FirstGrantAsShown().ceilings(0).held_base_units(), 900);
}

TEST_F(SynchronizeTest, SaysWhatTheLedgerSettledWithoutANewGeneration) {
  Ask("alpha", 360'000, "ask");
  const v1::DesiredState before = Synchronize(Holding(0)).desired_state();
  EXPECT_EQ(before.projects(0).grants(0).settled_base_units(), 0);
  EXPECT_THAT(before.clusters(), testing::ElementsAre("east", "west"));
  EXPECT_EQ(before.charging().gpu_model(), "a100");
  v1::ReportUsageRequest report = EmptyReport("report");
  v1::UsageRecord& record = *report.add_records();
  record = FinishedJob(1, "alpha", "rita1");
  *record.mutable_start_time() = record.end_time();  // when the grant begins
  record.mutable_end_time()->set_seconds(record.end_time().seconds() + 100);
  *record.mutable_observe_time() = record.end_time();
  Report(report);
  const v1::DesiredState after = Synchronize(Holding(0)).desired_state();
  EXPECT_EQ(after.generation(), before.generation());
  EXPECT_EQ(after.projects(0).grants(0).settled_base_units(), 800);
  EXPECT_EQ(after.projects(0).grants(0).correction_base_units(), 0);
  v1::RefundJobRequest refund;
  refund.mutable_job()->set_cluster(report.records(0).cluster());
  refund.mutable_job()->set_job_id(1);
  *refund.mutable_job()->mutable_submit_time() = report.records(0).submit_time();
  refund.set_reason("Our fault");
  refund.set_request_id("refund");
  ASSERT_EQ(Why(Olga().Call(refund)), "OK");
  const v1::DesiredState refunded = Synchronize(Holding(0)).desired_state();
  EXPECT_EQ(refunded.projects(0).grants(0).settled_base_units(), 0);
  EXPECT_EQ(refunded.projects(0).grants(0).correction_base_units(), -800);
}

TEST_F(SynchronizeTest, TellsTheAgentTheCeilingsOfItsMembersByLogin) {
  Ask("alpha", 3600, "ask");
  v1::SetMemberCeilingRequest request;
  request.set_project("projects/alpha");
  request.set_user("rita");
  request.set_site("sites/psmn");
  request.set_resource("cpu");
  request.set_amount_base_units(1800);
  request.set_request_id("ceiling");
  const auto set = As("user/paul").Call(request);
  ASSERT_EQ(Why(set), "OK");
  EXPECT_EQ(set->set_time().seconds(), absl::ToUnixSeconds(WorldTime()));
  const v1::DesiredProject told = Synchronize(Holding(0)).desired_state().projects(0);
  ASSERT_THAT(told.login_ceilings(), SizeIs(1));
  EXPECT_EQ(told.login_ceilings(0).login(), "rita1");
  EXPECT_EQ(told.login_ceilings(0).resource(), "cpu");
  EXPECT_EQ(told.login_ceilings(0).amount_base_units(), 1800);
  EXPECT_EQ(told.login_ceilings(0).since_time().seconds(), set->set_time().seconds());
  EXPECT_THAT(told.access(), SizeIs(0));
  v1::ListMembersRequest list;
  list.set_project("projects/alpha");
  const auto members = As("user/paul").Call(list);
  ASSERT_EQ(Why(members), "OK");
  int shown = 0;
  for (const v1::Member& member : members->members()) {
    for (const v1::MemberCeiling& ceiling : member.ceilings()) {
      ++shown;
      EXPECT_EQ(member.user(), "rita");
      EXPECT_EQ(Bytes(ceiling), Bytes(*set));
    }
  }
  EXPECT_EQ(shown, 1);
  request.clear_amount_base_units();
  request.set_request_id("none");
  ASSERT_EQ(Why(As("user/paul").Call(request)), "OK");
  EXPECT_THAT(Synchronize(Holding(0)).desired_state().projects(0).login_ceilings(), SizeIs(0));
}

TEST_F(SynchronizeTest, ShowsInTheSiteWhatTheAgentSaidOfItself) {
  v1::SynchronizeRequest request = Holding(0);
  request.set_version("1.2.3");
  request.set_spool_record_count(17);
  request.set_quarantined_count(3);
  request.set_problem("the disk is slow");
  request.set_runaway_count(21);
  for (int64_t id = 1; id <= 21; ++id) request.add_runaway_jobs()->set_job_id(id);
  request.mutable_agent_time()->set_seconds(absl::ToUnixSeconds(WorldTime()) - 90);
  const int64_t generation = Synchronize(request).desired_state().generation();
  const v1::AgentStatus agent = PsmnAsShown().agent();
  EXPECT_EQ(agent.version(), "1.2.3");
  EXPECT_EQ(agent.last_seen_time().seconds(), absl::ToUnixSeconds(WorldTime()));
  EXPECT_EQ(agent.generation_in_force(), 0);
  EXPECT_EQ(agent.generation_wanted(), generation);
  EXPECT_EQ(agent.spool_record_count(), 17);
  EXPECT_EQ(agent.quarantined_count(), 3);
  EXPECT_EQ(agent.problem(), "the disk is slow");
  EXPECT_EQ(agent.runaway_count(), 21);
  ASSERT_THAT(agent.runaway_jobs(), SizeIs(20));
  EXPECT_EQ(agent.runaway_jobs(19).job_id(), 20);
  EXPECT_EQ(agent.clock_skew().seconds(), -90);
}

TEST_F(SynchronizeTest, ShowsInTheSiteWhatIsHeldBackAndTellsItsAgentWhatIsDismissed) {
  v1::SynchronizeRequest request = Holding(0);
  request.set_quarantined_count(30);
  request.set_held_row_count(21);
  for (int64_t number = 1; number <= 21; ++number) {
    v1::HeldRow& row = *request.add_held_rows();
    row.set_number(number);
    row.set_job_id("4002");
    for (int i = 0; i < 30; ++i) row.add_amounts()->set_resource("cpu");
  }
  const v1::DesiredState before = Synchronize(request).desired_state();
  EXPECT_THAT(before.dismissed_rows(), SizeIs(0));
  const v1::AgentStatus agent = PsmnAsShown().agent();
  EXPECT_EQ(agent.held_row_count(), 21);
  ASSERT_THAT(agent.held_rows(), SizeIs(20));
  EXPECT_EQ(agent.held_rows(19).number(), 20);
  EXPECT_THAT(agent.held_rows(0).amounts(), SizeIs(20));

  v1::DismissRowsRequest dismiss;
  dismiss.set_site("sites/psmn");
  dismiss.set_first(17);
  dismiss.set_last(31);
  dismiss.set_reason("ours");
  dismiss.set_request_id("dismiss");
  EXPECT_EQ(Why(As("user/paul").Call(dismiss)), "NOT_ALLOWED");
  EXPECT_EQ(Why(Olga().Call(dismiss)), "INVALID_ARGUMENT") << "30 were set aside so far";
  dismiss.set_last(19);
  const auto dismissed = Olga().Call(dismiss);
  ASSERT_EQ(Why(dismissed), "OK");
  EXPECT_EQ(dismissed->site(), "sites/psmn");
  EXPECT_EQ(dismissed->first(), 17);
  EXPECT_EQ(dismissed->last(), 19);
  const v1::DesiredState after = Synchronize(Holding(before.generation())).desired_state();
  EXPECT_GT(after.generation(), before.generation());
  ASSERT_THAT(after.dismissed_rows(), SizeIs(1));
  EXPECT_EQ(after.dismissed_rows(0).first(), 17);
  EXPECT_EQ(after.dismissed_rows(0).last(), 19);
  EXPECT_EQ(after.dismissed_rows(0).dismiss_time().seconds(), absl::ToUnixSeconds(WorldTime()));
}

// A text cut in the middle of a character is no text, and the whole answer could not be read.
TEST_F(SynchronizeTest, CutsALongProblemBetweenItsCharacters) {
  for (const int letters : {4093, 4094, 4095, 4096}) {
    v1::SynchronizeRequest request = Holding(0);
    request.set_problem(absl::StrCat(std::string(static_cast<size_t>(letters), 'x'), "€€"));
    Synchronize(request);
    const v1::Site site = PsmnAsShown();
    const std::string shown = site.agent().problem();
    EXPECT_LE(shown.size(), 4096U);
    EXPECT_GE(shown.size(), 4093U);
    EXPECT_EQ(shown, request.problem().substr(0, shown.size()));
  }
}

}  // namespace
}  // namespace mesolys
