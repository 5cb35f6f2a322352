#include "client/usage/why.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"

namespace mesolys::client {
namespace {

using testing::HasSubstr;

v1::JobExplanation Explanation(v1::JobExplanation::Cause cause) {
  v1::JobExplanation explanation;
  explanation.set_cause(cause);
  explanation.set_site("sites/psmn");
  explanation.set_project("projects/proj_a");
  explanation.set_resource("cpu");
  explanation.mutable_situation()->set_reason("AssocGrpCPUMinutesLimit");
  explanation.mutable_situation()->set_user("alice1");
  v1::JobGrant& grant = *explanation.add_grants();
  grant.set_grant("projects/proj_a/grants/g17");
  grant.set_resource("cpu");
  grant.set_ceiling_base_units(36000);
  grant.set_used_base_units(3600);
  grant.set_state(v1::Ceiling::ENFORCED);
  return explanation;
}

TEST(WhyJobTest, AJobThatIsTooLongIsToldTheTimeThatFits) {
  v1::JobExplanation explanation = Explanation(v1::JobExplanation::TOO_LONG);
  explanation.set_fitting_time_limit_seconds(12000);
  const WhyJobText text = TextOf(explanation, "psmn:4002");
  EXPECT_EQ(text.because, "it asks more cpu than is left of the grants of proj_a at psmn: 9 h");
  EXPECT_EQ(text.advice,
            "ask -t 3:20:00 or less: `scontrol update jobid=4002 timelimit=3:20:00`, or ask for "
            "more hours with `mesolys request create proj_a`");
  explanation.set_fitting_time_limit_seconds(0);
  EXPECT_EQ(TextOf(explanation, "psmn:4002").advice,
            "ask for more hours with `mesolys request create proj_a`");
}

TEST(WhyJobTest, ASiteThatHasNotPutAGrantInForceIsQuoted) {
  v1::JobExplanation explanation = Explanation(v1::JobExplanation::NOT_IN_FORCE);
  explanation.mutable_grants(0)->set_state(v1::Ceiling::FAILED);
  explanation.mutable_grants(0)->set_text("slurmdbd is down");
  EXPECT_THAT(TextOf(explanation, "psmn:1").because,
              HasSubstr("proj_a/g17 is failed: slurmdbd is down"));
}

TEST(WhyJobTest, ASiteThatGivesLessThanIsLeftIsQuoted) {
  v1::JobExplanation explanation = Explanation(v1::JobExplanation::TOO_LONG);
  explanation.mutable_grants(0)->set_state(v1::Ceiling::TIGHTER);
  explanation.mutable_grants(0)->set_text("3 h of cpu is held back");
  EXPECT_EQ(TextOf(explanation, "psmn:1").because,
            "it asks more cpu than is left of the grants of proj_a at psmn: 9 h; and the site lets "
            "less of it begin: 3 h of cpu is held back");
  explanation.set_resource("gpu-a100");
  EXPECT_THAT(TextOf(explanation, "psmn:1").because, testing::Not(HasSubstr("held back")));
  explanation.set_cause(v1::JobExplanation::NOT_IN_FORCE);
  EXPECT_THAT(TextOf(explanation, "psmn:1").because, HasSubstr("3 h of cpu is held back"));
}

TEST(WhyJobTest, WhatAPartitionLetsNoJobHaveIsNamed) {
  v1::JobExplanation explanation = Explanation(v1::JobExplanation::IMPOSSIBLE);
  v1::JobSituation& situation = *explanation.mutable_situation();
  situation.set_partition("short");
  situation.set_reason("PartitionTimeLimit");
  situation.set_partition_time_limit_seconds(7200);
  WhyJobText text = TextOf(explanation, "psmn:28_1");
  EXPECT_EQ(text.because, "partition short lets a job run for 2:00:00 at most");
  EXPECT_EQ(text.advice,
            "ask -t 2:00:00 or less: `scontrol update jobid=28_1 timelimit=2:00:00`, or submit it "
            "to another partition");
  situation.set_reason("PartitionNodeLimit");
  situation.set_partition_nodes_max(1);
  EXPECT_EQ(TextOf(explanation, "psmn:1").because, "partition short gives a job 1 node at most");
  situation.set_reason("BadConstraints");
  EXPECT_THAT(TextOf(explanation, "psmn:1").because, HasSubstr("Slurm says BadConstraints"));
}

TEST(WhyJobTest, EveryCauseHasASentence) {
  for (int cause = v1::JobExplanation::Cause_MIN; cause <= v1::JobExplanation::Cause_MAX; ++cause) {
    if (!v1::JobExplanation::Cause_IsValid(cause)) continue;
    const WhyJobText text =
        TextOf(Explanation(static_cast<v1::JobExplanation::Cause>(cause)), "psmn:1");
    EXPECT_GT(text.because.size(), 10) << cause;
  }
}

TEST(WhyJobTest, ATimeLimitIsWrittenAsSbatchTakesIt) {
  EXPECT_EQ(TimeLimitText(12000), "3:20:00");
  EXPECT_EQ(TimeLimitText(60), "0:01:00");
  EXPECT_EQ(TimeLimitText(2 * 86400 + 3723), "2-1:02:03");
}

class WhyJobCommandTest : public ClientTest {};

TEST_F(WhyJobCommandTest, AsksTheSiteAndSaysWhatWouldFit) {
  v1::JobSituation situation;
  situation.set_state("PENDING");
  situation.set_reason("AssocGrpCPUMinutesLimit");
  situation.set_account("proj_a");
  situation.set_user("amartin");
  situation.set_time_limit_seconds(86400);
  v1::JobLimit& limit = *situation.add_limits();
  limit.set_account("proj_a");
  limit.set_tres("cpu");
  limit.set_asked_count(10);
  limit.set_limit_minutes(6000);
  const Outcome outcome =
      RunWhile({"why", "job", "psmn:4300"}, [this, &situation] { scheduler_.TellJob(situation); });
  EXPECT_EQ(outcome.exit, ExitCode::kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("it asks more cpu than is left of the grants of proj_a"));
  EXPECT_THAT(outcome.out, HasSubstr("ask -t 10:00:00 or less"));
}

}  // namespace
}  // namespace mesolys::client
