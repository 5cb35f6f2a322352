// Nodes of the forms, and with the figures, that public test data show of Slurm 23.11 to 26.05. The
// words are our own; what each entry follows is named beside it.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/slurm/means.h"
#include "agent/slurm/text/scontrol_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::Pair;

using GpuCounts = std::map<std::string, int64_t>;

struct NodeCase {
  const char* version;
  const char* line;
  int64_t core_count;
  int64_t socket_count;
  int64_t threads_per_core;
  GpuCounts gpu_counts;
  const char* condition;
  const char* partitions;
};

const std::vector<NodeCase> kNodes = {
    // samggreenberg/VTSearch, the test of scripts/slurm/pick_gpu.py: a date in what OS says.
    {"23.11.6",
     "NodeName=g1 Arch=x86_64 CoresPerSocket=24  CPUAlloc=32 CPUEfctv=96 CPUTot=96 CPULoad=4.51 "
     "AvailableFeatures=a100 ActiveFeatures=a100 Gres=gpu:a100:4 NodeAddr=g1 NodeHostName=g1 "
     "Version=23.11.6 OS=Linux 4.18.0 #1 SMP Tue Jun 2 11:33:56 EDT 2026  RealMemory=750000 "
     "AllocMem=262144 FreeMem=400000 Sockets=2 Boards=1 State=MIXED ThreadsPerCore=2 TmpDisk=0 "
     "Weight=1 Owner=N/A MCS_label=N/A Partitions=gpu  BootTime=2026-09-01T08:00:00 "
     "SlurmdStartTime=2026-09-01T08:03:00 LastBusyTime=2026-09-28T10:00:00 ResumeAfterTime=None "
     "CfgTRES=cpu=96,mem=750000M,billing=1950,gres/gpu=4,gres/gpu:a100=4 "
     "AllocTRES=cpu=32,mem=256G,gres/gpu=2,gres/gpu:a100=2 CapWatts=n/a CurrentWatts=0 AveWatts=0 "
     "ExtSensorsJoules=n/a ExtSensorsWatts=0 ExtSensorsTemp=n/a",
     96,
     2,
     2,
     {{"a100", 4}},
     "",
     "gpu"},
    // awslabs/awsome-distributed-ai, issue 195: a model with dashes; a reason with "<".
    {"24.05.0-0rc1",
     "NodeName=g2 Arch=x86_64 CoresPerSocket=1 CPUAlloc=0 CPUEfctv=8 CPUTot=8 CPULoad=0.27 "
     "AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:nvidia-rtx-3090:1 NodeAddr=g2 "
     "NodeHostName=g2 Version=24.05.0-0rc1 OS=Linux 6.2.0 #22 SMP PREEMPT_DYNAMIC "
     "RealMemory=30000 AllocMem=0 FreeMem=28000 Sockets=8 Boards=1 State=IDLE+DRAIN "
     "ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A Partitions=main "
     "BootTime=2024-03-01T08:00:00 SlurmdStartTime=2024-03-01T08:03:00 "
     "LastBusyTime=2024-03-01T08:03:00 ResumeAfterTime=None CfgTRES=cpu=8,mem=30000M,billing=8 "
     "AllocTRES= CurrentWatts=0 AveWatts=0 Reason=gres/gpu count reported lower than configured "
     "(0 < 1) [slurm@2024-03-01T08:03:00]",
     8,
     8,
     1,
     {{"nvidia-rtx-3090", 1}},
     "drained",
     "main"},
    // rackslab/Slurm-web, slurmweb/tests/assets/slurmrestd/24.05/slurm-node-mixed.json.
    {"24.05.3",
     "NodeName=c1 Arch=x86_64 CoresPerSocket=1 CPUAlloc=1 CPUEfctv=2 CPUTot=2 Gres=(null) "
     "Sockets=2 Boards=1 State=MIXED ThreadsPerCore=1 Partitions=main "
     "CfgTRES=cpu=2,mem=4G,billing=2 AllocTRES=cpu=1,mem=2G CurrentWatts=0 AveWatts=0",
     2,
     2,
     1,
     {},
     "",
     "main"},
    // rackslab/Slurm-web, slurmweb/tests/assets/slurmrestd/24.11/slurm-node-down.json.
    {"24.11.0-0rc2",
     "NodeName=c2 Arch=x86_64 CoresPerSocket=32 CPUAlloc=0 CPUEfctv=64 CPUTot=64 Gres=(null) "
     "Sockets=2 Boards=1 State=DOWN+DRAIN ThreadsPerCore=1 Partitions=main BootTime=None "
     "AllocTRES= CurrentWatts=0 AveWatts=0 Reason=No power [root@2024-11-19T14:00:00]",
     64,
     2,
     1,
     {},
     "down drained",
     "main"},
    // SckyzO/slurm_exporter, test_data/slurm-24.11.7/scontrol_nodes.txt: two models; a blank at the
    // end.
    {"24.11.7",
     "NodeName=c3 Arch=x86_64 CoresPerSocket=16  CPUAlloc=8 CPUEfctv=32 CPUTot=32 CPULoad=1.20 "
     "AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:model_a:2,gpu:model_b:2 NodeAddr=c3 "
     "NodeHostName=c3 Version=24.11.7 OS=Linux 6.1.0 #1 SMP RealMemory=31000 AllocMem=15867 "
     "FreeMem=9000 Sockets=1 Boards=1 State=MIXED+DYNAMIC_NORM ThreadsPerCore=2 TmpDisk=0 "
     "Weight=1 Owner=N/A MCS_label=N/A Partitions=cpu,debug,high  BootTime=2026-05-01T08:00:00 "
     "LastBusyTime=2026-05-02T08:00:00 ResumeAfterTime=None CfgTRES=cpu=32,mem=31000M,billing=32 "
     "AllocTRES=cpu=8,mem=15867M CurrentWatts=0 AveWatts=0 ",
     32,
     1,
     2,
     {{"model_a", 2}, {"model_b", 2}},
     "",
     "cpu debug high"},
    // SckyzO/slurm_exporter, test_data/slurm-25.05/node_detail_gres.txt and sinfo_gpus_total.txt:
    // 288 cores with four sockets' GPUs, in four partitions.
    {"25.05",
     "NodeName=g3 CoresPerSocket=72 CPUAlloc=0 CPUEfctv=288 CPUTot=288 "
     "Gres=gpu:nvidia_gb200:4(S:0-3) Sockets=4 State=IDLE+DRAIN+NOT_RESPONDING ThreadsPerCore=1 "
     "Partitions=gpu,gpu2,gpu3,gpu4 AllocTRES= CurrentWatts=0 AveWatts=0",
     288,
     4,
     1,
     {{"nvidia_gb200", 4}},
     "down drained",
     "gpu gpu2 gpu3 gpu4"},
    // SlinkyProject/slurm-operator, issue 57: one GPU at one socket.
    {"25.05.3",
     "NodeName=g4 Arch=x86_64 CoresPerSocket=12 CPUAlloc=2 CPUEfctv=24 CPUTot=24 CPULoad=0.63 "
     "AvailableFeatures=pod,l4 ActiveFeatures=pod,l4 Gres=gpu:l4:1(S:0) Sockets=1 Boards=1 "
     "State=MIXED+DYNAMIC_NORM ThreadsPerCore=2 Partitions=all AllocTRES=cpu=2 CurrentWatts=0 "
     "AveWatts=0",
     24,
     1,
     2,
     {{"l4", 1}},
     "",
     "all"},
    // yanting-yang/cli, test_slurm.py in tests/: cores kept for the system, whole GPUs beside
    // parts.
    {"25.05.9",
     "NodeName=g5 Arch=x86_64 CoresPerSocket=56  CPUAlloc=88 CPUEfctv=192 CPUTot=224 "
     "CPULoad=12.01 AvailableFeatures=b200 ActiveFeatures=b200 "
     "Gres=gpu:nvidia_b200:4(S:0-1),gpu:nvidia_b200_2g.45gb:8(S:0-1),"
     "gpu:nvidia_b200_3g.90gb:4(S:0-1) NodeAddr=g5 NodeHostName=g5 Version=25.05.9 OS=Linux 6.8.0 "
     "#1 SMP RealMemory=2060000 AllocMem=800000 FreeMem=900000 Sockets=2 Boards=1 CoreSpecCount=16 "
     "CPUSpecList=96-111,208-223 MemSpecLimit=65536 State=MIXED ThreadsPerCore=2 TmpDisk=0 "
     "Weight=1 Owner=N/A MCS_label=N/A Partitions=gpu,interac  ResumeAfterTime=None "
     "CfgTRES=cpu=192,mem=2060000M,billing=1,gres/gpu=16,gres/gpu:nvidia_b200=4 "
     "AllocTRES=cpu=88,gres/gpu=9 CurrentWatts=0 AveWatts=0",
     192,
     2,
     2,
     {{"nvidia_b200", 4}, {"nvidia_b200_2g.45gb", 8}, {"nvidia_b200_3g.90gb", 4}},
     "",
     "gpu interac"},
    // SlinkyProject/slurm-operator, issue 101.
    {"25.11.0",
     "NodeName=c4 Arch=x86_64 CoresPerSocket=48 CPUAlloc=0 CPUEfctv=192 CPUTot=192 Gres=(null) "
     "Sockets=2 Boards=1 State=IDLE+DYNAMIC_NORM ThreadsPerCore=2 Partitions=all AllocTRES= "
     "CurrentWatts=0 AveWatts=0",
     192,
     2,
     2,
     {},
     "",
     "all"},
    // https://hpc-community.unige.ch/t/4287: cores kept for the system, a resource of the site's
    // own
    // beside the GPUs.
    {"25.11.3",
     "NodeName=g7 Arch=x86_64 CoresPerSocket=24 CPUAlloc=0 CPUEfctv=94 CPUTot=96 CPULoad=0.01 "
     "AvailableFeatures=V12,rtx ActiveFeatures=V12,rtx "
     "Gres=gpu:nvidia_geforce_rtx_5090:4(S:0-3),VramPerGpu:no_consume:32G NodeAddr=g7 "
     "NodeHostName=g7 Version=25.11.3 OS=Linux 5.14.0 #1 SMP PREEMPT_DYNAMIC Fri Oct 31 13:55:05 "
     "UTC 2025 RealMemory=384000 AllocMem=0 FreeMem=155290 Sockets=4 Boards=1 CoreSpecCount=2 "
     "CPUSpecList=71,95 State=IDLE+DRAIN ThreadsPerCore=1 TmpDisk=0 Weight=10 Owner=N/A "
     "MCS_label=N/A Partitions=lab-gpu,shared-gpu BootTime=2026-02-26T09:43:05 "
     "SlurmdStartTime=2026-03-31T13:59:26 LastBusyTime=2026-04-29T12:48:47 ResumeAfterTime=None "
     "CfgTRES=cpu=94,mem=375G,billing=231,gres/gpu=4,gres/gpu:nvidia_geforce_rtx_5090=4 AllocTRES= "
     "CurrentWatts=n/a AveWatts=n/a Reason=stuck [root@2026-04-29T03:06:18]",
     94,
     4,
     1,
     {{"nvidia_geforce_rtx_5090", 4}},
     "drained",
     "lab-gpu shared-gpu"},
    // giovtorres/slurm-docker-cluster, as a public notebook of April 2026 shows it.
    {"25.11.4",
     "NodeName=c5 Arch=aarch64 CoresPerSocket=12  CPUAlloc=0 CPUEfctv=12 CPUTot=12 CPULoad=0.26 "
     "AvailableFeatures=cpu ActiveFeatures=cpu Gres=(null) NodeAddr=10.0.0.5 NodeHostName=c5 "
     "Version=25.11.4 OS=Linux 6.10.14 #1 SMP Thu Aug 14 19:26:13 UTC 2025  RealMemory=7837 "
     "AllocMem=0 FreeMem=404 Sockets=1 Boards=1 State=IDLE+DYNAMIC_NORM ThreadsPerCore=1 TmpDisk=0 "
     "Weight=1 Owner=N/A MCS_label=N/A Partitions=cpu  BootTime=2026-04-18T16:55:46 "
     "SlurmdStartTime=2026-04-20T11:38:57 LastBusyTime=2026-04-21T06:06:22 ResumeAfterTime=None "
     "CfgTRES=cpu=12,mem=7837M,billing=12 AllocTRES= CurrentWatts=0 AveWatts=0",
     12,
     1,
     1,
     {},
     "",
     "cpu"},
    // SckyzO/slurm_exporter, test_data/slurm-26.05.2/scontrol_nodes.txt: a SuspendTime, which no
    // version before has here.
    {"26.05.2",
     "NodeName=g6 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=1.20 "
     "AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:model_a:4 NodeAddr=g6 "
     "NodeHostName=g6 Version=26.05.2 OS=Linux 6.1.0 #1 SMP RealMemory=31000 AllocMem=0 "
     "FreeMem=9000 Sockets=1 Boards=1 State=IDLE+DYNAMIC_NORM ThreadsPerCore=2 TmpDisk=0 Weight=1 "
     "Owner=N/A MCS_label=N/A Partitions=gpu  BootTime=2026-07-01T08:00:00 "
     "SlurmdStartTime=2026-07-01T08:01:00 LastBusyTime=2026-07-02T08:00:00 ResumeAfterTime=None "
     "SuspendTime=INFINITE CfgTRES=cpu=32,mem=31000M,billing=32 AllocTRES= CurrentWatts=0 "
     "AveWatts=0 ",
     32,
     1,
     2,
     {{"model_a", 4}},
     "",
     "gpu"},
};

