#include "agent/command/site_check.h"

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/runtime/clock.h"
#include "tests/fakes/fake_scontrol.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/test_ca.h"

namespace mesolys::agent {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr char kConfig[] =
    "AccountingStorageEnforce = associations,limits,qos,safe\n"
    "AccountingStorageTRES   = cpu,mem,gres/gpu,gres/gpu:a100\n"
    "AccountingStorageType   = accounting_storage/slurmdbd\n"
    "ClusterName             = psmn\n"
    "MaxDBDMsgs              = 20012\n"
    "PriorityCalcPeriod      = 00:05:00\n"
    "PriorityUsageResetPeriod = NONE\n"
    "PriorityType            = priority/multifactor\n"
    "PriorityWeightFairShare = 1000\n"
    "SLURM_VERSION           = 22.05.8\n";

// A site whose commands say what the test wants.
class SiteCheckTest : public testing::Test {
 protected:
  SiteCheckTest() {
    config_.site = "psmn";
    config_.state_dir = directory_.path();
    config_.target = "127.0.0.1:7443";
    config_.tls = ca_.Files("site/psmn");
    config_.slurm.emplace();
    config_.slurm->sacct.clusters = {"psmn"};
    config_.slurm->sacct.slurm_conf =
        directory_.Write("slurm.conf", "ClusterName=psmn\nAuthInfo=ttl=60,socket=/run/other\n");
    config_.slurm->sacct.program = "/opt/slurm/bin/sacct";
    config_.means.clusters = {"psmn"};
    config_.means.scontrol.program = "/opt/slurm/bin/scontrol";
    answers_ = {{"munge --no-input --socket=/run/other", "MUNGE:..."},
                {"sacctmgr --noheader --parsable2 show cluster", "psmn|127.0.0.1\n"},
                {"sacctmgr --noheader --parsable2 show user mesolys", "mesolys|Operator\n"},
                {"bin/sacct --clusters", ""},
                {"squeue --clusters=psmn", "CLUSTER: psmn\nJOBID|SUBMIT_TIME|STATE\n"},
                {"scontrol --clusters=psmn ping", "Slurmctld(primary) at vm is UP\n"},
                {"scontrol --clusters=psmn show config", kConfig},
                {"--oneliner show node", FakeScontrol::Node("n1", "IDLE", "gpu:a100:4") + "\n"},
                {"sdiag -M psmn", absl::StrCat("sdiag output at now (", absl::ToUnixSeconds(now_),
                                               ")\nDBD Agent queue size: 0\n")}};
  }

  absl::StatusOr<CommandOutput> Run(const Command& command) {
    const std::string text = ToText(command);
    for (const auto& [part, output] : answers_) {
      if (!absl::StrContains(text, part)) continue;
      CommandOutput out;
      out.output = output;
      if (failing_.contains(part)) out.end = {1, "error: Connection refused"};
      return out;
    }
    return absl::NotFoundError(absl::StrCat(text, ": cannot be started"));
  }

  Verdict Check() {
    std::ostringstream out;
    const Verdict verdict =
        CheckSite(config_, {"mesolys", false}, now_,
                  {[this](const Command& command) { return Run(command); },
                   [this] { return reached_; }, [this](const std::string&) { return held_; }},
                  out);
    printed_ = out.str();
    return verdict;
  }

