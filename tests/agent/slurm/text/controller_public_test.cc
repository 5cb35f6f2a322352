// What slurmctld and sacctmgr say of associations in the forms, and with the figures, that public
// test data show. The words are our own; what each text follows is named beside it.

#include <map>
#include <string>

#include "absl/strings/str_split.h"
#include "agent/slurm/text/association_text.h"
#include "agent/slurm/text/controller_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

ClusterAssociations::Controller Read(absl::string_view text) {
  ControllerText controller("c");
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const absl::Status status = controller.Add(line);
    EXPECT_TRUE(status.ok()) << line << ": " << status;
  }
  absl::StatusOr<ClusterAssociations::Controller> read = controller.Take();
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? *std::move(read) : ClusterAssociations::Controller();
}

// yanting-yang/cli, test_slurm.py in tests/ (25.05.9): a lineage, whole and fractional counts,
// parts of GPUs, limits of accounts and of users within a QOS.
constexpr char kOf2505[] = R"(Current Association Manager state

Association Records

ClusterName=c Account=lab UserName= Partition= Priority=0 ID=12
    SharesRaw/Norm/Level/Factor=1/0.01/32/0.03
    UsageRaw/Norm/Efctv=377883540.57/0.04/0.04
    ParentAccount=root(1) Lineage=/lab/ DefAssoc=No
    GrpJobs=20(4) GrpJobsAccrue=N(15)
    GrpSubmitJobs=N(20) GrpWall=N(104967.65)
    GrpTRES=cpu=256(56),mem=N(917504),energy=N(0),node=N(3),gres/gpu=8(4),gres/gpu:nvidia_b200=N(0)
    GrpTRESMins=cpu=N(1),mem=N(0),gres/gpu=N(2),gres/gpu:nvidia_b200_3g.90gb=N(7)
    GrpTRESRunMins=cpu=N(160640),mem=N(0),gres/gpu=N(11520)
    MaxJobs= MaxJobsAccrue= MaxSubmitJobs= MaxWallPJ=
    MaxTRESPJ=
    MaxTRESPN=
    MaxTRESMinsPJ=
    MinPrioThresh=
ClusterName=c Account=lab UserName=alice.a(50001) Partition= Priority=0 ID=13
    SharesRaw/Norm/Level/Factor=1/0.25/4/0.03
    UsageRaw/Norm/Efctv=311045818.64/0.03/0.03
    ParentAccount= Lineage=/lab/0-alice.a/ DefAssoc=Yes
    GrpJobs=N(1) GrpJobsAccrue=N(15)
    GrpSubmitJobs=N(16) GrpWall=N(86401.25)
    GrpTRES=cpu=N(8),mem=N(131072),gres/gpu=N(1)
    GrpTRESMins=cpu=N(9),mem=N(0),gres/gpu=N(1)
    GrpTRESRunMins=cpu=N(0),mem=N(0),gres/gpu=N(0)
    MaxJobs=10(1) MaxJobsAccrue= MaxSubmitJobs=40(16) MaxWallPJ=

QOS Records

QOS=interac(7)
    UsageRaw=311045818.638041
    GrpJobs=N(4) GrpJobsAccrue=N(15) GrpSubmitJobs=N(20) GrpWall=N(104967.65)
    GrpTRES=cpu=N(56),mem=N(917504),gres/gpu=N(4)
    GrpTRESMins=cpu=N(5184096),mem=N(0),gres/gpu=N(30)
    GrpTRESRunMins=cpu=N(160640)
    MaxWallPJ=480
    MaxTRESPJ=cpu=8,gres/gpu=1,gres/gpu:nvidia_b200_3g.90gb=1
    MaxTRESPN=
    MaxTRESMinsPJ=
    MinPrioThresh=
    MinTRESPJ=
    PreemptMode=OFF
    Priority=100
    Account Limits
      lab
        MaxJobsPA=N(4) MaxJobsAccruePA=N(15) MaxSubmitJobsPA=N(20)
        MaxTRESPA=cpu=N(56),gres/gpu=N(4)
    User Limits
      alice.a(50001)
        MaxJobsPU=1(1) MaxJobsAccruePU=N(15) MaxSubmitJobsPU=2(16)
        MaxTRESPU=cpu=64(56),gres/gpu=4(4)
)";

TEST(ControllerPublicTest, AssociationsOf2505SayWhatWasCounted) {
  const ClusterAssociations::Controller read = Read(kOf2505);
  EXPECT_THAT(
      read.counted,
      ElementsAre(Pair(AccountUser("lab", ""),
                       UnorderedElementsAre(Pair("cpu", 1), Pair("mem", 0), Pair("gres/gpu", 2),
                                            Pair("gres/gpu:nvidia_b200_3g.90gb", 7))),
                  Pair(AccountUser("lab", "alice.a"),
                       UnorderedElementsAre(Pair("cpu", 9), Pair("mem", 0), Pair("gres/gpu", 1)))));
  EXPECT_THAT(
      read.kept,
      ElementsAre(Pair(AccountUser("lab", ""),
                       UnorderedElementsAre(Pair("cpu", 160'640), Pair("gres/gpu", 11'520)))));
  EXPECT_THAT(read.minutes.at({"lab", ""}), IsEmpty());
  EXPECT_THAT(read.frozen, IsEmpty());
  EXPECT_THAT(read.defaults, ElementsAre(AccountUser("lab", "alice.a")));
}

