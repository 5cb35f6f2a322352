#include "agent/command/agent_config.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kLeast[] = R"(site = "psmn"
state_dir = "state"
[scheduler]
target = "127.0.0.1:7443"
ca = "ca.pem"
certificate = "agent.pem"
key = "agent.key"
[collector]
type = "replay"
file = "jobs.txt"
[enforcer]
type = "dry_run"
)";

TEST(AgentConfigTest, HasDefaultsForEverythingThatMayHaveOne) {
  const absl::StatusOr<AgentConfig> config = ParseAgentConfig("agent.toml", kLeast);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->site, "psmn");
  EXPECT_EQ(config->state_dir, "state");
  EXPECT_EQ(config->log_level, "info");
  EXPECT_EQ(config->metrics_listen, "127.0.0.1:9465");
  EXPECT_EQ(config->target, "127.0.0.1:7443");
  EXPECT_EQ(config->tls.ca, "ca.pem");
  EXPECT_EQ(config->tls.certificate, "agent.pem");
  EXPECT_EQ(config->tls.key, "agent.key");
  EXPECT_EQ(config->report_interval, absl::Seconds(10));
  EXPECT_EQ(config->replay->file, "jobs.txt");
  EXPECT_THAT(config->replay->format.columns, IsEmpty());
  EXPECT_EQ(config->replay->format.delimiter, "|");
  EXPECT_EQ(config->replay->format.shift, absl::ZeroDuration());
  EXPECT_FALSE(config->replay->format.zone.has_value());
  EXPECT_EQ(config->replay->speed, 0);
  EXPECT_EQ(config->replay->in_flight_interval, absl::Minutes(5));
  EXPECT_EQ(config->replay->observe_time, absl::InfinitePast());
  EXPECT_EQ(config->removals_max, 10);
  EXPECT_EQ(config->spool_records_max, 1000000);
}

TEST(AgentConfigTest, ReadsEverySetting) {
  const absl::StatusOr<AgentConfig> config = ParseAgentConfig("agent.toml", R"(
site = "psmn"
state_dir = "state"
log_level = "debug"
metrics_listen = "127.0.0.1:1234"
[scheduler]
target = "127.0.0.1:7443"
ca = "ca.pem"
certificate = "agent.pem"
key = "agent.key"
[report]
interval = "30s"
[collector]
type = "replay"
file = "jobs.txt"
columns = ["JobIDRaw", "Account"]
cluster = "c1"
delimiter = "\u001f"
speed = 3600
shift = "-24h"
time_zone = "Europe/Paris"
in_flight_interval = "1m"
observe_time = "2017-01-02T00:00:00Z"
[enforcer]
type = "dry_run"
max_removals = 3
[spool]
max_records = 5000
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->log_level, "debug");
  EXPECT_EQ(config->metrics_listen, "127.0.0.1:1234");
  EXPECT_EQ(config->report_interval, absl::Seconds(30));
  EXPECT_THAT(config->replay->format.columns, ElementsAre("JobIDRaw", "Account"));
  EXPECT_EQ(config->replay->format.cluster, "c1");
  EXPECT_EQ(config->replay->format.delimiter, "\x1f");
  EXPECT_EQ(config->replay->format.shift, -absl::Hours(24));
  EXPECT_EQ(config->replay->format.zone->name(), "Europe/Paris");
  EXPECT_EQ(config->replay->speed, 3600);
  EXPECT_EQ(config->replay->in_flight_interval, absl::Minutes(1));
  EXPECT_EQ(config->replay->observe_time, absl::FromUnixSeconds(1483315200));
  EXPECT_EQ(config->removals_max, 3);
  EXPECT_EQ(config->spool_records_max, 5000);
}

std::string WithSlurm(const std::string& settings) {
  return absl::StrReplaceAll(kLeast, {{"type = \"replay\"\nfile = \"jobs.txt\"\n",
                                       absl::StrCat("type = \"slurm\"\n", settings)}});
}

