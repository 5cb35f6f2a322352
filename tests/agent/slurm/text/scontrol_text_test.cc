#include "agent/slurm/text/scontrol_text.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_scontrol.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

ScontrolNode Node(absl::string_view line) {
  const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(line);
  EXPECT_TRUE(node.ok()) << line << ": " << node.status();
  return node.value_or(ScontrolNode());
}

TEST(ScontrolNodeTest, ReadsWhatANodeHas) {
  const ScontrolNode node =
      Node(FakeScontrol::Node("n1", "IDLE", "gpu:A100:4(S:0-1),gpu:v100:2,shard:8", "main,low"));
  EXPECT_EQ(node.name, "n1");
  EXPECT_EQ(node.core_count, 32);
  EXPECT_EQ(node.socket_count, 2);
  EXPECT_THAT(node.gpu_counts, ElementsAre(Pair("a100", 4), Pair("v100", 2)));
  EXPECT_THAT(node.gpu_parts, ElementsAre(Pair("shard", 8)));
  EXPECT_THAT(node.partitions, ElementsAre("main", "low"));
  EXPECT_TRUE(node.exists);
}

TEST(ScontrolNodeTest, CountsGpusWithAndWithoutAModel) {
  const struct {
    const char* gres;
    std::map<std::string, int64_t> counts;
  } kCases[] = {
      {"(null)", {}},
      {"gpu:4", {{"", 4}}},
      {"gpu", {{"", 1}}},
      {"gpu:m60", {{"m60", 1}}},
      {"gpu:m60:no_consume:2", {{"m60", 2}}},
      {"gpu:no_consume:2", {{"", 2}}},
      {"gpu:0", {}},
      {"gpu:a100:2(S:0),gpu:a100:2(S:1)", {{"a100", 4}}},
      {"gpu:a100:2(IDX:0,2),gpu:t4:1", {{"a100", 2}, {"t4", 1}}},
      {"shard:a100:8,mps:100,craynetwork:4", {}},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(Node(FakeScontrol::Node("n1", "IDLE", one.gres)).gpu_counts, one.counts) << one.gres;
  }
}

TEST(ScontrolNodeTest, CountsThePartsOfGpusThatJobsShare) {
  const ScontrolNode node =
      Node(FakeScontrol::Node("n1", "IDLE", "gpu:V100:4,shard:V100:16(S:0-1),mps:400"));
  EXPECT_THAT(node.gpu_parts, ElementsAre(Pair("mps", 400), Pair("shard-v100", 16)));
}

// What a state means for somebody who plans with the node.
TEST(ScontrolNodeTest, KnowsTheStates) {
  const struct {
    const char* state;
    const char* meant;
  } kCases[] = {
      {"IDLE", ""},
      {"ALLOCATED", ""},
      {"MIXED", ""},
      {"MIXED+PLANNED", ""},
      {"ALLOCATED+COMPLETING", ""},
      {"IDLE+CLOUD+POWERED_DOWN", ""},
      {"IDLE~", ""},
      {"IDLE+DYNAMIC_NORM", ""},
      {"IDLE+REBOOT_REQUESTED", ""},
      {"IDLE+SOMETHING_NEW", ""},
      {"IDLE+BLOCKED", ""},
      {"IDLE*", "down"},
      {"IDLE+NOT_RESPONDING", "down"},
      {"DOWN", "down"},
      {"DOWN*", "down"},
      {"DOWN+NOT_RESPONDING", "down"},
      {"DOWN+REBOOT_ISSUED", "down"},
      {"ERROR", "down"},
      {"UNKNOWN", "down"},
      {"IDLE+INVALID_REG", "down"},
      {"IDLE+DRAIN", "drained"},
      {"MIXED+DRAIN", "drained"},
      {"ALLOCATED+DRAIN+MAINTENANCE+RESERVED", "drained maintenance reserved"},
      {"DOWN*+DRAIN", "down drained"},
      {"DOWN+DRAIN+INVALID_REG", "down drained"},
      {"IDLE+FAIL", "drained"},
      {"IDLE+MAINTENANCE", "maintenance"},
      {"IDLE+RESERVED", "reserved"},
      {"MAINT", "maintenance"},
      {"DRAINED", "drained"},
  };
  for (const auto& one : kCases) {
    const NodeCondition condition = Node(FakeScontrol::Node("n1", one.state)).condition;
    std::string meant;
    for (const auto& [is_so, word] :
         {std::pair(condition.is_down, "down"), std::pair(condition.is_drained, "drained"),
          std::pair(condition.is_in_maintenance, "maintenance"),
          std::pair(condition.is_reserved, "reserved")}) {
      if (is_so) absl::StrAppend(&meant, meant.empty() ? "" : " ", word);
    }
    EXPECT_EQ(meant, one.meant) << one.state;
  }
  EXPECT_FALSE(Node(FakeScontrol::Node("n1", "FUTURE")).exists);
}

