#include "agent/slurm/text/association_text.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

TEST(AssociationTextTest, ReadsAccountsAndTheirUsers) {
  std::map<std::string, AccountAssociation> accounts;
  for (const absl::string_view line :
       {"root||||1||||normal||", "root||root||1||||normal||", "_chair|root|||10000||||normal||",
        "proj_a|_chair|||10000|cpu=600,gres/gpu:a100=7|0|0|normal,eco|normal|cpu=90",
        "proj_a||alice||parent|cpu=30||2|normal||",
        "proj_a||alice|gpu|parent|cpu=5|||eco,normal|eco|mem=1G"}) {
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
  EXPECT_THAT(account.limits.qos, ElementsAre("eco", "normal"));
  EXPECT_EQ(account.limits.default_qos, "normal");
  EXPECT_THAT(account.users.at("alice").minutes, ElementsAre(Pair("cpu", 30)));
  EXPECT_EQ(account.users.at("alice").submits_max, 2);
  EXPECT_FALSE(account.users.at("alice").IsFrozen());
  EXPECT_THAT(account.limits.job_minutes, ElementsAre(Pair("cpu", 90)));
  const AssociationUser in_gpu = {"alice", "gpu"};
  EXPECT_THAT(account.users.at(in_gpu).minutes, ElementsAre(Pair("cpu", 5)));
  EXPECT_THAT(account.users.at(in_gpu).job_minutes, IsEmpty());
  EXPECT_EQ(accounts.size(), 3);
  KeepOwnQos(accounts);
  EXPECT_THAT(account.users.at(in_gpu).qos, IsEmpty());
  EXPECT_EQ(account.users.at(in_gpu).default_qos, "eco");
  EXPECT_THAT(account.users.at("alice").qos, ElementsAre("normal"));
}

TEST(AssociationTextTest, WhatSlurmStoredOfANegativeLimitIsMoreThanAnyLimit) {
  std::map<std::string, AccountAssociation> accounts;
  ASSERT_TRUE(AddAssociation("p|root|||1|cpu=18446744073709551611|||||", accounts).ok());
  EXPECT_THAT(accounts.at("p").limits.minutes, ElementsAre(Pair("cpu", kHuge)));
}

TEST(AssociationTextTest, OneLineThatIsNotUnderstoodSpoilsAll) {
  std::map<std::string, AccountAssociation> accounts;
  for (const absl::string_view line :
       {"", "proj_a", "proj_a|root|||1|cpu|||normal||", "proj_a|root|||1|cpu=x|||normal||",
        "proj_a|root|||1|cpu=-1|||normal||", "proj_a|root|||1||x||normal||",
        "|root|||1||||normal||", "proj_a|root|||1||||normal|", "proj_a|root|||1||||normal|||"}) {
    const absl::Status status = AddAssociation(line, accounts);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << line;
  }
  EXPECT_FALSE(AddOwner("proj_a", accounts).ok());
}

TEST(WaitingRecordsTest, AreReadFromSdiag) {
  EXPECT_EQ(*WaitingRecords("Server thread count:  3\nDBD Agent queue size: 17\n"), 17);
  EXPECT_FALSE(WaitingRecords("Server thread count:  3\n").ok());
}

}  // namespace
}  // namespace mesolys::agent
