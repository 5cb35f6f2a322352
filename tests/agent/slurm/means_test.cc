#include "agent/slurm/means.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

ScontrolNode Node(const std::string& name, NodeCondition condition = {}) {
  ScontrolNode node;
  node.name = name;
  node.core_count = 32;
  node.socket_count = 2;
  node.partitions = {"main"};
  node.condition = condition;
  return node;
}

NodeCondition Down() { return {true, false, false, false}; }
NodeCondition Drained() { return {false, true, false, false}; }
NodeCondition Maintained() { return {false, false, true, true}; }
NodeCondition Reserved() { return {false, false, false, true}; }

Means Of(const ClusterText& cluster, const std::vector<std::string>& counted = {}) {
  Means means;
  AddMeans(cluster, counted, means);
  return means;
}

ScontrolPartition Main() {
  ScontrolPartition partition;
  partition.name = "main";
  return partition;
}

TEST(MeansTest, CountEachNodeInOneState) {
  NodeCondition broken_in_maintenance = Maintained();
  broken_in_maintenance.is_down = true;
  broken_in_maintenance.is_drained = true;
  NodeCondition down_and_drained = Down();
  down_and_drained.is_drained = true;
  const Means means =
      Of({{Node("n1"), Node("n2", Down()), Node("n3", Drained()), Node("n4", Maintained()),
           Node("n5", Reserved()), Node("n6", broken_in_maintenance), Node("n7", down_and_drained)},
          {Main()},
          {}});
  const MeansCount nodes = {1, 2, 1, 2, 1};
  const MeansCount cores = {32, 64, 32, 64, 32};
  EXPECT_THAT(means, ElementsAre(Pair("cpu", ResourceMeans{nodes, cores})));
  EXPECT_EQ(nodes.Total(), 7);
}

TEST(MeansTest, CountGpusByModel) {
  ScontrolNode both = Node("n1");
  both.gpu_counts = {{"a100", 4}, {"t4", 2}};
  ScontrolNode drained = Node("n2", Drained());
  drained.gpu_counts = {{"a100", 4}};
  ScontrolNode untyped = Node("n3");
  untyped.gpu_counts = {{"", 1}};
  const Means means = Of({{both, drained, untyped}, {Main()}, {}});
  EXPECT_EQ(means.at("gpu-a100"), (ResourceMeans{{1, 0, 1, 0, 0}, {4, 0, 4, 0, 0}}));
  EXPECT_EQ(means.at("gpu-t4"), (ResourceMeans{{1, 0, 0, 0, 0}, {2, 0, 0, 0, 0}}));
  EXPECT_EQ(means.at("gpu"), (ResourceMeans{{1, 0, 0, 0, 0}, {1, 0, 0, 0, 0}}));
  EXPECT_EQ(means.at("cpu").units.Total(), 96);
}

TEST(MeansTest, DoNotCountANodeThatIsStillToCome) {
  ScontrolNode future = Node("n1");
  future.exists = false;
  EXPECT_THAT(Of({{future}, {Main()}, {}}), IsEmpty());
}

// A node is no better than the best of its partitions.
TEST(MeansTest, FollowTheRulesOfPartitions) {
  using State = ScontrolPartition::State;
  const struct {
    const char* what;
    State state;
    bool root_only;
    bool needs_reservation;
    MeansCount nodes;
  } kCases[] = {
      {"up", State::kUp, false, false, {1, 0, 0, 0, 0}},
      {"down", State::kDown, false, false, {0, 1, 0, 0, 0}},
      {"drained", State::kDrained, false, false, {0, 0, 1, 0, 0}},
      {"root only", State::kUp, true, false, {0, 1, 0, 0, 0}},
      {"reservations only", State::kUp, false, true, {0, 0, 0, 0, 1}},
  };
  for (const auto& one : kCases) {
    ScontrolPartition partition = Main();
    partition.state = one.state;
    partition.is_for_root_only = one.root_only;
    partition.needs_reservation = one.needs_reservation;
    EXPECT_EQ(Of({{Node("n1")}, {partition}, {}}).at("cpu").nodes, one.nodes) << one.what;
    ScontrolNode in_two = Node("n1");
    in_two.partitions = {"main", "low"};
    EXPECT_EQ(Of({{in_two}, {partition}, {}}).at("cpu").nodes, (MeansCount{1, 0, 0, 0, 0}))
        << one.what << ", and another that closes nothing";
  }
}

