#include "proto/values/gpu_part.h"

#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys {
namespace {

using testing::HasSubstr;

TEST(GpuPartTest, AShareIsAFractionInItsLowestTerms) {
  const std::pair<const char*, std::pair<int64_t, int64_t>> rights[] = {
      {"1", {1, 1}},
      {"1/7", {1, 7}},
      {"2/8", {1, 4}},
      {"7/7", {1, 1}},
      {"1/1000000", {1, 1'000'000}}};
  for (const auto& [text, right] : rights) {
    const auto share = ParseGpuShare(text);
    ASSERT_TRUE(share.ok()) << text;
    EXPECT_EQ(*share, right) << text;
  }
  for (const char* wrong : {"", "0", "0/7", "8/7", "1/0", "-1/7", "1/-7", "0.25", "1/7/2", "1/",
                            "/7", "1/1000001", "a/b", "99999999999999999999/1"}) {
    EXPECT_THAT(std::string(ParseGpuShare(wrong).status().message()),
                HasSubstr("no share of a GPU"))
        << wrong;
  }
  EXPECT_EQ(GpuShareText({"gpu-a100", 3, 7}), "3/7");
  EXPECT_EQ(GpuShareText({"gpu-a100", 1, 1}), "1");
}

TEST(GpuPartTest, NamesAreThoseOfSlurmAndSharesHaveACommonMultiple) {
  const std::pair<GpuNames, const char*> wrongs[] = {
      {{{"A100", {"gpu-a100", 1, 1}}}, "GPUs cannot be called \"A100\""},
      {{{"1g.10gb", {"cpu", 1, 7}}}, "GPUs called 1g.10gb are of \"cpu\""},
      {{{"1g.10gb", {"gpu-", 1, 7}}}, "name a resource of GPUs"},
      {{{"1g.10gb", {"gpu-a100", 0, 7}}}, "0/7 of a GPU are no share"},
      {{{"1g.10gb", {"gpu-a100", 8, 7}}}, "8/7 of a GPU are no share"},
      {{{"a", {"gpu-a100", 1, 999'983}}, {"b", {"gpu-a100", 1, 2}}},
       "with that of b it is 1999966"},
  };
  for (const auto& [names, says] : wrongs) {
    EXPECT_THAT(std::string(CheckGpuNames(names).message()), HasSubstr(says));
  }
  EXPECT_TRUE(
      CheckGpuNames({{"a100_1g.10gb", {"gpu-a100", 1, 7}}, {"shard", {"gpu-v100", 1, 4}}}).ok());
}

TEST(GpuPartTest, TresOfGpusAndOfTheirPartsHaveNames) {
  const std::pair<const char*, std::optional<std::string>> cases[] = {
      {"gres/gpu", ""},           {"gres/gpu:a100_1g.10gb", "a100_1g.10gb"},
      {"gres/shard", "shard"},    {"gres/shard:v100", "shard-v100"},
      {"gres/mps", "mps"},        {"cpu", std::nullopt},
      {"gres/nic", std::nullopt}, {"gpu", std::nullopt}};
  for (const auto& [tres, name] : cases) EXPECT_EQ(GpuNameOfTres(tres), name) << tres;
  EXPECT_TRUE(IsSharedPart("shard"));
  EXPECT_TRUE(IsSharedPart("mps-v100"));
  EXPECT_FALSE(IsSharedPart("shards"));
  EXPECT_FALSE(IsSharedPart(""));
}

TEST(GpuPartTest, TheCatalogueComesFirstThenTheNodes) {
  const GpuNames names = {{"tesla_v100", {"gpu-v100", 1, 1}}, {"mps", {"gpu-h100", 1, 10}}};
  const PartsPerGpu per_gpu = {{"shard-tesla_v100", 4}, {"shard", 8}, {"mps-v100", 100}};
  struct Case {
    const char* name;
    GpuPart part;
  };
  for (const Case& c :
       {Case{"", {"gpu-a100", 1, 1}}, Case{"h100", {"gpu-h100", 1, 1}},
        Case{"tesla_v100", {"gpu-v100", 1, 1}}, Case{"shard-tesla_v100", {"gpu-v100", 1, 4}},
        Case{"shard", {"gpu-a100", 1, 8}}, Case{"shard-h100", {"gpu-shard-h100", 1, 1}},
        Case{"mps-v100", {"gpu-h100", 1, 10}}}) {
    EXPECT_EQ(PartOf(c.name, names, "a100", per_gpu), c.part) << c.name;
  }
  EXPECT_EQ(PartOf("", {}, "", {}), (GpuPart{"gpu-untyped", 1, 1}));
  EXPECT_EQ(PartOf("shard", {}, "", {{"shard", 4}}), (GpuPart{"gpu-shard", 1, 1}));
}

}  // namespace
}  // namespace mesolys