std::string Said(const NodeCondition& condition) {
  std::vector<std::string> words;
  if (condition.is_down) words.push_back("down");
  if (condition.is_drained) words.push_back("drained");
  if (condition.is_in_maintenance) words.push_back("maintenance");
  if (condition.is_reserved) words.push_back("reserved");
  return absl::StrJoin(words, " ");
}

TEST(ScontrolPublicTest, NodesHaveTheirCoresAndGpus) {
  for (const NodeCase& one : kNodes) {
    const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(one.line);
    ASSERT_TRUE(node.ok()) << one.version << ": " << node.status();
    EXPECT_TRUE(node->gpus_read.ok()) << one.version << ": " << node->gpus_read;
    EXPECT_EQ(node->core_count, one.core_count) << one.version;
    EXPECT_EQ(node->socket_count, one.socket_count) << one.version;
    EXPECT_EQ(node->threads_per_core, one.threads_per_core) << one.version;
    EXPECT_EQ(node->gpu_counts, one.gpu_counts) << one.version;
    EXPECT_EQ(Said(node->condition), one.condition) << one.version;
    EXPECT_EQ(absl::StrJoin(node->partitions, " "), one.partitions) << one.version;
    EXPECT_TRUE(node->exists) << one.version;
  }
}

std::string Line(absl::string_view gres, absl::string_view state, absl::string_view rest = "") {
  return absl::StrCat("NodeName=n1 CPUEfctv=32 CPUTot=32 Gres=", gres, " Sockets=1 State=", state,
                      " ThreadsPerCore=2 Partitions=main ", rest);
}

