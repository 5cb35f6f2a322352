// Why a job waits, as people ask and the agent of the site answers.

#include <string>

#include "gmock/gmock.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ExplainJobTest : public ServiceTest {
 protected:
  ExplainJobTest() {
    Populate();
    Ask("alpha", 1000 * 3600, "the grant");
  }

  static v1::ExplainJobRequest Question(int64_t number = 0) {
    v1::ExplainJobRequest request;
    request.set_cluster("east");
    request.set_job_id(4002);
    request.set_number(number);
    return request;
  }

  static v1::SynchronizeRequest Poll() {
    v1::SynchronizeRequest request;
    request.set_site("sites/psmn");
    return request;
  }

  // What psmn is asked, and its answer.
  void Answer(const v1::JobSituation& situation, const std::string& problem = "",
              bool is_unknown = false) {
    const auto asked = As("site/psmn").Call(Poll());
    ASSERT_EQ(Why(asked), "OK");
    ASSERT_THAT(asked->jobs(), SizeIs(1));
    EXPECT_EQ(asked->jobs(0).cluster(), "east");
    EXPECT_EQ(asked->jobs(0).job_id(), 4002);
    v1::SynchronizeRequest answer = Poll();
    v1::ToldJob& told = *answer.add_told_jobs();
    told.set_number(asked->jobs(0).number());
    told.set_problem(problem);
    told.set_is_unknown(is_unknown);
    *told.mutable_situation() = situation;
    const auto taken = As("site/psmn").Call(answer);
    ASSERT_EQ(Why(taken), "OK");
    EXPECT_THAT(taken->jobs(), SizeIs(0));
  }

  static v1::JobSituation Waiting() {
    v1::JobSituation situation;
    situation.set_state("PENDING");
    situation.set_reason("AssocGrpCPUMinutesLimit");
    situation.set_account("alpha");
    situation.set_user("rita1");
    situation.set_time_limit_seconds(86400);
    v1::JobLimit& limit = *situation.add_limits();
    limit.set_account("alpha");
    limit.set_tres("cpu");
    limit.set_asked_count(10);
    limit.set_limit_minutes(6000);
    return situation;
  }
};

TEST_F(ExplainJobTest, TheAgentIsAskedAndTheLedgerAdded) {
  const auto asked = Olga().Call(Question());
  ASSERT_EQ(Why(asked), "OK");
  EXPECT_EQ(asked->state(), v1::JobExplanation::RUNNING);
  Answer(Waiting());
  const auto told = Olga().Call(Question(asked->number()));
  ASSERT_EQ(Why(told), "OK");
  EXPECT_EQ(told->state(), v1::JobExplanation::DONE);
  EXPECT_EQ(told->project(), "projects/alpha");
  EXPECT_EQ(told->cause(), v1::JobExplanation::TOO_LONG);
  EXPECT_EQ(told->fitting_time_limit_seconds(), 36000);
  ASSERT_THAT(told->grants(), SizeIs(1));
  EXPECT_EQ(told->grants(0).grant(), "projects/alpha/grants/g1");
}

TEST_F(ExplainJobTest, AnotherPersonsAnswerIsNobodysBusiness) {
  const auto asked = Olga().Call(Question());
  ASSERT_EQ(Why(asked), "OK");
  EXPECT_THAT(Why(As("user/rita").Call(Question(asked->number()))), HasSubstr("UNKNOWN_JOB"));
}

TEST_F(ExplainJobTest, AMemberMayAskAndAStrangerIsToldOfNoSuchJob) {
  for (const auto& [who, sees] : {std::pair{"user/rita", true}, {"user/stranger", false}}) {
    const auto asked = As(who).Call(Question());
    ASSERT_EQ(Why(asked), "OK");
    Answer(Waiting());
    const std::string why = Why(As(who).Call(Question(asked->number())));
    if (sees) {
      EXPECT_EQ(why, "OK") << who;
    } else {
      EXPECT_THAT(why, HasSubstr("UNKNOWN_JOB")) << who;
    }
  }
}

TEST_F(ExplainJobTest, WhatTheSiteCannotSayIsToldInItsWords) {
  const auto asked = Olga().Call(Question());
  Answer({}, "east has no job 4002 in its queue");
  const auto told = Olga().Call(Question(asked->number()));
  EXPECT_EQ(told->state(), v1::JobExplanation::FAILED);
  EXPECT_EQ(told->problem(), "east has no job 4002 in its queue");
}

TEST_F(ExplainJobTest, AJobThatIsNotInTheQueueIsUnknownToEverybody) {
  const auto asked = Olga().Call(Question());
  Answer({}, "east has no job 4002 in its queue", /*is_unknown=*/true);
  const std::string why = Why(Olga().Call(Question(asked->number())));
  EXPECT_THAT(why, HasSubstr("UNKNOWN_JOB"));
}

TEST_F(ExplainJobTest, ATaskOfAnArrayIsAskedForByItsNumber) {
  v1::ExplainJobRequest request = Question();
  request.set_array_task_id(0);
  ASSERT_EQ(Why(Olga().Call(request)), "OK");
  const auto asked = As("site/psmn").Call(Poll());
  ASSERT_THAT(asked->jobs(), SizeIs(1));
  EXPECT_TRUE(asked->jobs(0).has_array_task_id());
  EXPECT_EQ(asked->jobs(0).array_task_id(), 0);
  request.set_array_task_id(-1);
  EXPECT_THAT(Why(Olga().Call(request)), HasSubstr("UNKNOWN_JOB"));
}

TEST_F(ExplainJobTest, AClusterOfNobodyIsUnknown) {
  v1::ExplainJobRequest request = Question();
  request.set_cluster("nowhere");
  EXPECT_THAT(Why(Olga().Call(request)), HasSubstr("UNKNOWN_CLUSTER"));
}

}  // namespace
}  // namespace mesolys