TEST(ControllerPublicTest, TheLimitsOfUsersAreNotThoseOfTheirQos) {
  const std::map<std::string, Qos> read = Read(kOf2505).qos;
  ASSERT_EQ(read.size(), 1);
  const Qos& interac = read.at("interac");
  EXPECT_FALSE(interac.jobs_max.has_value());
  EXPECT_FALSE(interac.submits_max.has_value());
  EXPECT_THAT(interac.minutes, IsEmpty());
  EXPECT_THAT(interac.job_minutes, IsEmpty());
  EXPECT_THAT(interac.counted,
              UnorderedElementsAre(Pair("cpu", 5'184'096), Pair("mem", 0), Pair("gres/gpu", 30)));
}

TEST(ControllerPublicTest, LimitsStandBeforeWhatWasCounted) {
  // acdiost/openhpc-webui, test_slurm_credits.py in tests/: a limit of 0 is one; an association in
  // a partition is of its own.
  const ClusterAssociations::Controller credits = Read(
      "ClusterName=c Account=lab UserName= Partition= Priority=0 ID=2\n"
      "    GrpTRESMins=cpu=8488(1529),mem=N(0),gres/gpu=0(0)\n"
      "ClusterName=c Account=lab UserName=bruno(1002) Partition=CPU Priority=0 ID=3\n"
      "    GrpTRESMins=cpu=5(0),mem=N(0),gres/gpu=N(0)\n");
  EXPECT_THAT(credits.minutes.at({"lab", ""}),
              UnorderedElementsAre(Pair("cpu", 8488), Pair("gres/gpu", 0)));
  EXPECT_EQ(credits.counted.at({"lab", ""}).at("cpu"), 1529);
  EXPECT_THAT(credits.minutes.at({"lab", {"bruno", "CPU"}}), ElementsAre(Pair("cpu", 5)));

  // irush-cs/slurm-scripts, t/parse_scontrol_show.t: counts beyond 32 bits, and of licenses.
  const ClusterAssociations::Controller large = Read(
      "ClusterName=c Account=cs UserName= Partition= Priority=0 ID=2\n"
      "    ParentAccount=root(1) Lft=2 DefAssoc=No\n"
      "    GrpTRESMins=cpu=N(1873117),mem=N(7858589396),gres/gpu=N(114222),"
      "license/interactive=N(4871)\n"
      "    GrpTRESRunMins=cpu=N(1714124),mem=N(0)\n");
  EXPECT_THAT(large.counted.at({"cs", ""}),
              UnorderedElementsAre(Pair("cpu", 1'873'117), Pair("mem", 7'858'589'396),
                                   Pair("gres/gpu", 114'222), Pair("license/interactive", 4871)));
  EXPECT_THAT(large.kept.at({"cs", ""}), ElementsAre(Pair("cpu", 1'714'124)));
}

// acdiost/openhpc-webui, test_slurm_credits.py in tests/, and irush-cs/slurm-scripts,
// t/get_associations.t: nothing may be submitted; lists of QOS; a limit in one partition.
TEST(ControllerPublicTest, RowsOfAssociationsAreRead) {
  std::map<std::string, AccountAssociation> accounts;
  for (const absl::string_view line :
       {"lab|root|||1|cpu=120,gres/gpu=0|||killable,normal|normal|",
        "lab||bruno|CPU|1|cpu=240|||killable,normal|normal|", "shut|root|||1|||0|normal||",
        "shut||alice||1||||normal||"}) {
    ASSERT_TRUE(AddAssociation(line, accounts).ok()) << line;
  }
  EXPECT_THAT(accounts.at("lab").limits.minutes,
              UnorderedElementsAre(Pair("cpu", 120), Pair("gres/gpu", 0)));
  EXPECT_THAT(accounts.at("lab").limits.qos, UnorderedElementsAre("killable", "normal"));
  const AssociationUser in_partition = {"bruno", "CPU"};
  EXPECT_THAT(accounts.at("lab").users.at(in_partition).minutes, ElementsAre(Pair("cpu", 240)));
  EXPECT_EQ(accounts.at("shut").limits.submits_max, 0);
  EXPECT_FALSE(accounts.at("shut").limits.jobs_max.has_value());
  EXPECT_TRUE(accounts.at("shut").users.contains("alice"));
}

}  // namespace
}  // namespace mesolys::agent