TEST(AgentConfigTest, ReadsTheSettingsOfASlurm) {
  absl::StatusOr<AgentConfig> config =
      ParseAgentConfig("/etc/mesolys/agent.toml", WithSlurm("clusters = [\"c1\", \"c2\"]\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_FALSE(config->replay.has_value());
  ASSERT_TRUE(config->slurm.has_value());
  EXPECT_THAT(config->slurm->sacct.clusters, ElementsAre("c1", "c2"));
  EXPECT_EQ(config->slurm->sacct.slurm_conf, "/etc/slurm/slurm.conf");
  EXPECT_EQ(config->slurm->sacct.program, "/usr/bin/sacct");
  EXPECT_EQ(config->slurm->sacct.deadline, absl::Minutes(2));
  EXPECT_EQ(config->slurm->windows.slice, absl::Hours(4));
  EXPECT_EQ(config->slurm->windows.in_flight_interval, absl::Minutes(5));
  config = ParseAgentConfig(
      "/etc/mesolys/agent.toml",
      WithSlurm(
          "clusters = [\"c1\"]\nslurm_conf = \"slurm.conf\"\nsacct = \"/opt/slurm/bin/sacct\"\n"
          "deadline = \"10s\"\nslice = \"1h\"\nin_flight_interval = \"1m\"\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->slurm->sacct.slurm_conf, "/etc/mesolys/slurm.conf");
  EXPECT_EQ(config->slurm->sacct.program, "/opt/slurm/bin/sacct");
  EXPECT_EQ(config->slurm->sacct.deadline, absl::Seconds(10));
  EXPECT_EQ(config->slurm->windows.slice, absl::Hours(1));
  EXPECT_EQ(config->slurm->windows.in_flight_interval, absl::Minutes(1));
}

TEST(AgentConfigTest, ReadsHowTheMeansOfASlurmAreRead) {
  absl::StatusOr<AgentConfig> config =
      ParseAgentConfig("/etc/mesolys/agent.toml", WithSlurm("clusters = [\"c1\", \"c2\"]\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->means.clusters, ElementsAre("c1", "c2"));
  EXPECT_THAT(config->means.partitions, IsEmpty());
  EXPECT_EQ(config->means.interval, absl::Minutes(1));
  EXPECT_EQ(config->means.scontrol.program, "/usr/bin/scontrol");
  EXPECT_EQ(config->means.scontrol.slurm_conf, "/etc/slurm/slurm.conf");
  EXPECT_EQ(config->means.scontrol.deadline, absl::Seconds(30));
  EXPECT_EQ(config->squeue.program, "/usr/bin/squeue");
  EXPECT_EQ(config->squeue.deadline, absl::Seconds(30));
  config = ParseAgentConfig(
      "/etc/mesolys/agent.toml",
      WithSlurm("clusters = [\"c1\"]\nslurm_conf = \"slurm.conf\"\nscontrol = \"scontrol\"\n"
                "squeue = \"/opt/squeue\"\n"
                "deadline = \"10s\"\npartitions = [\"main\"]\nmeans_interval = \"5m\"\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->means.partitions, ElementsAre("main"));
  EXPECT_EQ(config->means.interval, absl::Minutes(5));
  EXPECT_EQ(config->means.scontrol.program, "/etc/mesolys/scontrol");
  EXPECT_EQ(config->means.scontrol.slurm_conf, "/etc/mesolys/slurm.conf");
  EXPECT_EQ(config->means.scontrol.deadline, absl::Seconds(10));
  EXPECT_EQ(config->squeue.program, "/opt/squeue");
  EXPECT_EQ(config->squeue.slurm_conf, "/etc/mesolys/slurm.conf");
}

TEST(AgentConfigTest, RefusesASlurmThatCannotBe) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "clusters"},
      {"clusters = []\n", "name the clusters"},
      {"clusters = [\"a,b\"]\n", "cluster"},
      {"clusters = [\"c1\"]\nfile = \"jobs.txt\"\n", "file"},
      {"clusters = [\"c1\"]\nslice = \"0s\"\n", "slice"},
      {"clusters = [\"c1\"]\ndeadline = \"soon\"\n", "deadline"},
  };
  for (const auto& [settings, says] : kCases) {
    const absl::StatusOr<AgentConfig> config = ParseAgentConfig("agent.toml", WithSlurm(settings));
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << settings;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(says));
  }
}

TEST(AgentConfigTest, TakesRelativePathsFromTheFolderOfTheFile) {
  const std::string text = absl::StrReplaceAll(kLeast, {{"ca.pem", "/elsewhere/ca.pem"}});
  const absl::StatusOr<AgentConfig> config = ParseAgentConfig("/some/folder/agent.toml", text);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->state_dir, "/some/folder/state");
  EXPECT_EQ(config->tls.key, "/some/folder/agent.key");
  EXPECT_EQ(config->replay->file, "/some/folder/jobs.txt");
  EXPECT_EQ(config->tls.ca, "/elsewhere/ca.pem");
}

TEST(AgentConfigTest, NamesThePlaceOfWhatIsWrong) {
  const struct {
    const char* replaced;
    const char* by;
    const char* says;
  } kCases[] = {
      {"site = \"psmn\"\n", "", "site"},
      {"\"psmn\"", "\"Not An Id\"", "agent.toml:1:"},
      {"state_dir = \"state\"\n", "", "state_dir"},
      {"\"state\"", "\"\"", "give a directory"},
      {"\"state\"", "\"state\"\nlog_level = \"loud\"", "debug, info, warning, error"},
      {"\"state\"", "\"state\"\nstaet = 1", "staet"},
      {"target = \"127.0.0.1:7443\"\n", "", "target"},
      {"key = \"agent.key\"\n", "", "key"},
      {"\"replay\"", "\"pbs\"", "type: \"pbs\" is none of replay, slurm"},
      {"file = \"jobs.txt\"\n", "", "file"},
      {"\"jobs.txt\"", "\"jobs.txt\"\ncluster = \"A B\"", "cluster"},
      {"\"jobs.txt\"", "\"jobs.txt\"\ndelimiter = \"\"", "1 to 8 characters"},
      {"\"jobs.txt\"", "\"jobs.txt\"\nspeed = -1", "speed"},
      {"\"jobs.txt\"", "\"jobs.txt\"\nshift = \"1.5s\"", "whole seconds"},
      {"\"jobs.txt\"", "\"jobs.txt\"\nshift = 5", "shift"},
      {"\"jobs.txt\"", "\"jobs.txt\"\ntime_zone = \"Paris\"", "Europe/Paris"},
      {"\"jobs.txt\"", "\"jobs.txt\"\nin_flight_interval = \"0s\"", "at least 1s"},
      {"\"jobs.txt\"", "\"jobs.txt\"\nobserve_time = \"noon\"", "2026-01-31T12:00:00Z"},
      {"\"jobs.txt\"", "\"jobs.txt\"\ncolumns = \"JobID\"", "columns"},
      {"\"dry_run\"", "\"wet\"", "\"wet\" is none of dry_run"},
      {"\"dry_run\"", "\"dry_run\"\nmax_removals = -1", "max_removals"},
      {"[enforcer]", "[report]\ninterval = \"0s\"\n[enforcer]", "at least 1s"},
      {"[enforcer]", "[spool]\nmax_records = 1\n[enforcer]", "max_records"},
      {"[enforcer]", "[enforcer", "agent.toml:11:"},
  };
  for (const auto& one : kCases) {
    const std::string text = absl::StrReplaceAll(kLeast, {{one.replaced, one.by}});
    ASSERT_NE(text, kLeast) << one.replaced;
    const absl::StatusOr<AgentConfig> config = ParseAgentConfig("agent.toml", text);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << one.by;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(one.says)) << one.by;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr("agent.toml:")) << one.by;
  }
}

TEST(AgentConfigTest, AQosBesideTheUsualOnesNeedsThem) {
  const std::string slurm =
      absl::StrReplaceAll(WithSlurm("clusters = [\"c1\"]\n"), {{"\"dry_run\"", "\"slurm\"\n"}});
  const absl::StatusOr<AgentConfig> right = ParseAgentConfig(
      "agent.toml",
      absl::StrCat(slurm, "qos = [\"normal\"]\neco_qos = \"eco\"\nbonus_qos = \"low\"\n"));
  ASSERT_TRUE(right.ok()) << right.status();
  EXPECT_EQ(right->enforcement->options.rules.eco_qos, "eco");
  EXPECT_EQ(right->enforcement->options.rules.bonus_qos, "low");
  const struct {
    const char* settings;
    const char* says;
  } kCases[] = {
      {"eco_qos = \"eco\"\n", "eco_qos: give qos too"},
      {"bonus_qos = \"low\"\n", "bonus_qos: give qos too"},
      {"qos = [\"normal\"]\neco_qos = \"e c o\"\n", "eco_qos"},
      {"qos = [\"normal\", \"eco\"]\neco_qos = \"eco\"\n", "eco_qos: qos has it already"},
  };
  for (const auto& one : kCases) {
    const absl::Status status =
        ParseAgentConfig("agent.toml", absl::StrCat(slurm, one.settings)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << one.settings;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.says)) << one.settings;
  }
}

