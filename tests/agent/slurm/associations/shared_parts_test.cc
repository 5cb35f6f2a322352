#include "agent/slurm/associations/shared_parts.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

using Counts = std::map<std::string, int64_t>;

struct NodeText {
  Counts gpus;
  Counts parts;
};

SharedParts Of(const std::vector<NodeText>& nodes) {
  SharedPartsOfNodes all;
  for (const NodeText& node : nodes) all.Add(node.gpus, node.parts);
  return all.Take();
}

TEST(SharedPartsTest, NodesThatAgreeSayHowManyAreOneGpu) {
  const SharedParts shared = Of({{{{"v100", 4}}, {{"shard-v100", 16}, {"mps", 400}}},
                                 {{{"v100", 2}, {"a100", 2}}, {{"shard-v100", 8}}},
                                 {{{"h100", 4}}, {}}});
  EXPECT_THAT(shared.per_gpu, ElementsAre(Pair("mps-v100", 100), Pair("shard-v100", 4)));
  EXPECT_THAT(shared.names, ElementsAre(Pair("mps", "mps-v100"), Pair("shard", "shard-v100")));
  EXPECT_EQ(shared.NameOf("shard"), "shard-v100");
  EXPECT_EQ(shared.NameOf("a100"), "a100");
}

TEST(SharedPartsTest, WhereNodesDifferNobodyKnows) {
  const SharedParts shared =
      Of({{{{"v100", 4}}, {{"shard", 16}}}, {{{"v100", 4}}, {{"shard", 8}}}});
  EXPECT_THAT(shared.per_gpu, IsEmpty());
  // The model is still the same.
  EXPECT_EQ(shared.NameOf("shard"), "shard-v100");
}

TEST(SharedPartsTest, OfSeveralModelsOnlyThoseThatAreNamedAreKnown) {
  const SharedParts shared =
      Of({{{{"v100", 4}}, {{"shard-v100", 16}}}, {{{"a100", 4}}, {{"shard-a100", 8}}}});
  EXPECT_THAT(shared.per_gpu, ElementsAre(Pair("shard-a100", 2), Pair("shard-v100", 4)));
  EXPECT_EQ(shared.NameOf("shard"), "shard");
}

TEST(SharedPartsTest, PartsThatCannotBeDealtEvenlyAreNone) {
  EXPECT_THAT(Of({{{{"v100", 4}}, {{"shard", 10}}}}).per_gpu, IsEmpty());
  EXPECT_THAT(Of({{{{"v100", 4}}, {{"shard-a100", 16}}}}).per_gpu, IsEmpty());
  EXPECT_THAT(Of({{{{"v100", 2}, {"a100", 2}}, {{"shard", 16}}}}).per_gpu, IsEmpty());
  EXPECT_THAT(Of({{{{"v100", 1}}, {{"shard", 10'001}}}}).per_gpu, IsEmpty());
  // Without a model they are of the site's configured one.
  EXPECT_THAT(Of({{{{"", 2}}, {{"shard", 16}}}}).per_gpu, ElementsAre(Pair("shard", 8)));
}

TEST(SharedPartsTest, ARecordIsToldWhatItHeld) {
  const SharedParts shared = Of({{{{"v100", 4}}, {{"shard", 16}}}});
  UsageRecord record;
  record.gpu_counts = {{"a100", 1}};
  EXPECT_FALSE(HoldsSharedParts(record));
  record.gpu_counts["shard"] = 6;
  EXPECT_TRUE(HoldsSharedParts(record));
  shared.Complete(record);
  EXPECT_THAT(record.gpu_counts, ElementsAre(Pair("a100", 1), Pair("shard-v100", 6)));
  EXPECT_THAT(record.parts_per_gpu, ElementsAre(Pair("shard-v100", 4)));
}

}  // namespace
}  // namespace mesolys::agent