TEST(ScontrolPublicTest, GpusAreCountedByModel) {
  const struct {
    const char* gres;
    GpuCounts counts;
  } kCases[] = {
      // SckyzO/slurm_exporter, test_data/slurm-25.11.1-1/sinfo_gpus_total.txt.
      {"gpu:NVlink_A100_40GB:4(S:0-1)", {{"nvlink_a100_40gb", 4}}},
      {"gpu:NVlink_A800_80GB:4(S:0-1)", {{"nvlink_a800_80gb", 4}}},
      {"gpu:nvidia_a100_1g.5gb:21(S:0-1)", {{"nvidia_a100_1g.5gb", 21}}},
      {"gpu:tesla_v100-sxm3-32gb:16", {{"tesla_v100-sxm3-32gb", 16}}},
      {"gpu:NVlink_A100_40GB:3", {{"nvlink_a100_40gb", 3}}},
      // basnijholt/slurm-usage, issue 11.
      {"gpu:8(S:0-3)", {{"", 8}}},
      // OSC/ood_core, issue 973.
      {"gpu:nvidia_h200_nvl_4g.71gb:2(S:0)", {{"nvidia_h200_nvl_4g.71gb", 2}}},
      // irush-cs/slurm-scripts, t/split_gres.t: a model alone is one GPU.
      {"gpu:m60", {{"m60", 1}}},
      {"gpu:m60:no_consume:2", {{"m60", 2}}},
      // https://hpc-community.unige.ch/t/4260 (25.11): commas within parentheses.
      {"gpu:nvidia_h100_nvl:1(S:2),VramPerGpu:no_consume:94G", {{"nvidia_h100_nvl", 1}}},
      {"gpu:nvidia_geforce_rtx_3090:8(S:1-3,5-7),VramPerGpu:no_consume:24G",
       {{"nvidia_geforce_rtx_3090", 8}}},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(Line(one.gres, "IDLE"));
    ASSERT_TRUE(node.ok()) << one.gres << ": " << node.status();
    EXPECT_TRUE(node->gpus_read.ok()) << one.gres << ": " << node->gpus_read;
    EXPECT_EQ(node->gpu_counts, one.counts) << one.gres;
  }
}