TEST(AgentConfigTest, ReadsByWhatJobsAreJudgedAtSubmission) {
  const std::string slurm =
      absl::StrReplaceAll(WithSlurm("clusters = [\"c1\"]\n"), {{"\"dry_run\"", "\"slurm\"\n"}});
  absl::StatusOr<AgentConfig> config = ParseAgentConfig("/etc/mesolys/agent.toml", slurm);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_FALSE(config->submission.has_value());
  config = ParseAgentConfig("/etc/mesolys/agent.toml",
                            absl::StrCat(slurm, "[submission]\nfolder = \"judged\"\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(config->submission.has_value());
  EXPECT_EQ(config->submission->folder, "/etc/mesolys/judged");
  EXPECT_THAT(config->submission->clusters, ElementsAre("c1"));
  EXPECT_EQ(config->submission->rules.site, "psmn");
  EXPECT_EQ(config->submission->rules.mode, "tell");
  EXPECT_EQ(config->submission->rules.language, "en");
  EXPECT_EQ(config->submission->rules.gpu_model, "");
  EXPECT_FALSE(config->submission->rules.has_bonus);
  EXPECT_THAT(config->submission->rules.free_accounts, ElementsAre("root"));
  config = ParseAgentConfig(
      "agent.toml",
      absl::StrCat(slurm,
                   "qos = [\"normal\"]\nbonus_qos = \"low\"\nprotected_accounts = [\"staff\"]\n",
                   "[submission]\nfolder = \"/run/x\"\nmode = \"refuse\"\nlanguage = \"fr\"\n",
                   "gpu_model = \"h100\"\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->submission->folder, "/run/x");
  EXPECT_EQ(config->submission->rules.mode, "refuse");
  EXPECT_EQ(config->submission->rules.language, "fr");
  EXPECT_EQ(config->submission->rules.gpu_model, "h100");
  EXPECT_TRUE(config->submission->rules.has_bonus);
  EXPECT_THAT(config->submission->rules.free_accounts, ElementsAre("root", "staff"));
}

TEST(AgentConfigTest, JudgesNoJobByWhatIsNotInForce) {
  const std::string slurm =
      absl::StrReplaceAll(WithSlurm("clusters = [\"c1\"]\n"), {{"\"dry_run\"", "\"slurm\"\n"}});
  const absl::StatusOr<AgentConfig> dry = ParseAgentConfig(
      "agent.toml", absl::StrCat(slurm, "dry_run = true\n[submission]\nfolder = \"f\"\n"));
  ASSERT_TRUE(dry.ok()) << dry.status();
  EXPECT_FALSE(dry->submission.has_value());
  const struct {
    std::string text;
    const char* says;
  } kCases[] = {
      {absl::StrCat(kLeast, "[submission]\nfolder = \"f\"\n"), "give [enforcer] type slurm"},
      {absl::StrCat(slurm, "[submission]\n"), "folder"},
      {absl::StrCat(slurm, "[submission]\nfolder = \"\"\n"), "give a directory"},
      {absl::StrCat(slurm, "[submission]\nfolder = \"f\"\nmode = \"kill\"\n"), "off, tell, refuse"},
      {absl::StrCat(slurm, "[submission]\nfolder = \"f\"\nlanguage = \"de\"\n"), "en, fr"},
      {absl::StrCat(slurm, "[submission]\nfolder = \"f\"\ngpu_model = \"A 100\"\n"), "gpu_model"},
      {absl::StrCat(slurm, "[submission]\nfolder = \"f\"\nfile = \"x\"\n"), "file"},
  };
  for (const auto& one : kCases) {
    const absl::Status status = ParseAgentConfig("agent.toml", one.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << one.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.says)) << one.text;
  }
}

TEST(AgentConfigTest, SaysWhichFileIsMissing) {
  const absl::StatusOr<AgentConfig> config = LoadAgentConfig("no/such/agent.toml");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("no/such/agent.toml"));
}

}  // namespace
}  // namespace mesolys::agent
