#include "agent/slurm/slurm_means.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_scontrol.h"

namespace mesolys::agent {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Noun = Scontrol::Noun;

class SlurmMeansTest : public testing::Test {
 protected:
  SlurmMeansTest() {
    auto scontrol = std::make_unique<FakeScontrol>();
    scontrol_ = scontrol.get();
    for (const char* cluster : {"c1", "c2"}) {
      scontrol_->clusters[cluster][Noun::kPartition] = {FakeScontrol::Partition("main")};
      scontrol_->clusters[cluster][Noun::kNode] = {FakeScontrol::Node("n1", "IDLE", "gpu:a100:4"),
                                                   FakeScontrol::Node("n2", "IDLE+DRAIN")};
    }
    means_ = std::make_unique<SlurmMeans>(std::move(scontrol), std::vector<std::string>{"c1", "c2"},
                                          std::vector<std::string>());
  }

  CollectedMeans Collect() {
    absl::StatusOr<CollectedMeans> collected = means_->Collect();
    EXPECT_TRUE(collected.ok()) << collected.status();
    return collected.value_or(CollectedMeans());
  }

  FakeScontrol* scontrol_ = nullptr;
  std::unique_ptr<SlurmMeans> means_;
};

TEST_F(SlurmMeansTest, AreThoseOfAllClustersOfTheSite) {
  const CollectedMeans collected = Collect();
  ASSERT_THAT(collected.means.resources(), SizeIs(2));
  const v1::ResourceMeans& cpu = collected.means.resources(0);
  EXPECT_EQ(cpu.resource(), "cpu");
  EXPECT_EQ(cpu.nodes().available_count(), 2);
  EXPECT_EQ(cpu.nodes().drained_count(), 2);
  EXPECT_EQ(cpu.units().available_count(), 64);
  EXPECT_EQ(collected.means.resources(1).resource(), "gpu-a100");
  EXPECT_EQ(collected.means.resources(1).units().available_count(), 8);
  EXPECT_THAT(collected.quarantined, IsEmpty());
}

TEST_F(SlurmMeansTest, SetAsideALineThatCannotBeReadAndCountTheOthers) {
  scontrol_->clusters["c1"][Noun::kNode].push_back("NodeName=n3 State=SINGING CPULoad=0.1");
  scontrol_->clusters["c1"][Noun::kPartition].push_back("\xff\xfe");
  scontrol_->clusters["c1"][Noun::kReservation].push_back("ReservationName=r State=ACTIVE Nodes=[");
  scontrol_->garbage = {{"NodeName=n4 State=ID", false, /*is_terminated=*/false},
                        {"NodeName=n5", /*is_too_long=*/true, true}};
  const CollectedMeans collected = Collect();
  EXPECT_EQ(collected.means.resources(0).nodes().available_count(), 2);
  ASSERT_THAT(collected.quarantined, SizeIs(7));
  EXPECT_EQ(collected.quarantined[0].origin, "scontrol --clusters=c1 show partition");
  EXPECT_THAT(collected.quarantined[2].reason, HasSubstr("SINGING"));
  EXPECT_THAT(collected.quarantined[3].reason, HasSubstr("the line was cut"));
  EXPECT_THAT(collected.quarantined[4].reason, HasSubstr("longer than 65536 bytes"));
}

TEST_F(SlurmMeansTest, ANodeWhoseGpusCannotBeReadCountsWithItsCoresAndIsTold) {
  scontrol_->clusters["c1"][Noun::kNode].push_back(
      FakeScontrol::Node("n3", "IDLE", "gpu:tesla/k80:2"));
  for (const size_t told : {1U, 0U}) {
    const CollectedMeans collected = Collect();
    EXPECT_EQ(collected.means.resources(0).units().available_count(), 96);
    EXPECT_EQ(collected.means.resources_size(), 2);
    EXPECT_THAT(collected.quarantined, SizeIs(told));
  }
}

TEST_F(SlurmMeansTest, SetTheSameLineAsideOnce) {
  std::vector<std::string>& nodes = scontrol_->clusters["c1"][Noun::kNode];
  nodes.push_back("NodeName=n3 State=SINGING CPULoad=0.1");
  EXPECT_THAT(Collect().quarantined, SizeIs(1));
  nodes.back() = "NodeName=n3 State=DANCING CPULoad=0.7";
  EXPECT_THAT(Collect().quarantined, IsEmpty());
  nodes.back() = "NodeName=n4 State=SINGING CPULoad=0.7";
  EXPECT_THAT(Collect().quarantined, SizeIs(1));
}

TEST_F(SlurmMeansTest, AreNothingWhenAClusterDoesNotAnswer) {
  scontrol_->clusters.erase("c2");
  EXPECT_EQ(means_->Collect().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(SlurmMeansTest, AreBoundedInMemory) {
  scontrol_->clusters["c2"][Noun::kReservation] =
      std::vector<std::string>(100, "ReservationName=r State=ACTIVE Nodes=n[1-100000]");
  EXPECT_EQ(means_->Collect().status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(SlurmMeansTest, AreNothingWhenAClusterHasNoNodes) {
  scontrol_->clusters["c2"][Noun::kNode] = {"garbage"};
  const absl::Status status = means_->Collect().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no node of cluster c2"));
  scontrol_->clusters["c2"][Noun::kNode] = {FakeScontrol::Node("n1", "IDLE")};
  EXPECT_THAT(Collect().quarantined, SizeIs(1)) << "what was set aside meanwhile is told";
}

}  // namespace
}  // namespace mesolys::agent
