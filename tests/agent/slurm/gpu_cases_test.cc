// GPUs under the names that sites give them, from the rows and node lines of a Slurm to what is
// charged and counted. The rows are those of cases that once were set aside, or charged cores
// alone.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/slurm/associations/shared_parts.h"
#include "agent/slurm/means.h"
#include "agent/slurm/text/sacct_text.h"
#include "agent/slurm/text/scontrol_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/charging.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::Pair;

// Of a job that held these for an hour.
UsageRecord Job(const std::string& held) {
  SacctFormat format;
  format.delimiter = "|";
  format.columns = {"JobIDRaw", "Cluster", "Account", "State",
                    "Submit",   "Start",   "End",     "AllocTRES"};
  const absl::StatusOr<SacctText> text = SacctText::Create(format);
  EXPECT_TRUE(text.ok()) << text.status();
  const absl::StatusOr<std::optional<UsageRecord>> record =
      text->Parse(absl::StrCat("1001|psmn|mig-a|COMPLETED|2026-11-20T09:00:00|2026-11-20T10:00:00|"
                               "2026-11-20T11:00:00|",
                               held),
                  absl::FromUnixSeconds(1800000000));
  EXPECT_TRUE(record.ok() && record->has_value()) << held << ": " << record.status();
  return record.ok() ? record->value_or(UsageRecord()) : UsageRecord();
}

std::map<std::string, int64_t> Charged(const UsageRecord& record, const ChargeRule& rule = {}) {
  std::map<std::string, int64_t> amounts;
  for (const HeldUnits& held : HeldBy(record, rule)) {
    amounts[held.resource] += AmountOf(held, SpansOf(record).charged_seconds).count();
  }
  return amounts;
}

