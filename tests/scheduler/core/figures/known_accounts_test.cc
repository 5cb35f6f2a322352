#include "scheduler/core/figures/known_accounts.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"
#include "scheduler/core/rules/project_rules.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KnownAccountsTest : public testing::Test {
 protected:
  KnownAccountsTest() {
    mesocentre_.Create(TestProject("alpha"));
    int64_t id = 0;
    for (const char* const account : {"test", "oldlab", "Lab.B", "oldlib"}) {
      mesocentre_.Report({FinishedJob(++id, "n1", account, Day(2026, 6, 10), absl::Hours(1))});
    }
  }

  absl::Status Link(const std::string& account, const std::string& cluster = "n1") {
    return mesocentre_.Do(LinkAccount{"alpha", cluster, account, ""}).status();
  }

  Mesocentre mesocentre_;
};

TEST_F(KnownAccountsTest, AreThoseOfJobsThatWereKept) {
  const Ledger& ledger = mesocentre_.ledger();
  EXPECT_TRUE(HasKeptJobs(ledger, "n1", "oldlab"));
  EXPECT_FALSE(HasKeptJobs(ledger, "n2", "oldlab"));
  EXPECT_FALSE(HasKeptJobs(ledger, "n1", "nobody"));
  EXPECT_THAT(WrittenAlike(ledger, "n1", "oldlap"), ElementsAre("oldlab", "oldlib"));
  EXPECT_THAT(WrittenAlike(ledger, "n1", "OLD-LIB"), ElementsAre("oldlib", "oldlab"));
  EXPECT_THAT(WrittenAlike(ledger, "n1", "climate"), IsEmpty());
  EXPECT_THAT(WrittenAlike(ledger, "n2", "oldlap"), IsEmpty());
}

TEST_F(KnownAccountsTest, ANameInCapitalsThatCouldNeverHaveAJobIsRefusedWithTheOneThatHas) {
  const absl::Status refused = Link("TEST");
  EXPECT_EQ(RefusalOf(refused)->reason, Reason::kInvalidName);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("link n1:test"));
  EXPECT_FALSE(Link("lab.b").ok());
  EXPECT_FALSE(Link("Alpha").ok()) << "as the project is called";
  EXPECT_TRUE(Link("Lab.B").ok()) << "records of that name are there";
  EXPECT_TRUE(Link("TEST", "n2").ok()) << "of another cluster nothing is known";
  EXPECT_FALSE(Link("test", "n2").ok()) << "never two that differ in capitals alone";
  EXPECT_TRUE(Link("no_such_account").ok());
}

TEST_F(KnownAccountsTest, ALinkObeysTheClassOfTheData) {
  Project health = TestProject("health");
  health.data_class = "health";
  mesocentre_.Create(health);
  const auto link = [this](const char* cluster) {
    return mesocentre_.Do(LinkAccount{"health", cluster, "oldlab", ""}).status();
  };
  EXPECT_EQ(RefusalOf(link("n1"))->reason, Reason::kSiteNotCertified);
  EXPECT_THAT(std::string(link("n1").message()),
              HasSubstr("data of class health of project health may not go to north"));
  EXPECT_TRUE(link("s1").ok());
}

}  // namespace
}  // namespace mesolys
