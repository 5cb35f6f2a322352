#include "agent/slurm/shared_parts_reader.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_scontrol.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

class SharedPartsReaderTest : public testing::Test {
 protected:
  SharedPartsReaderTest() {
    auto scontrol = std::make_unique<FakeScontrol>();
    scontrol_ = scontrol.get();
    reader_ = std::make_unique<SharedPartsReader>(std::move(scontrol));
    record_.key.cluster = "c1";
    record_.gpu_counts = {{"shard", 4}};
  }

  void Say(const std::string& gres) {
    scontrol_->clusters["c1"][Scontrol::Noun::kNode] = {FakeScontrol::Node("n1", "IDLE", gres),
                                                        "nonsense"};
  }

  FakeScontrol* scontrol_ = nullptr;
  std::unique_ptr<SharedPartsReader> reader_;
  UsageRecord record_;
};

TEST_F(SharedPartsReaderTest, SaysWhatTheNodesSay) {
  Say("gpu:v100:4,shard:16");
  ASSERT_TRUE(reader_->Complete(kNow, record_).ok());
  EXPECT_THAT(record_.gpu_counts, ElementsAre(Pair("shard-v100", 4)));
  EXPECT_THAT(record_.parts_per_gpu, ElementsAre(Pair("shard-v100", 4)));
}

TEST_F(SharedPartsReaderTest, AsksAgainAfterAWhile) {
  Say("gpu:v100:4,shard:16");
  ASSERT_TRUE(reader_->Complete(kNow, record_).ok());
  Say("gpu:v100:4,shard:32");
  UsageRecord later = record_;
  ASSERT_TRUE(reader_->Complete(kNow + absl::Minutes(9), later).ok());
  EXPECT_THAT(later.parts_per_gpu, ElementsAre(Pair("shard-v100", 4)));
  ASSERT_TRUE(reader_->Complete(kNow + absl::Minutes(10), later).ok());
  EXPECT_THAT(later.parts_per_gpu, ElementsAre(Pair("shard-v100", 8)));
  // What it knows outlives the controller.
  scontrol_->clusters.clear();
  ASSERT_TRUE(reader_->Complete(kNow + absl::Hours(1), later).ok());
  EXPECT_THAT(later.parts_per_gpu, ElementsAre(Pair("shard-v100", 8)));
}

TEST_F(SharedPartsReaderTest, AJobIsNotToldBeforeSomebodyKnows) {
  EXPECT_EQ(reader_->Complete(kNow, record_).code(), absl::StatusCode::kUnavailable);
  record_.gpu_counts = {{"v100", 4}};
  ASSERT_TRUE(reader_->Complete(kNow, record_).ok());
  EXPECT_THAT(record_.parts_per_gpu, IsEmpty());
}

}  // namespace
}  // namespace mesolys::agent