TEST(GpuCasesTest, AJobIsChargedForItsGpusWhateverTheyAreCalled) {
  const struct {
    const char* held;
    const char* resource;
    int64_t seconds;
  } kCases[] = {
      {"billing=4,cpu=4,gres/gpu:a100_3g.40gb=1,gres/gpu=1,mem=16G,node=1", "gpu-a100_3g.40gb",
       3600},
      {"billing=4,cpu=4,gres/gpu=2,gres/gpu:1g.10gb=2,mem=16G,node=1", "gpu-1g.10gb", 7200},
      {"billing=4,cpu=4,gres/gpu=1,gres/gpu:nvidia_geforce_rtx_2080_ti=1,mem=16G,node=1",
       "gpu-nvidia_geforce_rtx_2080_ti", 3600},
      {"billing=4,cpu=4,gres/gpu=1,gres/gpu:nvidia_rtx_6000_ada_generation=1,mem=16G,node=1",
       "gpu-nvidia_rtx_6000_ada_generation", 3600},
      {"billing=4,cpu=4,gres/gpu=1,gres/gpu:NVlink_A100_40GB=1,mem=16G,node=1",
       "gpu-nvlink_a100_40gb", 3600},
  };
  for (const auto& one : kCases) {
    EXPECT_THAT(Charged(Job(one.held)),
                ElementsAre(Pair("cpu", 14'400), Pair(one.resource, one.seconds)))
        << one.held;
  }
}

TEST(GpuCasesTest, ATypeThatTheCatalogueMapsPaysItsPart) {
  ChargeRule rule;
  rule.gpu_names = {{"a100_3g.40gb", {"gpu-a100", 3, 7}}, {"1g.10gb", {"gpu-a100", 1, 7}}};
  EXPECT_THAT(Charged(Job("cpu=4,gres/gpu:a100_3g.40gb=1,gres/gpu=1"), rule),
              ElementsAre(Pair("cpu", 14'400), Pair("gpu-a100", 1543)));
  EXPECT_THAT(Charged(Job("cpu=4,gres/gpu=2,gres/gpu:1g.10gb=2"), rule),
              ElementsAre(Pair("cpu", 14'400), Pair("gpu-a100", 1029)));
}

SharedParts PartsOf(const std::string& gres) {
  const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(
      absl::StrCat("NodeName=n2 CPUTot=32 CPUEfctv=32 Gres=", gres,
                   " Sockets=2 Boards=1 State=IDLE ThreadsPerCore=1 Partitions=main "));
  EXPECT_TRUE(node.ok()) << node.status();
  SharedPartsOfNodes nodes;
  if (node.ok()) nodes.Add(node->gpu_counts, node->gpu_parts);
  return nodes.Take();
}

TEST(GpuCasesTest, ShardsAndMpsPayAsTheirPartOfAGpu) {
  const SharedParts parts = PartsOf("gpu:v100:4,shard:v100:16,mps:v100:400");
  UsageRecord shard = Job("billing=2,cpu=2,gres/shard=4,gres/shard:v100=4,mem=10M,node=1");
  parts.Complete(shard);
  EXPECT_THAT(Charged(shard), ElementsAre(Pair("cpu", 7200), Pair("gpu-v100", 3600)));
  UsageRecord mps = Job("billing=2,cpu=2,gres/mps=100,mem=10M,node=1");
  parts.Complete(mps);
  EXPECT_THAT(Charged(mps), ElementsAre(Pair("cpu", 7200), Pair("gpu-v100", 3600)));
  // Where a site does not count them nothing in a row shows them.
  EXPECT_THAT(Charged(Job("billing=2,cpu=2,mem=10M,node=1")), ElementsAre(Pair("cpu", 7200)));
  // From a file, the catalogue says it.
  ChargeRule rule;
  rule.gpu_names = {{"shard", {"gpu-v100", 1, 4}}};
  EXPECT_THAT(Charged(Job("billing=2,cpu=2,gres/shard=4,gres/shard:v100=4,mem=10M,node=1"), rule),
              ElementsAre(Pair("cpu", 7200), Pair("gpu-v100", 3600)));
}

TEST(GpuCasesTest, NodesOfSlurm2605AreCountedWhole) {
  // The forms of the lines are theirs, the figures those of the case.
  ClusterText cluster;
  for (const char* node :
       {"NodeName=c1 Arch=x86_64 CoresPerSocket=16  CPUAlloc=8 CPUEfctv=32 CPUTot=32 "
        "Gres=(null) Version=26.05.2 OS=Linux 6.18.33 #1 SMP PREEMPT_DYNAMIC  Sockets=1 Boards=1 "
        "State=MIXED+DYNAMIC_NORM ThreadsPerCore=2 Partitions=main,low  ",
        "NodeName=g1 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 "
        "Gres=gpu:NVlink_A100_40GB:4(S:0-1),shard:16(S:0-1) Version=26.05.2 OS=Linux 6.18.33 #1 "
        "SMP  "
        "Sockets=1 Boards=1 State=IDLE+DYNAMIC_NORM ThreadsPerCore=2 Partitions=main  ",
        "NodeName=m1 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 "
        "Gres=gpu:nvidia_a100_1g.5gb:21(S:0-1) Version=26.05.2 OS=Linux 6.18.33 #1 SMP  Sockets=1 "
        "Boards=1 State=IDLE ThreadsPerCore=2 Partitions=main  "}) {
    const absl::StatusOr<ScontrolNode> read = ParseScontrolNode(node);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(read->gpus_read.ok()) << read->gpus_read;
    cluster.nodes.push_back(*read);
  }
  Means means;
  AddMeans(cluster, {}, means);
  EXPECT_EQ(means["cpu"].units.available, 96);
  EXPECT_EQ(means["cpu"].nodes.available, 3);
  EXPECT_EQ(means["gpu-nvlink_a100_40gb"].units.available, 4);
  EXPECT_EQ(means["gpu-nvidia_a100_1g.5gb"].units.available, 21);
  EXPECT_EQ(means.size(), 3U);
}

}  // namespace
}  // namespace mesolys::agent