// Reasons and comments are whatever somebody typed.
TEST(ScontrolNodeTest, BelievesNothingThatPeopleWrite) {
  const std::string line = FakeScontrol::Node("n1", "IDLE+DRAIN");
  for (const char* text : {"Reason=bad State=IDLE CPUEfctv=99", "Comment=State=IDLE NodeName=n2",
                           "Extra=x Gres=gpu:a100:800", "Reason=", "Reason"}) {
    const ScontrolNode node = Node(absl::StrCat(line, text));
    EXPECT_TRUE(node.condition.is_drained) << text;
    EXPECT_EQ(node.core_count, 32) << text;
    EXPECT_THAT(node.gpu_counts, IsEmpty()) << text;
  }
}

TEST(ScontrolNodeTest, RefusesALineThatNoNodeHas) {
  const std::string good = FakeScontrol::Node("n1", "IDLE", "gpu:a100:4");
  const struct {
    std::string line;
    const char* why;
  } kCases[] = {
      {"", "the line has no NodeName="},
      {"garbage", "begins with NodeName="},
      {"\xff\xfe NodeName=n1", "begins with NodeName="},
      {"NodeName= State=IDLE", "give 1 to 255 bytes"},
      {"NodeName=n1", "the line has no State="},
      {"NodeName=n1 State=IDLE", "the line has no CPUTot="},
      {good + "State=DOWN", "State may stand in it once"},
      {absl::StrReplaceAll(good, {{"State=IDLE", "State=SINGING"}}), "State is \"SINGING\""},
      {absl::StrReplaceAll(good, {{"CPUEfctv=32", "CPUEfctv=-1"}}), "CPUEfctv is \"-1\""},
      {absl::StrReplaceAll(good, {{"CPUEfctv=32", "CPUEfctv=1e9"}}), "give a number"},
      {absl::StrReplaceAll(good, {{"CPUEfctv=32", "CPUEfctv=18446744073709551614"}}),
       "give a number"},
      {absl::StrReplaceAll(good, {{"CPUEfctv=32", "CPUEfctv=0"}}), "give a number from 1"},
      {absl::StrReplaceAll(good, {{"ThreadsPerCore=1", ""}}), "no ThreadsPerCore="},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(one.line);
    EXPECT_EQ(node.status().code(), absl::StatusCode::kInvalidArgument) << one.line;
    EXPECT_THAT(std::string(node.status().message()), HasSubstr(one.why)) << one.line;
  }
}

TEST(ScontrolNodeTest, GpusThatCannotBeReadCostANodeNothingElse) {
  const struct {
    const char* gres;
    const char* why;
    std::map<std::string, int64_t> counts;
  } kCases[] = {
      {"gpu:a100:x", "the count of GPUs", {}},
      {"gpu:a100:1:4", "gpu:MODEL:COUNT", {}},
      {"gpu:a100:4(S:0", "parentheses", {}},
      {"gpu:a/b:4", "the model of a GPU", {}},
      {"gpu:a/b:4,gpu:v100:2", "the model of a GPU", {{"v100", 2}}},
      {"gpu:nvidia_a100_1g.5gb:21(S:0-1)", "", {{"nvidia_a100_1g.5gb", 21}}},
      {"gpu:NVlink_A100_40GB:4(S:0-1),shard:16(S:0-1)", "", {{"nvlink_a100_40gb", 4}}},
  };
  for (const auto& one : kCases) {
    const ScontrolNode node = Node(FakeScontrol::Node("n1", "IDLE", one.gres));
    EXPECT_EQ(node.core_count, 32) << one.gres;
    EXPECT_EQ(node.gpu_counts, one.counts) << one.gres;
    EXPECT_EQ(node.gpus_read.ok(), *one.why == '\0') << one.gres;
    EXPECT_THAT(std::string(node.gpus_read.message()), HasSubstr(one.why));
  }
}

TEST(ScontrolPartitionTest, ReadsItsRules) {
  const auto partition = ParseScontrolPartition(
      "PartitionName=low RootOnly=YES ReqResv=YES MaxCPUsPerNode=8 MaxCPUsPerSocket=UNLIMITED "
      "MaxTime=1-02:00:00 MaxNodes=4 Nodes=n[1-3] State=DRAIN TotalCPUs=96");
  ASSERT_TRUE(partition.ok()) << partition.status();
  EXPECT_EQ(partition->name, "low");
  EXPECT_EQ(partition->state, ScontrolPartition::State::kDrained);
  EXPECT_TRUE(partition->is_for_root_only);
  EXPECT_TRUE(partition->needs_reservation);
  EXPECT_EQ(partition->cores_per_node_max, 8);
  EXPECT_EQ(partition->cores_per_socket_max, 0);
  EXPECT_EQ(partition->time_limit_seconds, 26 * 3600);
  EXPECT_EQ(partition->nodes_max, 4);
}

