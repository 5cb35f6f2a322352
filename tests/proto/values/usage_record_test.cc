#include "proto/values/usage_record.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/values/quantity.h"
#include "proto/values/reason.h"
#include "rapidcheck/gtest.h"

namespace mesolys {
namespace {

using testing::HasSubstr;

constexpr int64_t kNoon = 1'790'000'000;
constexpr int64_t kTenYears = int64_t{3653} * 86400;
constexpr int64_t kCentury = int64_t{36525} * 86400;

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

UsageRecord GoodRecord() {
  UsageRecord record;
  record.key = {.cluster = "psmn", .job_id = 4711, .submit_time = At(kNoon)};
  record.account = "proj_a";
  record.user = "mcurie";
  record.partition = "E5";
  record.qos = "normal";
  record.state = JobState::kCompleted;
  record.start_time = At(kNoon + 60);
  record.end_time = At(kNoon + 3660);
  record.suspended_seconds = 600;
  record.time_limit_seconds = 7200;
  record.core_count = 32;
  record.gpu_counts = {{"a100", 2}};
  record.memory_bytes = 64'000'000'000;
  record.node_count = 1;
  record.observe_time = At(kNoon + 4000);
  return record;
}

std::map<std::string, int64_t> Gpus(const std::string& model, int64_t count) {
  return {{model, count}};
}

struct Change {
  const char* field;
  std::function<void(UsageRecord&)> apply;
};

TEST(JobKeyTest, TellsJobsApartByClusterThenNumberThenSubmitTime) {
  const JobKey key = {"b", 5, At(100)};
  EXPECT_EQ(key <=> (JobKey{"b", 5, At(100)}), std::strong_ordering::equal);
  for (const JobKey& later :
       {JobKey{"c", 1, At(0)}, JobKey{"b", 6, At(0)}, JobKey{"b", 5, At(101)}}) {
    EXPECT_LT(key, later);
    EXPECT_GT(later, key);
    EXPECT_NE(key, later);
  }
}

TEST(UsageRecordTest, ElapsesFromStartToEndWithoutSuspension) {
  EXPECT_EQ(GoodRecord().ElapsedSeconds(), 3000);
}

TEST(UsageRecordTest, EvenAnUncheckedRecordElapsesNoLessThanNothing) {
  UsageRecord record = GoodRecord();
  record.suspended_seconds = INT64_MAX;
  EXPECT_EQ(record.ElapsedSeconds(), 0);
  record.suspended_seconds = 0;
  std::swap(record.start_time, record.end_time);
  EXPECT_EQ(record.ElapsedSeconds(), 0);
  record.suspended_seconds = INT64_MIN;
  record.start_time = absl::InfinitePast();
  record.end_time = absl::InfiniteFuture();
  EXPECT_EQ(record.ElapsedSeconds(), INT64_MAX);
}

TEST(CheckUsageRecordTest, AcceptsWhatAClusterCanMean) {
  const Change changes[] = {
      {"as it is", [](UsageRecord&) {}},
      {"still running", [](UsageRecord& r) { r.state = JobState::kRunning; }},
      {"last state", [](UsageRecord& r) { r.state = JobState::kOther; }},
      {"root cancelled it", [](UsageRecord& r) { r.cancelled_by_uid = 0; }},
      {"largest uid", [](UsageRecord& r) { r.cancelled_by_uid = 4'294'967'295; }},
      {"unknown user", [](UsageRecord& r) { r.user = r.partition = r.qos = ""; }},
      {"any account", [](UsageRecord& r) { r.account = "Équipe 𝛼+β, 2026"; }},
      {"long account", [](UsageRecord& r) { r.account = std::string(128, 'x'); }},
      {"no time",
       [](UsageRecord& r) {
         r.end_time = r.start_time;
         r.suspended_seconds = 0;
       }},
      {"all suspended", [](UsageRecord& r) { r.suspended_seconds = 3600; }},
      {"no limit", [](UsageRecord& r) { r.time_limit_seconds = 0; }},
      {"clocks differ", [](UsageRecord& r) { r.key.submit_time = At(kNoon + 90); }},
      {"observed before its end", [](UsageRecord& r) { r.observe_time = At(kNoon); }},
      {"runaway",
       [](UsageRecord& r) {
         r.state = JobState::kRunning;
         r.is_runaway = true;
       }},
      {"no cores", [](UsageRecord& r) { r.core_count = 0; }},
      {"most cores", [](UsageRecord& r) { r.core_count = 1 << 24; }},
      {"untyped GPU", [](UsageRecord& r) { r.gpu_counts = Gpus("", 8); }},
      {"most GPUs",
       [](UsageRecord& r) {
         r.gpu_counts = {{"5090", 1 << 20}, {"a_b-c", 0}, {"a100_3g.40gb", 1}};
       }},
      {"shared parts",
       [](UsageRecord& r) {
         r.gpu_counts = {{"shard-v100", 4}, {"mps", 10'000}};
         r.parts_per_gpu = {{"shard-v100", 4}, {"mps", 10'000}};
       }},
      {"most memory", [](UsageRecord& r) { r.memory_bytes = kAmountMax.count(); }},
      {"ten years",
       [](UsageRecord& r) {
         r.end_time = r.start_time + absl::Seconds(kTenYears);
         r.time_limit_seconds = kCentury;
       }},
      {"the year 9999",
       [](UsageRecord& r) {
         r.start_time = r.end_time = r.observe_time = At(253'402'300'799);
         r.suspended_seconds = 0;
       }},
  };
  for (const Change& change : changes) {
    UsageRecord record = GoodRecord();
    change.apply(record);
    EXPECT_EQ(CheckUsageRecord(record), absl::OkStatus()) << change.field;
  }
}

TEST(CheckUsageRecordTest, RefusesByFieldWhatNoClusterCanMean) {
  const Change changes[] = {
      {"cluster", [](UsageRecord& r) { r.key.cluster = ""; }},
      {"cluster", [](UsageRecord& r) { r.key.cluster = "PSMN"; }},
      {"job_id", [](UsageRecord& r) { r.key.job_id = 0; }},
      {"job_id", [](UsageRecord& r) { r.key.job_id = -1; }},
      {"submit_time", [](UsageRecord& r) { r.key.submit_time = absl::Time(); }},
      {"submit_time", [](UsageRecord& r) { r.key.submit_time = At(-1); }},
      {"submit_time", [](UsageRecord& r) { r.key.submit_time += absl::Nanoseconds(1); }},
      {"account", [](UsageRecord& r) { r.account = ""; }},
      {"account", [](UsageRecord& r) { r.account = std::string(129, 'x'); }},
      {"account", [](UsageRecord& r) { r.account = "a\nb"; }},
      {"user", [](UsageRecord& r) { r.user = std::string("a\0b", 3); }},
      {"user", [](UsageRecord& r) { r.user = "\x7f"; }},
      {"user", [](UsageRecord& r) { r.user = "\xc2\x80"; }},  // U+0080, a control
      {"partition", [](UsageRecord& r) { r.partition = "\xff"; }},
      {"partition", [](UsageRecord& r) { r.partition = "\xc3"; }},  // cut
      {"partition", [](UsageRecord& r) { r.partition = "\xc3("; }},
      {"partition", [](UsageRecord& r) { r.partition = "\xf0\x9f\x98"; }},  // cut
      {"qos", [](UsageRecord& r) { r.qos = "\xc0\xaf"; }},                  // overlong
      {"qos", [](UsageRecord& r) { r.qos = "\xe0\x80\xaf"; }},              // overlong
      {"qos", [](UsageRecord& r) { r.qos = "\xf0\x80\x80\xaf"; }},          // overlong
      {"qos", [](UsageRecord& r) { r.qos = "\xed\xa0\x80"; }},              // half a surrogate pair
      {"qos", [](UsageRecord& r) { r.qos = "\xf4\x90\x80\x80"; }},          // beyond U+10FFFF
      {"qos", [](UsageRecord& r) { r.qos = "\xe2\x82("; }},
      {"state", [](UsageRecord& r) { r.state = JobState::kUnspecified; }},
      {"state", [](UsageRecord& r) { r.state = static_cast<JobState>(14); }},
      {"state", [](UsageRecord& r) { r.state = static_cast<JobState>(-7); }},
      {"is_runaway", [](UsageRecord& r) { r.is_runaway = true; }},  // it has ended
      {"cancelled_by_uid", [](UsageRecord& r) { r.cancelled_by_uid = -2; }},
      {"cancelled_by_uid", [](UsageRecord& r) { r.cancelled_by_uid = 4'294'967'296; }},
      {"start_time", [](UsageRecord& r) { r.start_time = At(-1); }},
      {"start_time", [](UsageRecord& r) { r.start_time = absl::InfinitePast(); }},
      {"start_time", [](UsageRecord& r) { r.start_time += absl::Milliseconds(500); }},
      {"end_time", [](UsageRecord& r) { r.end_time = r.start_time - absl::Seconds(1); }},
      {"end_time", [](UsageRecord& r) { r.end_time = absl::InfiniteFuture(); }},
      {"end_time", [](UsageRecord& r) { r.end_time = At(253'402'300'800); }},
      {"end_time",
       [](UsageRecord& r) { r.end_time = r.start_time + absl::Seconds(kTenYears + 1); }},
      {"observe_time", [](UsageRecord& r) { r.observe_time = At(-1); }},
      {"observe_time", [](UsageRecord& r) { r.observe_time += absl::Microseconds(1); }},
      {"suspended_seconds", [](UsageRecord& r) { r.suspended_seconds = -1; }},
      {"suspended_seconds", [](UsageRecord& r) { r.suspended_seconds = 3601; }},
      {"time_limit_seconds", [](UsageRecord& r) { r.time_limit_seconds = -1; }},
      {"time_limit_seconds", [](UsageRecord& r) { r.time_limit_seconds = kCentury + 1; }},
      {"core_count", [](UsageRecord& r) { r.core_count = -3; }},
      {"core_count", [](UsageRecord& r) { r.core_count = (1 << 24) + 1; }},
      {"core_count", [](UsageRecord& r) { r.core_count = INT64_MAX; }},
      {"memory_bytes", [](UsageRecord& r) { r.memory_bytes = -1; }},
      {"memory_bytes", [](UsageRecord& r) { r.memory_bytes = kAmountMax.count() + 1; }},
      {"node_count", [](UsageRecord& r) { r.node_count = -1; }},
      {"node_count", [](UsageRecord& r) { r.node_count = INT64_MAX; }},
      {"gpu_counts", [](UsageRecord& r) { r.gpu_counts = Gpus("A100", 1); }},
      {"gpu_counts", [](UsageRecord& r) { r.gpu_counts = Gpus(std::string(65, 'a'), 1); }},
      {"gpu_counts[\"a100\"]", [](UsageRecord& r) { r.gpu_counts = Gpus("a100", -1); }},
      {"gpu_counts[\"\"]", [](UsageRecord& r) { r.gpu_counts = Gpus("", (1 << 20) + 1); }},
      {"parts_per_gpu", [](UsageRecord& r) { r.parts_per_gpu["shard"] = 4; }},  // it holds none
      {"parts_per_gpu",
       [](UsageRecord& r) {
         r.gpu_counts["a100"] = 1;
         r.parts_per_gpu["a100"] = 4;
       }},
      {"parts_per_gpu[\"shard\"]",
       [](UsageRecord& r) {
         r.gpu_counts["shard"] = 4;
         r.parts_per_gpu["shard"] = 0;
       }},
      {"parts_per_gpu",
       [](UsageRecord& r) {
         r.gpu_counts = {{"shard", 1}, {"mps", 1}};
         r.parts_per_gpu = {{"shard", 97}, {"mps", 9973}};
       }},
  };
  for (const Change& change : changes) {
    UsageRecord record = GoodRecord();
    change.apply(record);
    const absl::Status status = CheckUsageRecord(record);
    const auto refusal = RefusalOf(status);
    ASSERT_TRUE(refusal.has_value()) << change.field;
    EXPECT_EQ(refusal->reason, Reason::kRecordInvalid) << status;
    EXPECT_EQ(refusal->metadata.at("field"), change.field) << status;
    EXPECT_THAT(refusal->message, HasSubstr(refusal->metadata.at("value")));
  }
}

TEST(CheckUsageRecordTest, SaysWhatIsWrongAndWhatIsRight) {
  UsageRecord record = GoodRecord();
  record.core_count = -3;
  EXPECT_EQ(CheckUsageRecord(record).message(), "core_count is -3: give 0 to 16777216");
  record = GoodRecord();
  record.suspended_seconds = 4000;
  EXPECT_EQ(CheckUsageRecord(record).message(),
            "suspended_seconds is 4000: the job lasted 3600 s; give 0 to 3600");
}

TEST(CheckUsageRecordTest, CountsAtMostSixteenModels) {
  UsageRecord record = GoodRecord();
  record.gpu_counts.clear();
  for (int i = 0; i < 16; ++i) record.gpu_counts[absl::StrCat("m", i)] = 1;
  EXPECT_TRUE(CheckUsageRecord(record).ok());
  record.gpu_counts[""] = 1;
  EXPECT_EQ(CheckUsageRecord(record).message(), "gpu_counts is 17 models: give at most 16");
}

TEST(CheckUsageRecordTest, NoProductOfARecordLeavesTheLargestAmount) {
  UsageRecord record = GoodRecord();
  record.end_time = record.start_time + absl::Seconds(kTenYears);
  record.suspended_seconds = 1;
  record.time_limit_seconds = kTenYears;
  const int64_t seconds = 2 * kTenYears - 1;
  record.core_count = kAmountMax.count() / seconds;
  EXPECT_EQ(CheckUsageRecord(record), absl::OkStatus());
  ++record.core_count;
  ASSERT_LE(record.core_count, 1 << 24);
  const absl::Status status = CheckUsageRecord(record);
  EXPECT_EQ(RefusalOf(status)->metadata.at("field"), "core_count");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("give at most ", record.core_count - 1)));
}

TEST(NewerTest, AnEndWinsOverALaterLookAtTheRunningJob) {
  UsageRecord ended = GoodRecord();
  UsageRecord running = GoodRecord();
  running.state = JobState::kRunning;
  running.observe_time = ended.observe_time + absl::Hours(1);
  EXPECT_TRUE(Newer(ended, running));
  EXPECT_FALSE(Newer(running, ended));
}

TEST(NewerTest, AmongRecordsOfOneKindTheLaterObservedWins) {
  for (const JobState state : {JobState::kRunning, JobState::kCompleted}) {
    UsageRecord held = GoodRecord();
    held.state = state;
    UsageRecord amended = held;
    amended.observe_time += absl::Seconds(1);
    amended.core_count = 1;  // less, so that no other field makes it the larger one
    EXPECT_TRUE(Newer(amended, held));
    EXPECT_FALSE(Newer(held, amended));
  }
}

TEST(NewerTest, TheSameRecordAgainIsNotNewer) { EXPECT_FALSE(Newer(GoodRecord(), GoodRecord())); }

TEST(NewerTest, RecordsThatDifferInOneFieldOnlyHaveAWinner) {
  const Change changes[] = {
      {"account", [](UsageRecord& r) { r.account = "proj_b"; }},
      {"user", [](UsageRecord& r) { r.user = "pcurie"; }},
      {"partition", [](UsageRecord& r) { r.partition = "Lake"; }},
      {"qos", [](UsageRecord& r) { r.qos = "high"; }},
      {"state", [](UsageRecord& r) { r.state = JobState::kFailed; }},
      {"cancelled_by_uid", [](UsageRecord& r) { r.cancelled_by_uid = 0; }},
      {"start_time", [](UsageRecord& r) { r.start_time += absl::Seconds(1); }},
      {"end_time", [](UsageRecord& r) { r.end_time += absl::Seconds(1); }},
      {"suspended_seconds", [](UsageRecord& r) { ++r.suspended_seconds; }},
      {"time_limit_seconds", [](UsageRecord& r) { ++r.time_limit_seconds; }},
      {"core_count", [](UsageRecord& r) { ++r.core_count; }},
      {"gpu_counts", [](UsageRecord& r) { ++r.gpu_counts["a100"]; }},
      {"memory_bytes", [](UsageRecord& r) { ++r.memory_bytes; }},
      {"node_count", [](UsageRecord& r) { ++r.node_count; }},
      {"observe_time", [](UsageRecord& r) { r.observe_time += absl::Seconds(1); }},
      {"is_runaway", [](UsageRecord& r) { r.is_runaway = true; }},
      {"parts_per_gpu", [](UsageRecord& r) { r.parts_per_gpu["shard"] = 4; }},
  };
  for (const Change& change : changes) {
    UsageRecord changed = GoodRecord();
    change.apply(changed);
    EXPECT_NE(Newer(changed, GoodRecord()), Newer(GoodRecord(), changed)) << change.field;
  }
}

// Records of one job from small domains, so that they tie in most fields.
std::vector<UsageRecord> AnyRecordsOfOneJob(size_t size_max) {
  const auto small = [] { return *rc::gen::inRange<int64_t>(0, 2); };
  const auto size = *rc::gen::inRange<size_t>(1, size_max + 1);
  std::vector<UsageRecord> records;
  for (size_t i = 0; i < size; ++i) {
    UsageRecord record = GoodRecord();
    record.state = *rc::gen::element(JobState::kRunning, JobState::kSuspended, JobState::kCompleted,
                                     JobState::kNodeFail);
    record.observe_time = At(kNoon + small());
    record.account = *rc::gen::element<std::string>("a", "b");
    record.cancelled_by_uid = small() - 1;
    record.end_time += absl::Seconds(small());
    record.core_count = small();
    record.gpu_counts.clear();
    if (small() == 1) record.gpu_counts["a100"] = small();
    if (small() == 1) record.gpu_counts[""] = small();
    record.node_count = small();
    records.push_back(record);
  }
  return records;
}

RC_GTEST_PROP(NewerProperty, TheWinnerDoesNotDependOnTheOrderOfArrival, ()) {
  const std::vector<UsageRecord> records = AnyRecordsOfOneJob(5);
  std::vector<size_t> order(records.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto winner = [&] {
    UsageRecord held = records[order[0]];
    for (const size_t i : order) {
      if (Newer(records[i], held)) held = records[i];
    }
    return held;
  };
  const UsageRecord first = winner();
  while (std::next_permutation(order.begin(), order.end())) RC_ASSERT(winner() == first);
}

RC_GTEST_PROP(NewerProperty, OfTwoRecordsOneIsNewerUnlessTheyAreEqual, ()) {
  const std::vector<UsageRecord> records = AnyRecordsOfOneJob(6);
  for (const UsageRecord& a : records) {
    for (const UsageRecord& b : records) {
      RC_ASSERT((a == b) == (!Newer(a, b) && !Newer(b, a)));
      RC_ASSERT(!(Newer(a, b) && Newer(b, a)));
    }
  }
}

RC_GTEST_PROP(NewerProperty, ALoserStaysALoserAgainstEveryLaterWinner, ()) {
  const std::vector<UsageRecord> records = AnyRecordsOfOneJob(6);
  for (const UsageRecord& a : records) {
    for (const UsageRecord& b : records) {
      for (const UsageRecord& c : records) {
        if (Newer(a, b) && Newer(b, c)) RC_ASSERT(Newer(a, c));
      }
    }
  }
}

}  // namespace
}  // namespace mesolys
