#include "agent/slurm/check/slurm_facts.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::set<std::string> kModels = {"a100"};

SlurmConfig Good() {
  return {{"SLURM_VERSION", "22.05.8"},
          {"ClusterName", "psmn"},
          {"AccountingStorageType", "accounting_storage/slurmdbd"},
          {"AccountingStorageEnforce", "associations,limits,qos,safe"},
          {"AccountingStorageTRES", "cpu,mem,energy,node,billing,gres/gpu,gres/gpu:a100"},
          {"PriorityType", "priority/multifactor"},
          {"PriorityDecayHalfLife", "00:00:00"},
          {"PriorityUsageResetPeriod", "NONE"},
          {"PriorityCalcPeriod", "00:05:00"},
          {"PriorityWeightFairShare", "1000"},
          {"MaxDBDMsgs", "20012"},
          {"FirstJobId", "1"},
          {"MaxJobId", "67043328"}};
}

std::vector<Finding> NotPassed(const SlurmConfig& config,
                               const std::set<std::string>& models = kModels) {
  std::vector<Finding> findings;
  for (Finding& finding : CheckSlurmConfig("psmn", config, models, "/etc/slurm/slurm.conf")) {
    if (finding.verdict != Verdict::kPass) findings.push_back(std::move(finding));
  }
  return findings;
}

TEST(SlurmFactsTest, PassAClusterThatIsSetUpRight) { EXPECT_THAT(NotPassed(Good()), IsEmpty()); }

TEST(SlurmFactsTest, NameTheLineToChange) {
  const struct {
    const char* name;
    const char* value;
    Verdict verdict;
    const char* remedy;
  } kCases[] = {
      {"PriorityWeightFairShare", "0", Verdict::kWarn, "PriorityWeightFairShare=1000"},
      {"AccountingStorageEnforce", "", Verdict::kFail,
       "AccountingStorageEnforce=associations,limits,qos,safe in /etc/slurm/slurm.conf"},
      {"AccountingStorageEnforce", "none", Verdict::kFail,
       "AccountingStorageEnforce=associations,limits,qos,safe"},
      {"AccountingStorageEnforce", "associations", Verdict::kFail,
       "AccountingStorageEnforce=associations,limits,qos,safe"},
      {"AccountingStorageEnforce", "associations,limits,qos", Verdict::kWarn,
       "AccountingStorageEnforce=associations,limits,qos,safe"},
      {"AccountingStorageEnforce", "associations,limits,safe", Verdict::kWarn,
       "AccountingStorageEnforce=associations,limits,qos,safe"},
      {"AccountingStorageType", "accounting_storage/none", Verdict::kFail,
       "AccountingStorageType=accounting_storage/slurmdbd"},
      {"AccountingStorageTRES", "cpu,mem,gres/gpu", Verdict::kFail,
       "AccountingStorageTRES=gres/gpu,gres/gpu:a100"},
      {"AccountingStorageTRES", "cpu,mem,gres/gpu,gres/gpu:a100,gres/gpu:tesla k80", Verdict::kWarn,
       "in gres.conf"},
      {"PriorityType", "priority/basic", Verdict::kFail, "PriorityType=priority/multifactor"},
      {"PriorityUsageResetPeriod", "MONTHLY", Verdict::kWarn, "PriorityUsageResetPeriod=NONE"},
      {"PriorityCalcPeriod", "01:00:00", Verdict::kWarn, "PriorityCalcPeriod=5"},
      {"MaxDBDMsgs", "100", Verdict::kWarn, "MaxDBDMsgs=100000"},
      {"ClusterName", "other", Verdict::kFail, "clusters of [collector] in agent.toml"},
      {"SLURM_VERSION", "20.11.9", Verdict::kFail, "install Slurm 22.05 or later"},
      {"SLURM_VERSION", "26.05.0", Verdict::kWarn, "read the quarantine"},
      {"SLURM_VERSION", "new", Verdict::kWarn, "tell the authors"},
  };
  for (const auto& one : kCases) {
    SlurmConfig config = Good();
    config[one.name] = one.value;
    const std::vector<Finding> findings = NotPassed(config);
    ASSERT_EQ(findings.size(), 1u) << one.name << "=" << one.value;
    EXPECT_EQ(findings[0].subject, absl::StrCat("psmn: ", one.name));
    EXPECT_EQ(findings[0].verdict, one.verdict) << one.name << "=" << one.value;
    EXPECT_THAT(findings[0].remedy, HasSubstr(one.remedy)) << one.name << "=" << one.value;
  }
}