TEST(ScontrolPartitionTest, HasNoLimitsWhereItNamesNoneThatIsUnderstood) {
  for (const char* line :
       {"PartitionName=p State=UP", "PartitionName=p State=UP MaxTime=UNLIMITED MaxNodes=UNLIMITED",
        "PartitionName=p State=UP MaxTime=soon MaxNodes=-1"}) {
    const auto partition = ParseScontrolPartition(line);
    ASSERT_TRUE(partition.ok()) << partition.status();
    EXPECT_EQ(partition->time_limit_seconds, 0) << line;
    EXPECT_EQ(partition->nodes_max, 0) << line;
  }
}

TEST(ScontrolPartitionTest, RefusesALineThatNoPartitionHas) {
  for (const char* line :
       {"", "NodeName=n1 State=UP", "PartitionName=", "PartitionName=p", "PartitionName=p State=ON",
        "PartitionName=p State=UP State=UP", "PartitionName=p State=UP RootOnly=PERHAPS",
        "PartitionName=p State=UP MaxCPUsPerNode=-3"}) {
    EXPECT_EQ(ParseScontrolPartition(line).status().code(), absl::StatusCode::kInvalidArgument)
        << line;
  }
}

TEST(ScontrolPartitionTest, KnowsWhomItTakes) {
  const absl::StatusOr<PartitionAccess> all = ParsePartitionAccess(
      "PartitionName=main AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL QoS=N/A State=UP");
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(*all, (PartitionAccess{"main", "", {}, {}, {}, {}}));
  // Accounts may hold blanks.
  const absl::StatusOr<PartitionAccess> some = ParsePartitionAccess(
      "PartitionName=low AllowAccounts=lab old,P1 AllowQos=A,b QoS=Part_Low State=UP");
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_EQ(*some, (PartitionAccess{"low", "part_low", {"lab old", "p1"}, {}, {"a", "b"}, {}}));
  const absl::StatusOr<PartitionAccess> denied = ParsePartitionAccess(
      "PartitionName=low DenyAccounts=p2 DenyQos=c OS=Linux 6 #1 State=UP Comment=QoS=x");
  ASSERT_TRUE(denied.ok()) << denied.status();
  EXPECT_EQ(*denied, (PartitionAccess{"low", "", {}, {"p2"}, {}, {"c"}}));
  EXPECT_FALSE(ParsePartitionAccess("QoS=x PartitionName=low").ok());
}

TEST(ScontrolReservationTest, ReadsWhatItHolds) {
  const auto whole = ParseScontrolReservation(
      "ReservationName=m StartTime=1 Nodes=n[1-2] NodeCnt=2 Flags=MAINT,SPEC_NODES TRES=cpu=64 "
      "State=ACTIVE MaxStartDelay=(null)");
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_TRUE(whole->is_active);
  EXPECT_TRUE(whole->is_maintenance);
  EXPECT_THAT(whole->nodes, ElementsAre("n1", "n2"));
  EXPECT_THAT(whole->cores, IsEmpty());
  const auto part = ParseScontrolReservation(
      "ReservationName=p Nodes=n[1-2] NodeCnt=2 Flags=   NodeName=n1 CoreIDs=0-2,7   NodeName=n2 "
      "CoreIDs=4 TRES=cpu=5 State=INACTIVE");
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_FALSE(part->is_active);
  EXPECT_FALSE(part->is_maintenance);
  EXPECT_THAT(part->cores,
              ElementsAre(Pair("n1", ElementsAre(0, 1, 2, 7)), Pair("n2", ElementsAre(4))));
}

TEST(ScontrolReservationTest, MayHoldNoNodes) {
  const auto licenses =
      ParseScontrolReservation("ReservationName=l Nodes=(null) Flags= State=ACTIVE");
  ASSERT_TRUE(licenses.ok()) << licenses.status();
  EXPECT_THAT(licenses->nodes, IsEmpty());
}

TEST(ScontrolReservationTest, RefusesALineThatNoReservationHas) {
  for (const char* line :
       {"", "PartitionName=p State=UP", "ReservationName=r", "ReservationName=r State=SOON",
        "ReservationName=r Nodes=n[1 State=ACTIVE", "ReservationName=r State=ACTIVE CoreIDs=1",
        "ReservationName=r State=ACTIVE NodeName=n1 CoreIDs=x",
        "ReservationName=r State=ACTIVE NodeName=n1 CoreIDs=0-999999999",
        "ReservationName=r State=ACTIVE NodeName=n1 CoreIDs=0-60000 NodeName=n2 CoreIDs=0-60000"}) {
    EXPECT_EQ(ParseScontrolReservation(line).status().code(), absl::StatusCode::kInvalidArgument)
        << line;
  }
}

}  // namespace
}  // namespace mesolys::agent