  TemporaryDirectory directory_;
  TestCa ca_;
  AgentConfig config_;
  const absl::Time now_ = SystemClock().Now();
  std::map<std::string, std::string> answers_;  // by a part of the command
  std::set<std::string> failing_;               // parts of commands that end with status 1
  absl::Status reached_;
  absl::StatusOr<ClusterAssociations> held_ = absl::UnavailableError("slurmdbd is away");
  std::string printed_;
};

TEST_F(SiteCheckTest, PassesASiteInOrder) {
  EXPECT_EQ(Check(), Verdict::kPass) << printed_;
  EXPECT_THAT(printed_, HasSubstr("pass  psmn: AccountingStorageEnforce: associations,limits"));
  EXPECT_THAT(printed_, HasSubstr("pass  munge: gives credentials"));
  EXPECT_THAT(printed_, HasSubstr("0 warned, 0 failed\n"));
}

TEST_F(SiteCheckTest, SaysWhatIsDown) {
  for (const char* part :
       {"munge --no-input --socket=/run/other", "sacctmgr --noheader --parsable2 show cluster",
        "bin/sacct --clusters", "scontrol --clusters=psmn ping",
        "scontrol --clusters=psmn show config", "--oneliner show node"}) {
    failing_ = {part};
    EXPECT_EQ(Check(), Verdict::kFail) << part;
    EXPECT_THAT(printed_, HasSubstr("Connection refused")) << part;
    EXPECT_THAT(printed_, HasSubstr(" 1 failed\n")) << part;
  }
}

TEST_F(SiteCheckTest, ListsWhatRunsByAccountingAlone) {
  const int64_t long_ago = absl::ToUnixSeconds(now_) - 7200;
  const auto row = [](int64_t id, int64_t submit, absl::string_view state) {
    return absl::StrJoin(
        {absl::StrCat("psmn"), absl::StrCat(id), std::string("p"), std::string("alice"),
         std::string("main"), std::string("normal"), std::string(state), absl::StrCat(submit),
         absl::StrCat(submit), std::string("Unknown"), std::string("0"), std::string("60"),
         std::string("cpu=4")},
        "\x1f");
  };
  answers_["bin/sacct --clusters"] = absl::StrCat(
      row(7, long_ago, "RUNNING"), "\n", row(8, long_ago, "RUNNING"), "\n",
      row(9, long_ago + 7199, "RUNNING"), "\n", row(10, long_ago, "PENDING"), "\nodd\n");
  answers_["squeue --clusters=psmn"] =
      absl::StrCat("CLUSTER: psmn\nJOBID|SUBMIT_TIME|STATE\n7|", long_ago, "|RUNNING\n");
  EXPECT_EQ(Check(), Verdict::kWarn) << printed_;
  EXPECT_THAT(printed_, HasSubstr("WARN  psmn: runaway jobs: 1, among them 8: "));
  EXPECT_THAT(printed_, HasSubstr("-> sacctmgr show runawayjobs cluster=psmn"));
  failing_ = {"squeue --clusters=psmn"};
  EXPECT_EQ(Check(), Verdict::kWarn);
  EXPECT_THAT(printed_, HasSubstr("WARN  psmn: runaway jobs: nobody can tell: "));
}

TEST_F(SiteCheckTest, SaysThatTheSchedulerIsOutOfReach) {
  reached_ = absl::UnavailableError("no connection");
  EXPECT_EQ(Check(), Verdict::kFail);
  EXPECT_THAT(printed_, ContainsRegex("FAIL  scheduler 127.0.0.1:7443: no connection\n      -> "));
}

TEST_F(SiteCheckTest, AsksNoSchedulerWithTheCertificateOfSomebodyElse) {
  config_.tls = ca_.Files("site/p2chpd");
  reached_ = absl::InternalError("asked");
  EXPECT_EQ(Check(), Verdict::kFail);
  EXPECT_THAT(printed_, HasSubstr("skip  scheduler: not asked"));
  EXPECT_THAT(printed_, HasSubstr(" 1 failed\n"));
}

TEST_F(SiteCheckTest, SaysWhichLineToChange) {
  answers_["scontrol --clusters=psmn show config"] =
      "SLURM_VERSION = 22.05.8\n" +
      std::string(kConfig).substr(std::string(kConfig).find('\n') + 1);
  EXPECT_EQ(Check(), Verdict::kFail);
  EXPECT_THAT(printed_,
              HasSubstr(absl::StrCat("-> AccountingStorageEnforce=associations,limits,qos,safe in ",
                                     directory_.File("slurm.conf"))));
}

TEST_F(SiteCheckTest, WarnsWithoutFailing) {
  answers_["sacctmgr --noheader --parsable2 show user mesolys"] = "mesolys|None\n";
  EXPECT_EQ(Check(), Verdict::kWarn) << printed_;
}

TEST_F(SiteCheckTest, WarnsWithoutThePluginWhereThereAreTwoModels) {
  answers_["scontrol --clusters=psmn show config"] =
      absl::StrCat(kConfig, "JobSubmitPlugins = (null)\n");
  answers_["--oneliner show node"] =
      FakeScontrol::Node("n1", "IDLE", "gpu:a100:4,gpu:v100:2") + "\n";
  Check();
  EXPECT_THAT(printed_, HasSubstr("WARN  psmn: JobSubmitPlugins: lacks lua"));
  answers_["scontrol --clusters=psmn show config"] =
      absl::StrCat(kConfig, "JobSubmitPlugins = lua\n");
  directory_.Write("job_submit.lua", "-- of a site of MesoLyS: mesolys-submission\n");
  Check();
  EXPECT_THAT(printed_, HasSubstr("pass  psmn: JobSubmitPlugins: lua, by "));
}

TEST_F(SiteCheckTest, LooksWhereJobsAreJudgedBy) {
  config_.submission.emplace();
  config_.submission->folder = directory_.path();
  EXPECT_EQ(Check(), Verdict::kPass) << printed_;
  EXPECT_THAT(printed_, HasSubstr("pass  folder of [submission]: can write to "));
  config_.submission->folder = directory_.File("none");
  EXPECT_EQ(Check(), Verdict::kWarn) << printed_;
  EXPECT_THAT(printed_, HasSubstr("none: No such file or directory: every job passes unjudged"));
}

TEST_F(SiteCheckTest, LooksForTheQosThatItGives) {
  config_.enforcement.emplace();
  config_.enforcement->options.clusters = {"psmn"};
  config_.enforcement->options.rules.qos = {"normal"};
  EXPECT_EQ(Check(), Verdict::kFail) << printed_;
  EXPECT_THAT(printed_, HasSubstr("FAIL  psmn: associations: slurmdbd is away"));
  held_ = ClusterAssociations();
  held_->controller = ClusterAssociations::Controller{};
  held_->controller->qos["normal"];
  EXPECT_EQ(Check(), Verdict::kPass) << printed_;
  held_->controller->qos["eco"].usage_factor = kWholeUsage * 2;
  config_.enforcement->options.rules.eco_qos = "eco";
  EXPECT_EQ(Check(), Verdict::kWarn) << printed_;
  config_.enforcement->options.rules.bonus_qos = "low";
  EXPECT_EQ(Check(), Verdict::kFail) << printed_;
  EXPECT_THAT(printed_, HasSubstr("psmn: QOS low: is not known to Slurm"));
}

TEST_F(SiteCheckTest, AsksNoCommandWithoutAConfigurationOfSlurm) {
  config_.enforcement.emplace();
  config_.enforcement->options.rules.qos = {"normal"};
  config_.slurm->sacct.slurm_conf = directory_.File("missing.conf");
  EXPECT_EQ(Check(), Verdict::kFail);
  EXPECT_THAT(printed_, HasSubstr("missing.conf"));
  EXPECT_THAT(printed_, Not(HasSubstr("munge")));
  EXPECT_THAT(printed_, Not(HasSubstr("QOS")));
  EXPECT_THAT(printed_, HasSubstr("skip  Slurm's commands"));
}

TEST_F(SiteCheckTest, NeedsNoMungeWhereSlurmDoesNot) {
  directory_.Write("slurm.conf", "AuthType = auth/slurm\n");
  answers_.erase("munge --no-input --socket=/run/other");
  EXPECT_EQ(Check(), Verdict::kPass) << printed_;
}

TEST_F(SiteCheckTest, LooksAtTheFileOfASiteThatReplaysOne) {
  config_.slurm.reset();
  config_.replay.emplace();
  config_.replay->file = directory_.Write("jobs.txt", "");
  EXPECT_EQ(Check(), Verdict::kPass) << printed_;
  config_.replay->file = directory_.File("none.txt");
  EXPECT_EQ(Check(), Verdict::kFail);
}

}  // namespace
}  // namespace mesolys::agent