TEST(SlurmFactsTest, WhatIsCountedOfGpusBesidesThemIsNoType) {
  SlurmConfig config = Good();
  config["AccountingStorageTRES"] = "cpu,gres/gpu,gres/gpu:a100,gres/gpumem,gres/gpuutil";
  EXPECT_THAT(NotPassed(config), IsEmpty());
}

TEST(SlurmFactsTest, AskForNoGpusWhereThereAreNone) {
  SlurmConfig config = Good();
  config["AccountingStorageTRES"] = "cpu,mem,energy,node,billing";
  EXPECT_THAT(NotPassed(config, {}), IsEmpty());
}

// The beginning of what four versions print; names are padded, some came, some went.
TEST(SlurmConfigTest, ReadsWhatEveryVersionPrints) {
  const struct {
    const char* version;
    const char* text;
  } kCases[] = {
      {"22.05.8",
       "Configuration data as of 1795739471\n"
       "AccountingStorageBackupHost = (null)\n"
       "AccountingStorageEnforce = associations,limits,qos,safe\n"
       "AccountingStorageHost   = 127.0.0.1\n"
       "AccountingStorageTRES   = cpu,mem,gres/gpu,gres/gpu:a100\n"
       "AccountingStorageType   = accounting_storage/slurmdbd\n"
       "ClusterName             = psmn\n"
       "FirstJobId              = 1\n"
       "MaxDBDMsgs              = 20012\n"
       "MaxJobId                = 67043328\n"
       "PriorityDecayHalfLife   = 00:00:00\n"
       "PriorityCalcPeriod      = 00:01:00\n"
       "PriorityUsageResetPeriod = NONE\n"
       "PriorityType            = priority/multifactor\n"
       "PriorityWeightFairShare = 1000\n"
       "PrivateData             = none\n"
       "SlurmctldHost[0]        = vm(127.0.0.1)\n"
       "SLURM_VERSION           = 22.05.8\n"
       "\n"
       "Slurmctld(primary) at vm is UP\n"},
      {"23.11.4",
       "Configuration data as of 2026-11-27T00:31:11\n"
       "AccountingStorageBackupHost = (null)\n"
       "AccountingStorageEnforce = associations,limits,qos,safe\n"
       "AccountingStorageHost   = dbd\n"
       "AccountingStorageExternalHost = (null)\n"
       "AccountingStorageParameters = (null)\n"
       "AccountingStoragePort   = 6819\n"
       "AccountingStorageTRES   = cpu,mem,energy,node,billing,fs/disk,vmem,pages,gres/gpu,"
       "gres/gpu:a100\n"
       "AccountingStorageType   = accounting_storage/slurmdbd\n"
       "AuthAltTypes            = auth/jwt\n"
       "ClusterName             = psmn\n"
       "FirstJobId              = 1\n"
       "MaxDBDMsgs              = 20024\n"
       "MaxJobId                = 67043328\n"
       "PriorityParameters      = (null)\n"
       "PriorityDecayHalfLife   = 7-00:00:00\n"
       "PriorityCalcPeriod      = 00:05:00\n"
       "PriorityFlags           = \n"
       "PriorityUsageResetPeriod = NONE\n"
       "PriorityType            = priority/multifactor\n"
       "PriorityWeightFairShare = 1000\n"
       "PrivateData             = none\n"
       "SLURM_VERSION           = 23.11.4\n"
       "\n"
       "Cgroup Support Configuration:\n"
       "AllowedRAMSpace         = 100.0%\n"
       "CgroupPlugin            = autodetect\n"
       "\n"
       "Slurmctld(primary) at ctl is UP\n"},
      {"24.11.1",
       "Configuration data as of 2026-11-27T00:31:11\n"
       "AccountingStorageBackupHost = (null)\n"
       "AccountingStorageEnforce = associations,limits,qos,safe\n"
       "AccountingStorageTRES   = cpu,mem,energy,node,billing,fs/disk,vmem,pages,gres/gpu,"
       "gres/gpu:a100\n"
       "AccountingStorageType   = accounting_storage/slurmdbd\n"
       "ClusterName             = psmn\n"
       "CertmgrParameters       = (null)\n"
       "DataParserParameters    = (null)\n"
       "FirstJobId              = 1\n"
       "HashPlugin              = hash/k12\n"
       "MaxDBDMsgs              = 20024\n"
       "MaxJobId                = 67043328\n"
       "PriorityDecayHalfLife   = 7-00:00:00\n"
       "PriorityCalcPeriod      = 00:05:00\n"
       "PriorityUsageResetPeriod = NONE\n"
       "PriorityType            = priority/multifactor\n"
       "PriorityWeightFairShare = 1000\n"
       "PrivateData             = none\n"
       "SLURM_VERSION           = 24.11.1\n"
       "\n"
       "Slurmctld(primary) at ctl is UP\n"
       "Slurmctld(backup) at ctl2 is DOWN\n"},
      {"25.05.1",
       "Configuration data as of 2026-11-27T00:31:11\n"
       "AccountingStorageBackupHost = (null)\n"
       "AccountingStorageEnforce = associations,limits,qos,safe\n"
       "AccountingStorageTRES   = cpu,mem,energy,node,billing,fs/disk,vmem,pages,gres/gpu,"
       "gres/gpu:a100\n"
       "AccountingStorageType   = accounting_storage/slurmdbd\n"
       "ClusterName             = psmn\n"
       "FirstJobId              = 1\n"
       "MaxDBDMsgs              = 20024\n"
       "MaxJobId                = 67043328\n"
       "MetricsType             = (null)\n"
       "PriorityDecayHalfLife   = 7-00:00:00\n"
       "PriorityCalcPeriod      = 00:05:00\n"
       "PriorityUsageResetPeriod = NONE\n"
       "PriorityType            = priority/multifactor\n"
       "PriorityWeightFairShare = 1000\n"
       "PrivateData             = none\n"
       "SLURM_VERSION           = 25.05.1\n"
       "TLSType                 = (null)\n"
       "\n"
       "Slurmctld(primary) at ctl is UP\n"},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<SlurmConfig> config = ParseSlurmConfig(one.text);
    ASSERT_TRUE(config.ok()) << one.version << ": " << config.status();
    EXPECT_EQ(config->at("SLURM_VERSION"), one.version);
    EXPECT_THAT(NotPassed(*config), IsEmpty()) << one.version;
    EXPECT_FALSE(HidesJobs(*config)) << one.version;
    EXPECT_EQ(config->at("AccountingStorageBackupHost"), "") << one.version;
    EXPECT_EQ(CheckPing("psmn", one.text).verdict, Verdict::kPass) << one.version;
  }
}

