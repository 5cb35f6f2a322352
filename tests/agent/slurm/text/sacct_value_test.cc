#include "agent/slurm/text/sacct_value.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;

constexpr int64_t kMebi = 1 << 20;

TEST(SacctDurationTest, ReadsClocksAndSeconds) {
  const struct {
    const char* text;
    int64_t seconds;
  } kCases[] = {
      {"00:00:17", 17}, {"10-13:27:06", 912426}, {"5-00:00:26", 432026}, {"0", 0},
      {"3600", 3600},   {"01:30", 90},           {"100:00:00", 360000},  {"0-00:00:00", 0},
  };
  for (const auto& one : kCases) {
    const auto span = ParseSacctSpan(one.text);
    ASSERT_TRUE(span.ok()) << one.text << ": " << span.status();
    EXPECT_EQ(*span, one.seconds) << one.text;
  }
  for (const char* text : {"", "-", "1-", "-1", "1-2", "1:2:3:4", "00:60:00", "00:00:60", "x",
                           "1-aa:00:00", "1.5", "00:00:17.5", "9999999-00:00:00"}) {
    EXPECT_EQ(ParseSacctSpan(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(SacctTimeLimitTest, ReadsLimitsOfWhichAPlainNumberIsMinutes) {
  const struct {
    const char* text;
    int64_t seconds;
  } kCases[] = {
      {"37-14:00:00", 3247200}, {"1-06:00:00", 108000}, {"00:10:00", 600}, {"90", 5400},
      {"UNLIMITED", 0},         {"Partition_Limit", 0}, {"", 0},           {"forever", 0},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(ParseSacctTimeLimit(one.text), one.seconds) << one.text;
  }
}

TEST(SacctSizeTest, ReadsSizesInUnitsOf1024) {
  const struct {
    const char* text;
    int64_t bytes;
  } kCases[] = {
      {"62.50G", 62 * 1024 * kMebi + 512 * kMebi},
      {"31000M", 31000 * kMebi},
      {"31000", 31000 * kMebi},
      {"1024K", kMebi},
      {"1.5T", 1536 * 1024 * kMebi},
      {"0.001G", 1073741},
      {"2P", int64_t{2} << 50},
      {"0", 0},
  };
  for (const auto& one : kCases) {
    const auto size = ParseSacctSize(one.text);
    ASSERT_TRUE(size.ok()) << one.text << ": " << size.status();
    EXPECT_EQ(*size, one.bytes) << one.text;
  }
  for (const char* text : {"", "G", ".5G", "5.G", "1.2345G", "-5M", "5X", "5MB", "99999999999P"}) {
    EXPECT_EQ(ParseSacctSize(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(AllocTresTest, ReadsWhatAJobHeld) {
  const struct {
    const char* text;
    Allocation expected;
  } kCases[] = {
      {"billing=12,cpu=12,mem=31000M,node=1", {12, 1, 31000 * kMebi, {}}},
      {"billing=12,cpu=12,gres/gpu=2,mem=31000M,node=1", {12, 1, 31000 * kMebi, {{"", 2}}}},
      {"cpu=1,gres/gpu=2,gres/gpu:a100=2", {1, 0, 0, {{"a100", 2}}}},
      {"cpu=1,gres/gpu:a100=2,gres/gpu=3", {1, 0, 0, {{"", 1}, {"a100", 2}}}},
      {"cpu=1,gres/gpu:A100=2", {1, 0, 0, {{"a100", 2}}}},
      {"cpu=2,GRES/Gpu=2,gres/gpu:a100=1", {2, 0, 0, {{"", 1}, {"a100", 1}}}},
      {"gres/gpu=4,gres/gpu:a100=2,gres/gpu:v100=1,cpu=8",
       {8, 0, 0, {{"", 1}, {"a100", 2}, {"v100", 1}}}},
      {"cpu=2,gres/gpu:a100=0", {2, 0, 0, {}}},
      {"cpu=2,gres/shard=4,gres/shard:v100=4,mem=1M", {2, 0, kMebi, {{"shard-v100", 4}}}},
      {"cpu=2,gres/shard=5,gres/shard:V100=4", {2, 0, 0, {{"shard", 1}, {"shard-v100", 4}}}},
      {"cpu=2,gres/gpu=1,gres/mps=100", {2, 0, 0, {{"", 1}, {"mps", 100}}}},
      {"cpu=64,mem=62.50G,node=8", {64, 8, 64000 * kMebi, {}}},
      {"cpu=2,energy=18446744073709551614,fs/disk=5,license/x=1", {2, 0, 0, {}}},
      {"cpu=2,mem=18446744073709551614,node=18446744073709551615", {2, 0, 0, {}}},
      {"cpu=2,mem=18446744073709551614M", {2, 0, 0, {}}},
      {"cpu=2,gres/gpumem=5G,gres/gpuutil=7", {2, 0, 0, {}}},
  };
  for (const auto& one : kCases) {
    const auto held = ParseAllocTres(one.text);
    ASSERT_TRUE(held.ok()) << one.text << ": " << held.status();
    EXPECT_EQ(*held, one.expected) << one.text;
  }
}

TEST(AllocTresTest, RefusesWhatIsNoCount) {
  const struct {
    const char* text;
    const char* says;
  } kCases[] = {
      {"cpu", "name=count"},   {"cpu=", "whole number"},  {"cpu=-5", "-5"},
      {"cpu=1.5", "1.5"},      {"cpu=1,,node=1", "name"}, {"mem=lots", "lots"},
      {"gres/gpu=two", "two"}, {"node=x", "node of"},     {"cpu=9999999999999", "cpu of"},
  };
  for (const auto& one : kCases) {
    const auto held = ParseAllocTres(one.text);
    EXPECT_EQ(held.status().code(), absl::StatusCode::kInvalidArgument) << one.text;
    EXPECT_THAT(std::string(held.status().message()), HasSubstr(one.says)) << one.text;
  }
}

}  // namespace
}  // namespace mesolys::agent
