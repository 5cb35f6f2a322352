#include "agent/slurm/text/controller_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr absl::string_view kController = R"(Current Association Manager state

Association Records

ClusterName=psmn Account=proj_a UserName= Partition= Priority=0 ID=5
    SharesRaw/Norm/Level/Factor=10/1.00/10/0.00
    ParentAccount=_chair_ia(4) Lft=3 DefAssoc=No
    GrpJobs=N(0) GrpJobsAccrue=N(0)
    GrpSubmitJobs=0(0) GrpWall=N(0.00)
    GrpTRES=cpu=N(0),mem=N(0)
    GrpTRESMins=cpu=600(23),mem=N(0),gres/gpu=N(2),gres/gpu:a100=60(2)
    GrpTRESRunMins=cpu=N(4),mem=N(0)
ClusterName=psmn Account=proj_a UserName=alice(1001) Partition= Priority=0 ID=6
    ParentAccount= Lft=4 DefAssoc=Yes
    GrpJobs=0(2) GrpJobsAccrue=N(0)
    GrpSubmitJobs=0(3) GrpWall=N(0.00)
    GrpTRESMins=cpu=N(11),mem=N(0),gres/gpu=N(2),gres/gpu:a100=N(2)
ClusterName=psmn Account=proj_a UserName=alice(1001) Partition=gpu Priority=0 ID=7
    GrpTRESMins=cpu=9(99),mem=N(0)
ClusterName=psmn Account=lab old UserName=Bob.B(7) Partition= Priority=0 ID=9
    GrpTRESMins=cpu=N(1),mem=N(0)
ClusterName=other Account=proj_a UserName= Partition= Priority=0 ID=8
    GrpTRESMins=cpu=9(99),mem=N(0)

QOS Records

QOS=normal(1)
    UsageRaw=0.000000
    GrpJobs=N(0) GrpJobsAccrue=N(0) GrpSubmitJobs=N(0) GrpWall=N(0.00)
    GrpTRESMins=cpu=N(4),mem=N(0),gres/gpu=N(0)
    MaxTRESMinsPJ=
QOS=part_low(2)
    UsageRaw=0.000000
    GrpJobs=500(2) GrpJobsAccrue=N(0) GrpSubmitJobs=5000(3) GrpWall=N(0.00)
    GrpTRESMins=cpu=100000000(7),mem=N(0),gres/gpu=N(0)
    GrpTRESRunMins=cpu=N(50),mem=N(0)
    MaxTRESMinsPJ=cpu=70,mem=4G
    Account Limits
        proj_a
          MaxJobsPA=N(2) MaxJobsAccruePA=N(0) MaxSubmitJobsPA=N(3)
)";

absl::StatusOr<ClusterAssociations::Controller> Read(absl::string_view text) {
  ControllerText controller("psmn");
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (absl::Status status = controller.Add(line); !status.ok()) return status;
  }
  return controller.Take();
}

TEST(ControllerTextTest, ReadsWhatWasCountedAndTheLimitsThatItGoesBy) {
  const absl::StatusOr<ClusterAssociations::Controller> read = Read(kController);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->counted.at({"proj_a", ""}).at("cpu"), 23);
  EXPECT_EQ(read->counted.at({"proj_a", "alice"}).at("cpu"), 11);
  EXPECT_EQ(read->counted.at({"proj_a", {"alice", "gpu"}}).at("cpu"), 99);
  EXPECT_EQ(read->counted.at({"lab old", "Bob.B"}).at("cpu"), 1);
  EXPECT_EQ(read->counted.size(), 4);
  EXPECT_THAT(read->minutes.at({"proj_a", ""}),
              ElementsAre(Pair("cpu", 600), Pair("gres/gpu:a100", 60)));
  EXPECT_TRUE(read->minutes.at({"proj_a", "alice"}).empty());
  // GrpSubmitJobs=0 alone lets what waits start. Another Slurm may say both on one line.
  const auto on_one = Read(
      "ClusterName=psmn Account=a UserName= Partition= X=\n    GrpJobs=0(0) GrpSubmitJobs=0(1)\n"
      "    GrpTRESMins=cpu=N(1)");
  ASSERT_TRUE(on_one.ok()) << on_one.status();
  EXPECT_THAT(on_one->frozen, ElementsAre(AccountUser("a", "")));
  EXPECT_THAT(read->frozen, ElementsAre(AccountUser("proj_a", "alice")));
  EXPECT_THAT(read->defaults, ElementsAre(AccountUser("proj_a", "alice")));
  EXPECT_THAT(read->tres, ElementsAre("cpu", "gres/gpu", "gres/gpu:a100", "mem"));
}

TEST(ControllerTextTest, ReadsTheLimitsOfQosThatComeBeforeTheirs) {
  const absl::StatusOr<ClusterAssociations::Controller> read = Read(kController);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->qos.size(), 2);
  EXPECT_TRUE(read->qos.at("normal").minutes.empty());
  EXPECT_FALSE(read->qos.at("normal").jobs_max.has_value());
  const Qos& low = read->qos.at("part_low");
  EXPECT_THAT(low.minutes, ElementsAre(Pair("cpu", 100'000'000)));
  EXPECT_EQ(low.counted.at("cpu"), 7);
  EXPECT_EQ(low.jobs_max, 500);
  EXPECT_EQ(low.submits_max, 5000);
  EXPECT_THAT(low.job_minutes, ElementsAre(Pair("cpu", 70)));
}

TEST(ControllerTextTest, AnAnswerWithoutAssociationsIsNone) {
  EXPECT_EQ(Read("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Read("ClusterName=other Account=a UserName= Partition=\n    GrpTRESMins=cpu=N(1)")
                .status()
                .code(),
            absl::StatusCode::kDataLoss);
}

TEST(ControllerTextTest, ANumberThatIsNoneSpoilsAll) {
  for (const absl::string_view minutes :
       {"cpu=600", "cpu=600(", "cpu=600(x)", "cpu=x(1)", "cpu(1)", "cpu=600(-1)"}) {
    const auto read = Read(absl::StrCat(
        "ClusterName=psmn Account=a UserName= Partition= X=\n    GrpTRESMins=", minutes));
    EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss) << minutes;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("assoc_mgr"));
  }
}

}  // namespace
}  // namespace mesolys::agent
