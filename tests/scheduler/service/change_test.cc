// What holds for every change: one key is one change, and validate_only changes nothing.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

// One change by one person, in a form that all kinds share.
struct Change {
  std::string identity;
  // The answer's bytes in `bytes`, and why it was refused. `altered` asks for something else.
  std::function<std::string(Caller&, bool altered, bool validate_only, std::string* bytes)> call;
};

template <typename Request, typename Alter>
Change ChangeOf(const std::string& identity, Request request, Alter alter) {
  return {identity,
          [request, alter](Caller& caller, bool altered, bool validate_only, std::string* bytes) {
            Request asked = request;
            if (altered) alter(asked);
            asked.set_validate_only(validate_only);
            const auto answer = caller.Call(asked);
            if (answer.ok()) *bytes = Bytes(*answer);
            return Why(answer);
          }};
}

std::vector<Change> Changes() {
  v1::CreateProjectRequest project;
  project.mutable_project()->set_name("projects/new");
  project.mutable_project()->set_title("New");
  project.mutable_project()->set_institution("ens");
  project.mutable_project()->set_programme("chair");
  project.mutable_project()->set_pi("paul");
  project.mutable_project()->mutable_period()->mutable_start_time()->set_seconds(1'800'000'000);
  project.mutable_project()->mutable_period()->mutable_end_time()->set_seconds(1'900'000'000);
  project.set_request_id("a project");
  v1::LinkAccountRequest link;
  link.set_project("projects/alpha");
  link.mutable_link()->set_cluster("east");
  link.mutable_link()->set_account("old");
  link.set_request_id("a link");
  v1::AddMemberRequest member;
  member.set_project("projects/alpha");
  member.mutable_member()->set_user("nora");
  member.mutable_member()->set_role(v1::Member::RESEARCHER);
  member.set_request_id("a member");
  v1::SetMemberCeilingRequest ceiling;
  ceiling.set_project("projects/alpha");
  ceiling.set_user("rita");
  ceiling.set_site("sites/psmn");
  ceiling.set_resource("cpu");
  ceiling.set_amount_base_units(3600);
  ceiling.set_request_id("a ceiling");
  v1::CreateRequestRequest refused = CpuRequest("alpha", int64_t{1} << 50, "a refusal");
  refused.mutable_request()->mutable_lines(0)->set_minimum_base_units(int64_t{1} << 50);
  v1::CreateRequestRequest waiting = CpuRequest("alpha", 3600, "for a call");
  waiting.mutable_request()->set_track(v1::Request::CALL);
  return {
      ChangeOf("user/olga", project, [](auto& r) { r.mutable_project()->set_title("Other"); }),
      ChangeOf("user/olga", link, [](auto& r) { r.mutable_link()->set_account("older"); }),
      ChangeOf("user/paul", member, [](auto& r) { r.mutable_member()->set_user("nadia"); }),
      ChangeOf("user/paul", ceiling, [](auto& r) { r.clear_amount_base_units(); }),
      ChangeOf("user/paul", CpuRequest("alpha", 3600, "a request"),
               [](auto& r) { r.mutable_request()->set_necessity("other"); }),
      ChangeOf("user/paul", refused,
               [](auto& r) { r.mutable_request()->set_justification("other"); }),
      ChangeOf("user/paul", waiting,
               [](auto& r) { r.mutable_request()->set_justification("other"); }),
  };
}

class ChangeTest : public ServiceTest {
 protected:
  ChangeTest() { Populate(); }

  // Once nothing is left to be charged anew, which a new link causes.
  int64_t Revision() {
    EXPECT_TRUE(scheduler_->WaitUntilSettled());
    return scheduler_->engine().head().revision;
  }
};

TEST_F(ChangeTest, OfTheSameKeyIsMadeOnceAndAnsweredTheSame) {
  for (const Change& change : Changes()) {
    std::string first;
    ASSERT_EQ(change.call(As(change.identity), false, false, &first), "OK");
    const int64_t revision = Revision();
    clock_.Advance(absl::Hours(1));
    std::string again;
    EXPECT_EQ(change.call(As(change.identity), false, false, &again), "OK");
    EXPECT_EQ(again, first);
    EXPECT_EQ(Revision(), revision);
  }
}

TEST_F(ChangeTest, OfAKnownKeyWithAnotherBodyIsRefused) {
  for (const Change& change : Changes()) {
    std::string first;
    ASSERT_EQ(change.call(As(change.identity), false, false, &first), "OK");
    const int64_t revision = Revision();
    std::string other;
    EXPECT_EQ(change.call(As(change.identity), true, false, &other), "REQUEST_ID_REUSED");
    EXPECT_EQ(Revision(), revision);
    EXPECT_EQ(change.call(As(change.identity), false, false, &other), "OK");
    EXPECT_EQ(other, first);
  }
}

TEST_F(ChangeTest, KeysOfTwoCallersDoNotMeet) {
  ASSERT_EQ(Why(As("user/paul").Call(CpuRequest("alpha", 3600, "key"))), "OK");
  ASSERT_EQ(Why(As("user/claire").Call(CpuRequest("chair", 7200, "key"))), "OK");
}

TEST_F(ChangeTest, ThatIsOnlyValidatedIsAnsweredAndChangesNothing) {
  for (const Change& change : Changes()) {
    const int64_t revision = Revision();
    std::string dry;
    EXPECT_EQ(change.call(As(change.identity), false, true, &dry), "OK");
    EXPECT_FALSE(dry.empty());
    EXPECT_EQ(Revision(), revision);
    // The key is still free, for another body too.
    std::string wet;
    EXPECT_EQ(change.call(As(change.identity), true, false, &wet), "OK");
    EXPECT_GT(Revision(), revision);
  }
}

TEST_F(ChangeTest, ThatIsRefusedLeavesItsKeyFree) {
  v1::CreateRequestRequest request = CpuRequest("alpha", -5, "key");
  EXPECT_EQ(Why(As("user/paul").Call(request)), "INVALID_AMOUNT");
  request.mutable_request()->mutable_lines(0)->set_amount_base_units(5);
  EXPECT_EQ(Why(As("user/paul").Call(request)), "OK");
}

// The answers are rebuilt from the log, not remembered.
TEST_F(ChangeTest, IsAnsweredTheSameAfterARestart) {
  const auto start = [this] {
    RunningSchedulerOptions options;
    options.catalogue = WorldCatalogue();
    options.database = ca_->directory() + "/ledger.db";
    Start(std::move(options));
  };
  start();
  Populate();
  std::vector<std::string> first;
  for (const Change& change : Changes()) {
    ASSERT_EQ(change.call(As(change.identity), false, false, &first.emplace_back()), "OK");
  }
  const int64_t revision = Revision();
  start();
  EXPECT_EQ(Revision(), revision);
  size_t place = 0;
  for (const Change& change : Changes()) {
    std::string again;
    EXPECT_EQ(change.call(As(change.identity), false, false, &again), "OK");
    EXPECT_EQ(again, first[place++]);
  }
  EXPECT_EQ(Revision(), revision);
}

}  // namespace
}  // namespace mesolys
