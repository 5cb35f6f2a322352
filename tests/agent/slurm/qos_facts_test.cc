#include "agent/slurm/qos_facts.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Told(const std::set<std::string>& names, absl::string_view text) {
  std::vector<std::string> told;
  for (const Finding& finding : CheckQos(names, text)) told.push_back(ToText(finding));
  return told;
}

TEST(QosFactsTest, OneThatCountsAsItIsIsPassed) {
  EXPECT_THAT(Told({"normal"}, "normal|1.000000\nother|0.5\n"),
              ElementsAre("pass  QOS normal: is known\n"));
}

TEST(QosFactsTest, OneThatIsNotThereIsMissedWithTheCommandThatMakesIt) {
  EXPECT_THAT(Told({"eco"}, "normal|1.000000\neco\n|1\n\xff|\n"),
              ElementsAre(HasSubstr("-> sacctmgr -i add qos eco, or")));
}

TEST(QosFactsTest, AFactorMakesLimitsLate) {
  for (const char* factor : {"0.500000", "0", "1.5", "", "nan", "-1", "x"}) {
    EXPECT_THAT(Told({"eco"}, absl::StrCat("eco|", factor, "\n")),
                ElementsAre(HasSubstr("sacctmgr -i modify qos eco set UsageFactor=1")))
        << factor;
  }
}

}  // namespace
}  // namespace mesolys::agent
