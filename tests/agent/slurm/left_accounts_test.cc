#include "agent/slurm/left_accounts.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

class LeftAccountsTest : public testing::Test {
 protected:
  std::string path() const { return directory_.path() + "/state/left.txt"; }

  LeftAccountsTest() {
    std::filesystem::create_directory(directory_.path() + "/state");
    accounts_["root"].limits.qos = {"normal"};
    AccountAssociation& account = accounts_["p"];
    account.parent = "_chair";
    account.shares = "10000";
    account.owner = "an | owner";
    account.limits.minutes = {{"cpu", 600}, {"gres/gpu:a100", 0}};
    account.limits.jobs_max = account.limits.submits_max = 0;
    account.limits.job_minutes = {{"cpu", 90}};
    account.limits.qos = {"bonus", "normal"};
    account.limits.default_qos = "normal";
    account.users["alice"].minutes = {{"cpu", 60}};
    account.users[{"alice", "gpu"}].qos = {"high"};
    account.users["bob"] = {};
  }

  TemporaryDirectory directory_;
  LeftAccounts::Accounts accounts_;
};

TEST_F(LeftAccountsTest, AreThereAgainAfterARestart) {
  LeftAccounts left(path());
  EXPECT_EQ(left.Of("c1"), nullptr);
  ASSERT_TRUE(left.Set("c1", accounts_).ok());
  ASSERT_TRUE(left.Set("c2", {}).ok());
  const LeftAccounts again(path());
  ASSERT_NE(again.Of("c1"), nullptr);
  EXPECT_EQ(*again.Of("c1"), accounts_);
  ASSERT_NE(again.Of("c2"), nullptr);
  EXPECT_TRUE(again.Of("c2")->empty());
}

TEST_F(LeftAccountsTest, ThatAreForgottenStaySo) {
  LeftAccounts left(path());
  ASSERT_TRUE(left.Set("c1", accounts_).ok());
  ASSERT_TRUE(left.Forget("c1", {"p", "nobody"}).ok());
  ASSERT_TRUE(left.Forget("nowhere", {"p"}).ok());
  accounts_.erase("p");
  EXPECT_EQ(*LeftAccounts(path()).Of("c1"), accounts_);
}

TEST_F(LeftAccountsTest, ThatCouldNotBeWrittenAreWrittenWhenTheyCan) {
  LeftAccounts left(path());
  ASSERT_TRUE(left.Set("c1", accounts_).ok());
  std::filesystem::rename(directory_.path() + "/state", directory_.path() + "/away");
  EXPECT_EQ(left.Forget("c1", {"p"}).code(), absl::StatusCode::kInternal);
  accounts_["p"].limits.minutes["cpu"] = 500;
  EXPECT_EQ(left.Set("c1", accounts_).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(left.Set("c1", accounts_).code(), absl::StatusCode::kInternal);
  std::filesystem::rename(directory_.path() + "/away", directory_.path() + "/state");
  EXPECT_TRUE(left.Set("c1", accounts_).ok());
  EXPECT_EQ(*LeftAccounts(path()).Of("c1"), accounts_);
}

}  // namespace
}  // namespace mesolys::agent
