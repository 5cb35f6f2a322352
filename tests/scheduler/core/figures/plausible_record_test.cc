#include "scheduler/core/figures/plausible_record.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/reason.h"
#include "tests/scheduler/core/mesocentre.h"

namespace mesolys {
namespace {

using testing::HasSubstr;

TEST(PlausibleRecordTest, ASiteHasTheMostThatTheCatalogueEverPromisesOfEachModel) {
  Site site;
  site.capacities = {{"cpu", Day(2026, 1), 1000, PartsPerMillion(900'000)},
                     {"cpu", Day(2026, 7), 800, PartsPerMillion(900'000)},
                     {"gpu-a100", Day(2026, 1), 8, PartsPerMillion(900'000)},
                     {"gpu-a100", Day(2026, 7), 16, PartsPerMillion(900'000)},
                     {"gpu-h100", Day(2026, 1), 4, PartsPerMillion(900'000)},
                     {"storage-work", Day(2026, 1), 1'000'000, PartsPerMillion(1'000'000)}};
  EXPECT_EQ(PromisedSize(site), (SiteSize{1000, 20}));
  EXPECT_EQ(LargerOf({1000, 20}, {900, 24}), (SiteSize{1000, 24}));
}

// Of a site of 1,000 cores and 20 GPUs; the job ran for an hour until now.
struct Row {
  std::string name;
  int64_t cores;
  std::map<std::string, int64_t> gpus;
  absl::Duration submitted_before_start;
  absl::Duration suspended;
  std::string said;  // empty: it can be
};

class PlausibleRecord : public testing::TestWithParam<Row> {};

TEST_P(PlausibleRecord, IsHeldToWhatTheSiteHasAndToItsSubmit) {
  const absl::Time now = Day(2026, 6, 15);
  UsageRecord record = FinishedJob(1, "n1", "alpha", now - absl::Hours(1), absl::Hours(1));
  record.core_count = GetParam().cores;
  record.gpu_counts = GetParam().gpus;
  record.key.submit_time = record.start_time - GetParam().submitted_before_start;
  record.suspended_seconds = absl::ToInt64Seconds(GetParam().suspended);
  record.parts_per_gpu = {{"mps", 100}};
  const GpuNames names = {{"a100_1g.10gb", {"gpu-a100", 1, 7}}};
  const absl::Status status = CheckPlausible(record, {1000, 20}, names, now);
  if (GetParam().said.empty()) {
    EXPECT_TRUE(status.ok()) << status;
    return;
  }
  ASSERT_TRUE(RefusalOf(status).has_value());
  EXPECT_EQ(RefusalOf(status)->reason, Reason::kRecordInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().said));
}

constexpr absl::Duration kNone = absl::ZeroDuration();

INSTANTIATE_TEST_SUITE_P(
    Rows, PlausibleRecord,
    testing::Values(
        Row{"TwiceTheCores", 2000, {}, kNone, kNone, ""},
        Row{"MoreThanTwiceTheCores", 2001, {}, kNone, kNone, "core_count is 2001: "},
        Row{"TwiceTheGpus", 1, {{"a100", 30}, {"", 10}}, kNone, kNone, ""},
        Row{"MoreThanTwiceTheGpus", 1, {{"a100", 31}, {"", 10}}, kNone, kNone, "gpu_counts is 41"},
        Row{"SlicesOfTwiceTheGpus", 1, {{"a100_1g.10gb", 280}}, kNone, kNone, ""},
        Row{"MoreSlices", 1, {{"a100_1g.10gb", 287}}, kNone, kNone, "gpu_counts is 41"},
        Row{"PartsOfTwiceTheGpus", 1, {{"mps", 4000}}, kNone, kNone, ""},
        Row{"MoreParts", 1, {{"mps", 4100}}, kNone, kNone, "gpu_counts is 41"},
        Row{"PartsOfNobodyKnowsWhat", 1, {{"shard", 4100}}, kNone, kNone, ""},
        Row{"SubmittedAsItBegan", 1, {}, kNone, kNone, ""},
        Row{"ClocksThatDiffer", 1, {}, -absl::Minutes(5), kNone, ""},
        Row{"RanBeforeItWasThere",
            1,
            {},
            -absl::Minutes(5) - absl::Seconds(1),
            kNone,
            "end_time is 3600 s after start_time, and the job was submitted 3299 s ago"},
        Row{"SuspendedMeanwhile", 1, {}, -absl::Minutes(20), absl::Minutes(20), ""}),
    [](const auto& info) { return info.param.name; });

TEST(PlausibleRecordTest, NothingIsTooMuchForASiteOfWhichNobodyKnows) {
  const absl::Time now = Day(2026, 6, 15);
  UsageRecord record = FinishedJob(1, "n1", "alpha", now - absl::Hours(1), absl::Hours(1));
  record.core_count = int64_t{1} << 24;
  record.gpu_counts = {{"", int64_t{1} << 20}};
  EXPECT_TRUE(CheckPlausible(record, SiteSize(), {}, now).ok());
  EXPECT_TRUE(CheckPlausible(record, LargerOf({1000, 20}, kSizeUnknown), {}, now).ok());
}

}  // namespace
}  // namespace mesolys
