#include "agent/slurm/check/submission_facts.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;

class SubmissionFactsTest : public testing::Test {
 protected:
  Finding Check(size_t model_count) const {
    return CheckSubmission("psmn", config_, model_count, directory_.File("slurm.conf"));
  }

  TemporaryDirectory directory_;
  SlurmConfig config_ = {{"JobSubmitPlugins", "lua"}};
};

TEST_F(SubmissionFactsTest, PassWhereThePluginIsThere) {
  directory_.Write("job_submit.lua", "-- ours\nlocal FOLDER = \"/run/mesolys-agent\"\n");
  for (const char* plugins : {"lua", "job_submit/lua", "require_timelimit,lua"}) {
    config_["JobSubmitPlugins"] = plugins;
    EXPECT_EQ(Check(2).verdict, Verdict::kPass) << plugins;
    EXPECT_EQ(Check(2).subject, "psmn: JobSubmitPlugins");
    EXPECT_THAT(Check(2).text, HasSubstr("job_submit.lua"));
  }
}

TEST_F(SubmissionFactsTest, WarnWithoutItWhereAProjectMayHoldTwoModels) {
  for (const char* plugins : {"", "luatic", "require_timelimit"}) {
    config_["JobSubmitPlugins"] = plugins;
    const Finding two = Check(2);
    EXPECT_EQ(two.verdict, Verdict::kWarn) << plugins;
    EXPECT_THAT(two.text, HasSubstr("with 2 models of GPUs"));
    EXPECT_THAT(two.remedy, HasSubstr("JobSubmitPlugins=lua in "));
    EXPECT_EQ(Check(1).verdict, Verdict::kPass);
    EXPECT_THAT(Check(1).text, HasSubstr("not judged"));
  }
  config_.clear();
  EXPECT_EQ(Check(2).verdict, Verdict::kWarn);
}

TEST_F(SubmissionFactsTest, WarnOfAScriptThatCallsNothingOfOurs) {
  directory_.Write("job_submit.lua", "function slurm_job_submit() return slurm.SUCCESS end\n");
  EXPECT_EQ(Check(2).verdict, Verdict::kWarn);
  EXPECT_THAT(Check(2).text, HasSubstr("calls nothing of it"));
  directory_.Append("job_submit.lua", "dofile(\"/etc/slurm/mesolys.lua\")\n");
  EXPECT_EQ(Check(2).verdict, Verdict::kPass);
}

TEST_F(SubmissionFactsTest, SaySoWhereTheScriptIsOnAnotherMachine) {
  EXPECT_EQ(Check(2).verdict, Verdict::kPass);
  EXPECT_THAT(Check(2).text, HasSubstr("not on this machine"));
}

}  // namespace
}  // namespace mesolys::agent