// SckyzO/slurm_exporter, test_data/scontrol_nodes_reservation.txt (25.11.2): seven nodes of 32
// cores, four of them in a maintenance that has begun.
TEST(ScontrolPublicTest, AClusterInAMaintenanceIsCountedByState) {
  const char* const kStates[] = {
      "MIXED+DRAIN+DYNAMIC_NORM+MAINTENANCE+RESERVED",
      "MIXED+DYNAMIC_NORM+MAINTENANCE+RESERVED+PLANNED",
      "MIXED+DYNAMIC_NORM+MAINTENANCE+RESERVED",
      "IDLE+DRAIN+DYNAMIC_NORM+MAINTENANCE+RESERVED",
      "IDLE+DYNAMIC_NORM+RESERVED",
      "IDLE+DYNAMIC_NORM",
      "IDLE+DYNAMIC_NORM",
  };
  ClusterText cluster;
  for (const char* state : kStates) {
    absl::StatusOr<ScontrolNode> node =
        ParseScontrolNode(Line("(null)", state,
                               "AllocTRES=mem=1G CurrentWatts=0 AveWatts=0 "
                               "Reason=new_disks [root@2026-02-01T08:00:00] ReservationName=m"));
    ASSERT_TRUE(node.ok()) << state << ": " << node.status();
    node->name = absl::StrCat("c", cluster.nodes.size());
    cluster.nodes.push_back(*std::move(node));
  }
  Means means;
  AddMeans(cluster, {}, means);
  EXPECT_THAT(means, ElementsAre(Pair("cpu", ResourceMeans{{2, 0, 0, 4, 1}, {64, 0, 0, 128, 32}})));
}

