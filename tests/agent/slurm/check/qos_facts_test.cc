#include "agent/slurm/check/qos_facts.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class QosFactsTest : public testing::Test {
 protected:
  QosFactsTest() {
    held_.controller = ClusterAssociations::Controller{};
    Known("normal");
    held_.accounts[kRootAccount].limits.qos = {"normal"};
  }

  Qos& Known(const std::string& name) { return held_.controller->qos[name]; }

  std::vector<std::string> Told(const std::set<std::string>& names = {}) const {
    std::vector<std::string> told;
    for (const Finding& finding : CheckQos("c1", names, held_)) told.push_back(ToText(finding));
    return told;
  }

  ClusterAssociations held_;
};

TEST_F(QosFactsTest, OneWithoutLimitsIsPassed) {
  EXPECT_THAT(Told({"normal"}),
              ElementsAre("pass  c1: QOS normal: leaves limits to the accounts\n"));
}

TEST_F(QosFactsTest, OneThatIsNotThereIsMissedWithTheCommandThatMakesIt) {
  EXPECT_THAT(Told({"eco"}), ElementsAre(HasSubstr("-> sacctmgr -i add qos eco, or")));
}

TEST_F(QosFactsTest, LimitsThatComeBeforeThoseOfAccountsFailWithTheLineThatMendsThem) {
  Qos& qos = Known("normal");
  qos.minutes = {{"cpu", 100'000'000}, {"gres/gpu", 5}};
  qos.jobs_max = 500;
  qos.submits_max = 5'000;
  EXPECT_THAT(Told(), ElementsAre(HasSubstr("sacctmgr -i modify qos where name=normal set "
                                            "GrpTRESMins=cpu=-1,gres/gpu=-1 GrpJobs=-1 "
                                            "GrpSubmitJobs=-1")));
}

TEST_F(QosFactsTest, AFactorBelowOneFailsAndOneAboveWarns) {
  Known("normal").usage_factor = kWholeUsage - 1;
  EXPECT_THAT(Told(), ElementsAre(StartsWith("FAIL  c1: QOS normal")));
  Known("normal").usage_factor = kWholeUsage + 1;
  EXPECT_THAT(Told(), ElementsAre(StartsWith("WARN  c1: QOS normal")));
  EXPECT_THAT(Told(), ElementsAre(HasSubstr("set UsageFactor=1")));
}

TEST_F(QosFactsTest, ThoseOfPartitionsAndOfUsersAreLookedAtAndOthersAreNot) {
  Known("low").jobs_max = 1;
  Known("high");
  Known("elsewhere").jobs_max = 1;
  held_.controller->partitions = {{"short", "low", {}, {}, {}, {}},
                                  {"long", "low", {}, {}, {}, {}}};
  AccountAssociation& account = held_.accounts["p"];
  account.owner = kOwner;
  account.limits.qos = {"normal"};
  account.users["alice"].qos = {"high", "normal"};
  EXPECT_THAT(Told(), ElementsAre(StartsWith("pass  c1: QOS high"),
                                  StartsWith("FAIL  c1: QOS low of short, long: "),
                                  StartsWith("pass  c1: QOS normal")));
}

TEST_F(QosFactsTest, WithoutSlurmctldNothingIsSaid) {
  held_.controller.reset();
  EXPECT_THAT(Told({"eco"}), IsEmpty());
}

}  // namespace
}  // namespace mesolys::agent
