#include "agent/slurm/text/association_text.h"

#include <limits>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

TEST(AssociationTextTest, ReadsAccountsAndTheirUsers) {
  std::map<std::string, AccountAssociation> accounts;
  for (const absl::string_view line :
       {"root||||1||||normal|", "root||root||1||||normal|", "_chair|root|||10000||||normal|",
        "proj_a|_chair|||10000|cpu=600,gres/gpu:a100=7|0|0|normal,eco|normal",
        "proj_a||alice||parent|cpu=30||2|normal|", "proj_a||alice|gpu|parent|cpu=5||||"}) {
    ASSERT_TRUE(AddAssociation(line, accounts).ok()) << line;
  }
  for (const absl::string_view line : {"proj_a|mesolys", "root|root", "elsewhere|x|y"}) {
    ASSERT_TRUE(AddOwner(line, accounts).ok()) << line;
  }
  const AccountAssociation& account = accounts.at("proj_a");
  EXPECT_EQ(account.parent, "_chair");
  EXPECT_EQ(account.shares, "10000");
  EXPECT_EQ(account.owner, kOwner);
  EXPECT_THAT(account.limits.minutes, ElementsAre(Pair("cpu", 600), Pair("gres/gpu:a100", 7)));
  EXPECT_TRUE(account.limits.IsFrozen());
  EXPECT_THAT(account.qos, ElementsAre("eco", "normal"));
  EXPECT_EQ(account.default_qos, "normal");
  EXPECT_THAT(account.users.at("alice").minutes, ElementsAre(Pair("cpu", 30)));
  EXPECT_EQ(account.users.at("alice").submits_max, 2);
  EXPECT_FALSE(account.users.at("alice").IsFrozen());
  EXPECT_EQ(accounts.size(), 3);
}

TEST(AssociationTextTest, WhatSlurmStoredOfANegativeLimitIsMoreThanAnyLimit) {
  std::map<std::string, AccountAssociation> accounts;
  ASSERT_TRUE(AddAssociation("p|root|||1|cpu=18446744073709551611||||", accounts).ok());
  EXPECT_THAT(accounts.at("p").limits.minutes, ElementsAre(Pair("cpu", kHuge)));
}

TEST(AssociationTextTest, OneLineThatIsNotUnderstoodSpoilsAll) {
  std::map<std::string, AccountAssociation> accounts;
  for (const absl::string_view line :
       {"", "proj_a", "proj_a|root|||1|cpu|||normal|", "proj_a|root|||1|cpu=x|||normal|",
        "proj_a|root|||1|cpu=-1|||normal|", "proj_a|root|||1||x||normal|", "|root|||1||||normal|",
        "proj_a|root|||1||||normal||"}) {
    const absl::Status status = AddAssociation(line, accounts);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << line;
  }
  EXPECT_FALSE(AddOwner("proj_a", accounts).ok());
}

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
ClusterName=other Account=proj_a UserName= Partition= Priority=0 ID=8
    GrpTRESMins=cpu=9(99),mem=N(0)
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
  EXPECT_EQ(read->counted.size(), 2);
  EXPECT_THAT(read->minutes.at({"proj_a", ""}),
              ElementsAre(Pair("cpu", 600), Pair("gres/gpu:a100", 60)));
  EXPECT_TRUE(read->minutes.at({"proj_a", "alice"}).empty());
  // GrpSubmitJobs=0 alone lets what waits start. Another Slurm may say both on one line.
  const auto on_one = Read(
      "ClusterName=psmn Account=a UserName= Partition= X=\n    GrpJobs=0(0) GrpSubmitJobs=0(1)\n"
      "    GrpTRESMins=cpu=N(1)");
  ASSERT_TRUE(on_one.ok()) << on_one.status();
  EXPECT_THAT(on_one->frozen, ElementsAre(Pair("a", "")));
  EXPECT_THAT(read->frozen, ElementsAre(Pair("proj_a", "alice")));
  EXPECT_THAT(read->defaults, ElementsAre(Pair("proj_a", "alice")));
  EXPECT_THAT(read->tres, ElementsAre("cpu", "gres/gpu", "gres/gpu:a100", "mem"));
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

TEST(WaitingRecordsTest, AreReadFromSdiag) {
  EXPECT_EQ(*WaitingRecords("Server thread count:  3\nDBD Agent queue size: 17\n"), 17);
  EXPECT_FALSE(WaitingRecords("Server thread count:  3\n").ok());
}

}  // namespace
}  // namespace mesolys::agent