// giovtorres/slurm-docker-cluster, as a public notebook of April 2026 shows it (25.11.4).
TEST(SlurmConfigTest, OfAClusterThatWasMadeToTryThingsNamesWhatToChange) {
  const absl::StatusOr<SlurmConfig> config = ParseSlurmConfig(
      "Configuration data as of 2026-04-21T06:19:30\n"
      "AccountingStorageEnforce = none\n"
      "AccountingStorageTRES   = cpu,mem,energy,node,billing,fs/disk,vmem,pages\n"
      "AccountingStorageType   = accounting_storage/slurmdbd\n"
      "ClusterName             = psmn\n"
      "FirstJobId              = 1\n"
      "MaxDBDMsgs              = 20400\n"
      "MaxJobId                = 67043328\n"
      "PriorityDecayHalfLife   = 7-00:00:00\n"
      "PriorityCalcPeriod      = 00:05:00\n"
      "PriorityFlags           = \n"
      "PriorityType            = priority/multifactor\n"
      "PriorityUsageResetPeriod = NONE\n"
      "PriorityWeightFairShare = 0\n"
      "PrivateData             = none\n"
      "SLURM_VERSION           = 25.11.4\n"
      "TaskPluginParam         = (null type)\n");
  ASSERT_TRUE(config.ok()) << config.status();
  std::vector<std::string> named;
  for (const Finding& finding : NotPassed(*config)) named.push_back(finding.subject);
  EXPECT_THAT(named, testing::UnorderedElementsAre(
                         "psmn: SLURM_VERSION", "psmn: AccountingStorageEnforce",
                         "psmn: AccountingStorageTRES", "psmn: PriorityWeightFairShare"));
}

TEST(SlurmConfigTest, RefusesWhatIsNoConfiguration) {
  for (const char* text : {"", "garbage", "\xff\xfe = 1", "a = b\n", "SLURM_VERSION = (null)"}) {
    EXPECT_FALSE(ParseSlurmConfig(text).ok()) << text;
  }
  std::string endless = "SLURM_VERSION = 22.05.8\n";
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&endless, "Key", i, " = 1\n");
  EXPECT_LE(ParseSlurmConfig(endless)->size(), 10'000u);
}

TEST(SlurmFactsTest, KnowWhetherAControllerIsUp) {
  EXPECT_EQ(CheckPing("psmn", "Slurmctld(primary) at vm is UP\n").verdict, Verdict::kPass);
  EXPECT_EQ(
      CheckPing("psmn", "Slurmctld(primary) at a is DOWN\nSlurmctld(backup) at b is UP\n").verdict,
      Verdict::kPass);
  for (const char* text : {"", "Slurmctld(primary) at vm is DOWN\n", "garbage is UP\n"}) {
    EXPECT_EQ(CheckPing("psmn", text).verdict, Verdict::kFail) << text;
  }
}

