#include "agent/slurm/submission/partition_models.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

ScontrolNode Node(std::vector<std::string> partitions, std::map<std::string, int64_t> gpu_counts) {
  ScontrolNode node;
  node.partitions = std::move(partitions);
  node.gpu_counts = std::move(gpu_counts);
  return node;
}

TEST(PartitionModelsTest, AreThoseOfAllItsNodes) {
  EXPECT_THAT(ModelsByPartition({Node({"main", "gpu"}, {{"a100", 4}}),
                                 Node({"main"}, {{"v100", 2}, {"a100", 1}}), Node({"cpu"}, {})}),
              ElementsAre(Pair("cpu", IsEmpty()), Pair("gpu", ElementsAre("a100")),
                          Pair("main", ElementsAre("a100", "v100"))));
}

TEST(PartitionModelsTest, KeepThatSomeGpusCannotBeNamed) {
  ScontrolNode odd = Node({"odd"}, {{"a100", 1}});
  odd.gpus_read = absl::InvalidArgumentError("gpu:?");
  EXPECT_THAT(
      ModelsByPartition({Node({"untyped"}, {{"", 2}}), odd, Node({"foreign"}, {{"A,B", 1}})}),
      ElementsAre(Pair("foreign", ElementsAre("")), Pair("odd", ElementsAre("", "a100")),
                  Pair("untyped", ElementsAre(""))));
}

TEST(PartitionModelsTest, TakeNoNodeThatIsNotThereYet) {
  ScontrolNode future = Node({"main"}, {{"h100", 8}});
  future.exists = false;
  EXPECT_THAT(ModelsByPartition({future, Node({"main"}, {{"a100", 0}})}),
              ElementsAre(Pair("main", IsEmpty())));
}

}  // namespace
}  // namespace mesolys::agent
