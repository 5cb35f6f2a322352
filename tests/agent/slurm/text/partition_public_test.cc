// Partitions and reservations of the forms, and with the figures, that public test data show of
// Slurm 23.11 to 25.11. The words are our own; what each entry follows is named beside it.

#include "agent/slurm/text/scontrol_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::IsEmpty;

// yanting-yang/cli, test_slurm.py in tests/ (25.05.9).
TEST(PartitionPublicTest, PartitionsHaveTheirLimitsAndWhomTheyTake) {
  const char kLong[] =
      "PartitionName=long AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=NO "
      "QoS=N/A DefaultTime=NONE DisableRootJobs=NO ExclusiveUser=NO ExclusiveTopo=NO GraceTime=0 "
      "Hidden=NO MaxNodes=UNLIMITED MaxTime=03:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED "
      "MaxCPUsPerSocket=UNLIMITED Nodes=c[001-168] PriorityJobFactor=1 PriorityTier=1 RootOnly=NO "
      "ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF State=UP TotalCPUs=10752 "
      "TotalNodes=168 SelectTypeParameters=NONE JobDefaults=(null) DefMemPerNode=UNLIMITED "
      "MaxMemPerNode=UNLIMITED TRES=cpu=10752,mem=84000G,node=168,billing=1 "
      "TRESBillingWeights=cpu=1016.67,mem=48.41G";
  const absl::StatusOr<ScontrolPartition> open = ParseScontrolPartition(kLong);
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->state, ScontrolPartition::State::kUp);
  EXPECT_EQ(open->time_limit_seconds, 10'800);
  EXPECT_EQ(open->nodes_max, 0);
  EXPECT_EQ(open->cores_per_node_max, 0);
  EXPECT_FALSE(open->is_for_root_only);
  EXPECT_EQ(ParsePartitionAccess(kLong).value_or(PartitionAccess{"bad"}), PartitionAccess{"long"});

  const char kDrained[] =
      "PartitionName=short AllowGroups=lab,admins AllowAccounts=lab-a,lab-b DenyQos=low "
      "AllowQos=ALL AllocNodes=ALL Default=YES QoS=interac DefaultTime=01:00:00 DisableRootJobs=NO "
      "ExclusiveUser=NO MaxNodes=2 MaxTime=UNLIMITED Nodes=c1 RootOnly=NO ReqResv=NO State=DRAIN";
  const absl::StatusOr<ScontrolPartition> drained = ParseScontrolPartition(kDrained);
  ASSERT_TRUE(drained.ok()) << drained.status();
  EXPECT_EQ(drained->state, ScontrolPartition::State::kDrained);
  EXPECT_EQ(drained->time_limit_seconds, 0);
  EXPECT_EQ(drained->nodes_max, 2);
  EXPECT_EQ(ParsePartitionAccess(kDrained).value_or(PartitionAccess()),
            (PartitionAccess{"short", "interac", {"lab-a", "lab-b"}, {}, {}, {"low"}}));
}

// giovtorres/slurm-docker-cluster, as a public notebook of April 2026 shows it (25.11.4).
TEST(PartitionPublicTest, APartitionMayHaveNoNodesYet) {
  const char kEmpty[] =
      "PartitionName=gpu AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=NO "
      "QoS=N/A DefaultTime=NONE DisableRootJobs=NO ExclusiveUser=NO ExclusiveTopo=NO GraceTime=0 "
      "Hidden=NO MaxNodes=UNLIMITED MaxTime=UNLIMITED MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED "
      "MaxCPUsPerSocket=UNLIMITED NodeSets=gpu_nodes Nodes=(null) PriorityJobFactor=1 "
      "PriorityTier=1 RootOnly=NO ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF "
      "State=UP TotalCPUs=0 TotalNodes=0 SelectTypeParameters=NONE JobDefaults=(null) "
      "DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED TRES=(null)";
  const absl::StatusOr<ScontrolPartition> empty = ParseScontrolPartition(kEmpty);
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->state, ScontrolPartition::State::kUp);
  EXPECT_EQ(empty->time_limit_seconds, 0);
  EXPECT_EQ(empty->cores_per_socket_max, 0);
  EXPECT_EQ(ParsePartitionAccess(kEmpty).value_or(PartitionAccess{"bad"}), PartitionAccess{"gpu"});
}

TEST(PartitionPublicTest, ReservationsHoldTheirNodes) {
  const struct {
    const char* line;
    size_t node_count;
    const char* last;
    bool is_active;
    bool is_maintenance;
  } kCases[] = {
      // ruiawang/slurm_exporter, test_data/sreservations.txt (23.11.10).
      {"ReservationName=big StartTime=2026-10-06T09:00:00 EndTime=2026-10-06T18:00:00 "
       "Duration=09:00:00 Nodes=c[001-102] NodeCnt=102 CoreCnt=25152 Features=(null) "
       "PartitionName=main Flags=SPEC_NODES,ALL_NODES TRES=cpu=25152 Users=root Groups=(null) "
       "Accounts=(null) Licenses=(null) State=INACTIVE BurstBuffer=(null) Watts=n/a "
       "MaxStartDelay=(null)",
       102, "c102", false, false},
      // rackslab/Slurm-web, slurmweb/tests/assets/slurmrestd/24.05/slurm-reservations.json; that of
      // 24.11 differs in CoreCnt=128 alone.
      {"ReservationName=course StartTime=2024-11-21T14:00:00 EndTime=2024-11-21T18:00:00 "
       "Duration=04:00:00 Nodes=c[1-2] NodeCnt=2 CoreCnt=4 Features=(null) PartitionName=main "
       "Flags=IGNORE_JOBS,ANY_NODES,PART_NODES,SPEC_NODES,FLEX,PURGE_COMP=00:05:00 TRES=cpu=4 "
       "Users=(null) Groups=(null) Accounts=lab_a,lab_b Licenses=(null) State=ACTIVE "
       "BurstBuffer=(null) MaxStartDelay=(null)",
       2, "c2", true, false},
      // SckyzO/slurm_exporter, test_data/reservations_relative_time.txt (25.11): hours alone.
      {"ReservationName=m StartTime=14:24:22 EndTime=16:24:22 Duration=02:00:00 Nodes=c[1-4] "
       "NodeCnt=4 CoreCnt=64 Features=(null) PartitionName=(null) Flags=MAINT,SPEC_NODES "
       "TRES=cpu=128 AllowedPartitions=(null) QOS=(null) Users=root Groups=(null) Accounts=(null) "
       "Licenses=(null) State=ACTIVE BurstBuffer=(null) MaxStartDelay=(null)",
       4, "c4", true, true},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<ScontrolReservation> read = ParseScontrolReservation(one.line);
    ASSERT_TRUE(read.ok()) << one.line << ": " << read.status();
    ASSERT_EQ(read->nodes.size(), one.node_count) << one.line;
    EXPECT_EQ(*read->nodes.rbegin(), one.last);
    EXPECT_THAT(read->cores, IsEmpty());
    EXPECT_EQ(read->is_active, one.is_active) << one.line;
    EXPECT_EQ(read->is_maintenance, one.is_maintenance) << one.line;
  }
}

}  // namespace
}  // namespace mesolys::agent