TEST(SlurmFactsTest, CompareTheClockOfSlurmctldWithOurs) {
  const absl::Time now = absl::FromUnixSeconds(1795739470);
  const auto verdict = [&](int64_t seconds) {
    return CheckDiagnosis("psmn",
                          absl::StrCat("****\nsdiag output at Fri Nov 27 00:31:10 2026 (",
                                       1795739470 + seconds, ")\nDBD Agent queue size: 3\n"),
                          now)[0]
        .verdict;
  };
  EXPECT_EQ(verdict(0), Verdict::kPass);
  EXPECT_EQ(verdict(5), Verdict::kPass);
  EXPECT_EQ(verdict(-6), Verdict::kWarn);
  EXPECT_EQ(verdict(300), Verdict::kWarn);
  EXPECT_EQ(verdict(301), Verdict::kFail);
  EXPECT_EQ(CheckDiagnosis("psmn", "garbage (", now)[0].verdict, Verdict::kWarn);
}

TEST(SlurmFactsTest, SeeRecordsThatWaitForSlurmdbd) {
  const auto verdict = [](absl::string_view text) {
    return CheckDiagnosis("psmn", text, absl::UnixEpoch())[1].verdict;
  };
  EXPECT_EQ(verdict("DBD Agent queue size: 0\n"), Verdict::kPass);
  EXPECT_EQ(verdict("DBD Agent queue size: 50000\n"), Verdict::kWarn);
  EXPECT_EQ(verdict("DBD Agent queue size: many\n"), Verdict::kWarn);
  EXPECT_EQ(verdict(""), Verdict::kWarn);
}

TEST(SlurmFactsTest, KnowWhichClustersSlurmdbdKnows) {
  const std::vector<Finding> findings =
      CheckClusters({"psmn", "p2chpd", "pmcs2i"}, "psmn|127.0.0.1\np2chpd|\ngarbage\n");
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].verdict, Verdict::kPass);
  EXPECT_EQ(findings[1].verdict, Verdict::kWarn);
  EXPECT_EQ(findings[2].verdict, Verdict::kFail);
  EXPECT_THAT(findings[2].remedy, HasSubstr("sacctmgr add cluster pmcs2i"));
}

TEST(SlurmFactsTest, AskForNoMoreRightsThanAnOperatorHas) {
  EXPECT_EQ(CheckAdminLevel("mesolys", false, {true, true}, "mesolys|Operator\n").verdict,
            Verdict::kPass);
  EXPECT_EQ(CheckAdminLevel("mesolys", false, {true, true}, "mesolys|Administrator\n").verdict,
            Verdict::kPass);
  EXPECT_EQ(CheckAdminLevel("root", true, {true, true}, "").verdict, Verdict::kPass);
  EXPECT_EQ(CheckAdminLevel("mesolys", false, {false, true}, "mesolys|None\n").verdict,
            Verdict::kWarn);
  EXPECT_EQ(CheckAdminLevel("mesolys", false, {false, false}, "mesolys|None\n").verdict,
            Verdict::kPass);
  const Finding blind = CheckAdminLevel("mesolys", false, {true, true}, "other|Administrator\n");
  EXPECT_EQ(blind.verdict, Verdict::kFail);
  EXPECT_THAT(blind.remedy,
              HasSubstr("sacctmgr -i modify user where name=mesolys set AdminLevel=Operator"));
  EXPECT_TRUE(HidesJobs({{"PrivateData", "accounts,jobs"}}));
  EXPECT_FALSE(HidesJobs({{"PrivateData", "none"}}));
}

TEST(FindingTest, IsPrintedWithTheLineToChangeAndWithoutControlCharacters) {
  EXPECT_EQ(ToText(Pass("psmn: PriorityType", "priority/multifactor")),
            "pass  psmn: PriorityType: priority/multifactor\n");
  EXPECT_EQ(ToText(Fail("a", "is \x1b[31mred\n", "b=c")),
            "FAIL  a: is \\x1B[31mred\\x0A\n      -> b=c\n");
  EXPECT_EQ(ToText(Pass("a", "escaped once: \\x0A")), "pass  a: escaped once: \\x0A\n");
  EXPECT_EQ(Worst({Pass("a", "b"), Warn("a", "b", "c"), Pass("a", "b")}), Verdict::kWarn);
  EXPECT_EQ(Worst({}), Verdict::kPass);
}

}  // namespace
}  // namespace mesolys::agent
