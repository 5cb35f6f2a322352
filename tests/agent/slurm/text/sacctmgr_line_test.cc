#include "agent/slurm/text/sacctmgr_line.h"

#include <cstdint>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using Kind = AssociationChange::Kind;
using testing::HasSubstr;

AssociationChange Change(Kind kind, const std::string& user = "") {
  AssociationChange change;
  change.kind = kind;
  change.account = "proj_a";
  change.user = user;
  change.parent = "_chair_ia";
  change.shares = 10'000;
  change.minutes = {{"cpu", 600}, {"gres/gpu:a100_3g.40gb", 60}};
  change.qos = {"normal", "eco"};
  return change;
}

AssociationChange InPartition(AssociationChange change, const std::string& partition) {
  change.partition = partition;
  return change;
}

TEST(SacctmgrLineTest, NamesTheClusterAlways) {
  const struct {
    AssociationChange change;
    std::string line;
  } kCases[] = {
      {Change(Kind::kFreezeAccount),
       "modify account where name=proj_a cluster=psmn set GrpJobs=0 GrpSubmitJobs=0"},
      {Change(Kind::kOpenAccount),
       "modify account where name=proj_a cluster=psmn set GrpJobs=-1 GrpSubmitJobs=-1"},
      {Change(Kind::kLowerAccount),
       "modify account where name=proj_a cluster=psmn set "
       "GrpTRESMins=cpu=600,gres/gpu:a100_3g.40gb=60"},
      {Change(Kind::kRaiseUser, "alice"),
       "modify user where name=alice account=proj_a cluster=psmn partition= set "
       "GrpTRESMins=cpu=600,gres/gpu:a100_3g.40gb=60"},
      {InPartition(Change(Kind::kFreezeUser, "alice"), "GPU_a100.2"),
       "modify user where name=alice account=proj_a cluster=psmn partition=GPU_a100.2 set "
       "GrpJobs=0 GrpSubmitJobs=0"},
      {Change(Kind::kInheritQos, "alice"),
       "modify user where name=alice account=proj_a cluster=psmn partition= set QOS= "
       "DefaultQOS=-1"},
      {Change(Kind::kNarrowQos),
       "modify account where name=proj_a cluster=psmn set QOS=normal,eco DefaultQOS=normal"},
      {Change(Kind::kMoveDefault, "alice"),
       "modify user where name=alice cluster=psmn set DefaultAccount=proj_a"},
      {Change(Kind::kRemoveUser, "alice"),
       "delete user where name=alice account=proj_a cluster=psmn partition="},
      {InPartition(Change(Kind::kRemoveUser, "alice"), "main"),
       "delete user where name=alice account=proj_a cluster=psmn partition=main"},
      {Change(Kind::kCreateAccount),
       "add account name=proj_a cluster=psmn parent=_chair_ia fairshare=10000 "
       "description=mesolys organization=mesolys GrpJobs=0 GrpSubmitJobs=0"},
      {Change(Kind::kMoveAccount),
       "modify account where name=proj_a cluster=psmn set parent=_chair_ia"},
      {Change(Kind::kSetShares),
       "modify account where name=proj_a cluster=psmn set fairshare=10000"},
      {Change(Kind::kAddUser, "alice"),
       "add user name=alice account=proj_a cluster=psmn fairshare=parent"},
  };
  for (const auto& each : kCases) {
    const absl::StatusOr<std::string> line = SacctmgrLine("psmn", each.change);
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_EQ(*line, each.line);
    EXPECT_TRUE(CheckSacctmgrLine(*line).ok());
  }
}

TEST(SacctmgrLineTest, HoldsNoAmountThatSlurmTakesForNoLimit) {
  for (const int64_t minutes :
       {int64_t{-5}, int64_t{-2}, kMinutesMax + 1, std::numeric_limits<int64_t>::max(),
        std::numeric_limits<int64_t>::min()}) {
    AssociationChange change = Change(Kind::kLowerAccount);
    change.minutes = {{"cpu", minutes}};
    EXPECT_FALSE(SacctmgrLine("psmn", change).ok()) << minutes;
  }
  AssociationChange change = Change(Kind::kLowerAccount);
  change.minutes = {};
  EXPECT_FALSE(SacctmgrLine("psmn", change).ok());
  change.minutes = {{"mem", 5}};
  EXPECT_FALSE(SacctmgrLine("psmn", change).ok());
}

TEST(SacctmgrLineTest, HoldsNoNameThatCouldBeAnotherWord) {
  for (const std::string name :
       {"", "a b", "a,b", "a=b", "a\nb", "-a", "\"a\"", "root", "Root", "ROOT", "a;b"}) {
    AssociationChange change = Change(Kind::kFreezeAccount);
    change.account = name;
    EXPECT_FALSE(SacctmgrLine("psmn", change).ok()) << name;
    change = Change(Kind::kAddUser, name);
    EXPECT_FALSE(SacctmgrLine("psmn", change).ok()) << name;
  }
  EXPECT_FALSE(SacctmgrLine("", Change(Kind::kFreezeAccount)).ok());
  EXPECT_FALSE(SacctmgrLine("a b", Change(Kind::kFreezeAccount)).ok());
}

TEST(SacctmgrLineTest, EverythingElseIsRefused) {
  const struct {
    std::string line;
    std::string word;
  } kCases[] = {
      {"", "word 1"},
      {"add user name=eve account=proj_a cluster=psmn AdminLevel=Administrator", "AdminLevel"},
      {"modify user where name=eve set AdminLevel=Administrator", "set"},
      {"modify account where name=proj_a set GrpTRESMins=cpu=1", "set"},
      {"modify account where name=root cluster=psmn set GrpTRESMins=cpu=1", "name=root"},
      {"modify account where name=proj_a cluster=psmn set GrpTRESMins=cpu=-5", "cpu=-5"},
      {"modify account where name=proj_a cluster=psmn set GrpTRESMins=cpu=1.5", "cpu=1.5"},
      {"modify account where name=proj_a cluster=psmn set GrpTRESMins=cpu=1e9", "cpu=1e9"},
      {"modify account where name=proj_a cluster=psmn set GrpTRESMins=", "GrpTRESMins="},
      {"modify account where name=proj_a cluster=psmn set GrpTRESMins=cpu=1 RawUsage=0",
       "RawUsage=0"},
      {"delete account where name=proj_a cluster=psmn", "account"},
      {"delete user where name=alice cluster=psmn", "cluster=psmn"},
      {"delete user where name=alice account=proj_a", "missing"},
      {"modify qos where name=normal set Priority=5", "qos"},
      {"show assoc", "show"},
      {"!sh", "!sh"},
  };
  for (const auto& each : kCases) {
    const absl::Status status = CheckSacctmgrLine(each.line);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << each.line;
    EXPECT_THAT(std::string(status.message()), HasSubstr(each.word)) << each.line;
  }
}

}  // namespace
}  // namespace mesolys::agent