TEST(MeansTest, AreNoneOfAnybodyWhereNoPartitionLeads) {
  ScontrolNode alone = Node("n1");
  alone.partitions.clear();
  EXPECT_EQ(Of({{alone}, {Main()}, {}}).at("cpu"),
            (ResourceMeans{{0, 1, 0, 0, 0}, {0, 32, 0, 0, 0}}));
}

TEST(MeansTest, HaveNoMoreCoresThanAPartitionAllows) {
  ScontrolPartition main = Main();
  main.cores_per_node_max = 24;
  EXPECT_EQ(Of({{Node("n1")}, {main}, {}}).at("cpu").units.available, 24);
  main.cores_per_socket_max = 10;
  EXPECT_EQ(Of({{Node("n1")}, {main}, {}}).at("cpu").units.available, 20);
  ScontrolPartition wide;
  wide.name = "wide";
  ScontrolNode in_two = Node("n1");
  in_two.partitions = {"main", "wide"};
  EXPECT_EQ(Of({{in_two}, {main, wide}, {}}).at("cpu").units.available, 32);
}

TEST(MeansTest, CountOnlyThePartitionsThatAreAskedFor) {
  ScontrolNode other = Node("n2");
  other.partitions = {"lab"};
  EXPECT_EQ(Of({{Node("n1"), other}, {Main()}, {}}, {"main"}).at("cpu").nodes.Total(), 1);
  EXPECT_EQ(Of({{Node("n1"), other}, {Main()}, {}}, {"main", "lab"}).at("cpu").nodes.Total(), 2);
  EXPECT_EQ(Of({{Node("n1"), other}, {Main()}, {}}).at("cpu").nodes.Total(), 2);
}

ScontrolReservation Holding(const std::string& node, std::set<int64_t> cores) {
  ScontrolReservation reservation;
  reservation.name = "r";
  reservation.is_active = true;
  reservation.nodes = {node};
  if (!cores.empty()) reservation.cores[node] = std::move(cores);
  return reservation;
}

TEST(MeansTest, LeaveTheRestOfANodeOfWhichAPartIsReserved) {
  ScontrolNode node = Node("n1", Reserved());
  node.gpu_counts = {{"a100", 4}};
  const Means means = Of({{node}, {Main()}, {Holding("n1", {0, 1, 2}), Holding("n1", {2, 3})}});
  EXPECT_EQ(means.at("cpu"), (ResourceMeans{{1, 0, 0, 0, 0}, {28, 0, 0, 0, 4}}));
  EXPECT_EQ(means.at("gpu-a100"), (ResourceMeans{{1, 0, 0, 0, 0}, {4, 0, 0, 0, 0}}));
}

TEST(MeansTest, CountThreadsOfReservedCores) {
  ScontrolNode node = Node("n1", Reserved());
  node.threads_per_core = 2;
  EXPECT_EQ(Of({{node}, {Main()}, {Holding("n1", {0, 1})}}).at("cpu").units,
            (MeansCount{28, 0, 0, 0, 4}));
}

TEST(MeansTest, TakeANodeForReservedAsAWholeUnlessAllItsReservationsNameCores) {
  const MeansCount all = {0, 0, 0, 0, 32};
  const ScontrolNode node = Node("n1", Reserved());
  EXPECT_EQ(Of({{node}, {Main()}, {}}).at("cpu").units, all);
  EXPECT_EQ(Of({{node}, {Main()}, {Holding("n2", {0})}}).at("cpu").units, all);
  EXPECT_EQ(Of({{node}, {Main()}, {Holding("n1", {})}}).at("cpu").units, all);
  EXPECT_EQ(Of({{node}, {Main()}, {Holding("n1", {0}), Holding("n1", {})}}).at("cpu").units, all);
  ScontrolReservation later = Holding("n1", {});
  later.is_active = false;
  EXPECT_EQ(Of({{node}, {Main()}, {Holding("n1", {0}), later}}).at("cpu").units,
            (MeansCount{31, 0, 0, 0, 1}));
}

TEST(MeansTest, AddUpOverClusters) {
  Means means = Of({{Node("n1")}, {Main()}, {}});
  AddMeans({{Node("n1", Down())}, {Main()}, {}}, {}, means);
  EXPECT_EQ(means.at("cpu"), (ResourceMeans{{1, 1, 0, 0, 0}, {32, 32, 0, 0, 0}}));
}

}  // namespace
}  // namespace mesolys::agent