// The user guide of AWS PCS (25.05.5): of a node in a cloud, its instance stands behind the reason.
TEST(ScontrolPublicTest, ANodeOfACloudMayBeIdleAsleepOrOnItsWayThere) {
  for (const char* line :
       {"NodeName=i1 CoresPerSocket=2 CPUAlloc=0 CPUEfctv=4 CPUTot=4 Gres=gpu:H100:1 Sockets=1 "
        "State=IDLE+CLOUD ThreadsPerCore=2 Partitions=q AllocTRES= Reason=Keep the least number "
        "[root@2026-01-01T08:00:00] InstanceId=i-1 InstanceType=p5.4xlarge",
        "NodeName=i1 CoresPerSocket=2 CPUAlloc=0 CPUEfctv=4 CPUTot=4 CPULoad=0.00 Gres=gpu:H100:1 "
        "NodeAddr=i1 NodeHostName=i1 RealMemory=1 AllocMem=0 FreeMem=N/A Sockets=1 Boards=1 "
        "State=IDLE+CLOUD+POWERING_DOWN ThreadsPerCore=2 Partitions=q BootTime=None "
        "SlurmdStartTime=None LastBusyTime=Unknown ResumeAfterTime=None CfgTRES=cpu=4 "
        "AllocTRES="}) {
    const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(line);
    ASSERT_TRUE(node.ok()) << line << ": " << node.status();
    EXPECT_EQ(node->core_count, 4);
    EXPECT_THAT(node->gpu_counts, ElementsAre(Pair("h100", 1)));
    EXPECT_EQ(Said(node->condition), "");
  }
}

}  // namespace
}  // namespace mesolys::agent
