#include "agent/slurm/text/qos_text.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

TEST(QosTextTest, ReadsFactorsAndWhichComesFirst) {
  std::map<std::string, Qos> qos;
  qos["normal"];
  qos["low"];
  for (const absl::string_view line :
       {"normal||1.000000", "low|DenyOnLimit,OverPartQOS|0.500000", "elsewhere||2"}) {
    ASSERT_TRUE(AddQos(line, qos).ok()) << line;
  }
  EXPECT_EQ(qos.at("normal"), Qos());
  EXPECT_EQ(qos.at("low").usage_factor, kWholeUsage / 2);
  EXPECT_TRUE(qos.at("low").is_before_partition);
  EXPECT_EQ(qos.size(), 2);
  // A little below 1 is below it; nothing is too large to be kept.
  ASSERT_TRUE(AddQos("low||0.9999999", qos).ok());
  EXPECT_LT(qos.at("low").usage_factor, kWholeUsage);
  EXPECT_FALSE(qos.at("low").is_before_partition);
  ASSERT_TRUE(AddQos("low||1e300", qos).ok());
  EXPECT_GT(qos.at("low").usage_factor, kWholeUsage);
}

TEST(QosTextTest, ARowThatIsNotUnderstoodIsSaid) {
  std::map<std::string, Qos> qos;
  for (const char* line :
       {"", "normal", "normal||", "normal||x", "||1", "normal||nan", "normal||inf", "normal||1|"}) {
    EXPECT_EQ(AddQos(line, qos).code(), absl::StatusCode::kDataLoss) << line;
  }
}

TEST(QosTextTest, WhatIsEnforcedBringsWhatItNeeds) {
  const struct {
    const char* words;
    EnforcedRules rules;
  } kCases[] = {
      {"associations,limits,qos,safe", {true, true, true}},
      {"Safe", {true, false, true}},
      {"all", {true, true, true}},
      {"associations, limits", {true, false, false}},
      {"associations,qos", {false, true, false}},
      {"none", {false, false, false}},
      {"", {false, false, false}},
  };
  for (const auto& each : kCases) EXPECT_EQ(EnforcedBy(each.words), each.rules) << each.words;
}

}  // namespace
}  // namespace mesolys::agent
