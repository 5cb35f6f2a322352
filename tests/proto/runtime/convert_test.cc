#include "proto/runtime/convert.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys {
namespace {

using ::testing::HasSubstr;

absl::Time At(int hour) {
  return absl::FromCivil(absl::CivilHour(2026, 11, 21, hour), absl::UTCTimeZone());
}

UsageRecord FullRecord() {
  UsageRecord record;
  record.key = {"psmn-a", 4711, At(1)};
  record.account = "p-vision";
  record.user = "alice";
  record.partition = "gpu";
  record.qos = "normal";
  record.state = JobState::kCancelled;
  record.cancelled_by_uid = 0;
  record.start_time = At(2);
  record.end_time = At(5);
  record.suspended_seconds = 60;
  record.time_limit_seconds = 86400;
  record.core_count = 32;
  record.gpu_counts = {{"", 1}, {"h100", 4}, {"shard-v100", 4}};
  record.parts_per_gpu = {{"shard-v100", 4}};
  record.memory_bytes = int64_t{1} << 40;
  record.node_count = 2;
  record.observe_time = At(6) + absl::Nanoseconds(123456789);
  record.is_runaway = true;
  return record;
}

TEST(ConvertTest, KeepsATimeToTheNanosecond) {
  for (const absl::Time time :
       {absl::UnixEpoch(), At(3), At(3) + absl::Nanoseconds(1),
        absl::UnixEpoch() - absl::Nanoseconds(1),
        absl::FromCivil(absl::CivilSecond(1, 1, 1), absl::UTCTimeZone()),
        absl::FromCivil(absl::CivilSecond(9999, 12, 31, 23, 59, 59), absl::UTCTimeZone())}) {
    const google::protobuf::Timestamp message = ToProto(time);
    EXPECT_GE(message.nanos(), 0) << time;
    const absl::StatusOr<absl::Time> back = FromProto(message);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, time);
  }
}

TEST(ConvertTest, MovesATimeThatATimestampCannotSayToTheEdge) {
  for (const absl::Time time :
       {absl::InfinitePast(), absl::InfiniteFuture(),
        absl::FromCivil(absl::CivilSecond(12000, 1, 1), absl::UTCTimeZone()),
        absl::FromCivil(absl::CivilSecond(-5, 1, 1), absl::UTCTimeZone())}) {
    const absl::StatusOr<absl::Time> back = FromProto(ToProto(time));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(absl::ToCivilYear(*back, absl::UTCTimeZone()).year(), time < At(0) ? 1 : 9999);
  }
}

TEST(ConvertTest, RefusesATimestampOutOfRange) {
  struct Case {
    int64_t seconds;
    int32_t nanos;
    const char* says;
  };
  for (const Case& c :
       {Case{-62135596801, 0, "years 1 to 9999"}, Case{253402300800, 0, "years 1 to 9999"},
        Case{INT64_MAX, 0, "years 1 to 9999"}, Case{INT64_MIN, 0, "years 1 to 9999"},
        Case{0, -1, "0 to 999999999"}, Case{0, 1000000000, "0 to 999999999"}}) {
    google::protobuf::Timestamp message;
    message.set_seconds(c.seconds);
    message.set_nanos(c.nanos);
    const absl::StatusOr<absl::Time> time = FromProto(message);
    EXPECT_EQ(time.status().code(), absl::StatusCode::kInvalidArgument) << c.seconds;
    EXPECT_THAT(std::string(time.status().message()), HasSubstr(c.says));
  }
}

TEST(ConvertTest, KeepsAPeriod) {
  const Period period{At(1), At(2)};
  const absl::StatusOr<Period> back = FromProto(ToProto(period));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, period);
}

TEST(ConvertTest, RefusesAPeriodThatIsNotWhole) {
  struct Case {
    const char* says;
    std::function<void(v1::Period&)> spoil;
  };
  const std::vector<Case> cases = {
      {"start_time is missing", [](v1::Period& p) { p.clear_start_time(); }},
      {"end_time is missing", [](v1::Period& p) { p.clear_end_time(); }},
      {"start_time has a fraction", [](v1::Period& p) { p.mutable_start_time()->set_nanos(1); }},
      {"end_time has a fraction", [](v1::Period& p) { p.mutable_end_time()->set_nanos(1); }},
      {"end_time is out of range",
       [](v1::Period& p) { p.mutable_end_time()->set_seconds(INT64_MAX); }},
      {"it must end after its start",
       [](v1::Period& p) { *p.mutable_end_time() = p.start_time(); }},
      {"it must end after its start", [](v1::Period& p) { p.mutable_end_time()->set_seconds(1); }},
  };
  for (const Case& c : cases) {
    v1::Period period = ToProto(Period{At(1), At(2)});
    c.spoil(period);
    const absl::Status status = FromProto(period).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
    const std::optional<Refusal> refusal = RefusalOf(status);
    ASSERT_TRUE(refusal.has_value()) << c.says;
    EXPECT_EQ(refusal->reason, Reason::kInvalidPeriod);
  }
}

TEST(ConvertTest, KeepsEveryFieldOfARecord) {
  const UsageRecord record = FullRecord();
  const absl::StatusOr<UsageRecord> back = FromProto(ToProto(record));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, record);
}

TEST(ConvertTest, TellsRootWhoCancelledFromNobody) {
  UsageRecord record = FullRecord();
  EXPECT_TRUE(ToProto(record).has_cancelled_by_uid());
  record.cancelled_by_uid = -1;
  const v1::UsageRecord message = ToProto(record);
  EXPECT_FALSE(message.has_cancelled_by_uid());
  const absl::StatusOr<UsageRecord> back = FromProto(message);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->cancelled_by_uid, -1);
}

TEST(ConvertTest, KnowsEveryStateOfTheContract) {
  for (int state = v1::UsageRecord::State_MIN; state <= v1::UsageRecord::State_MAX; ++state) {
    UsageRecord record = FullRecord();
    record.state = static_cast<JobState>(state);
    const absl::StatusOr<UsageRecord> back = FromProto(ToProto(record));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->state, record.state);
    if (state == 0) continue;
    EXPECT_EQ(JobStateName(record.state),
              v1::UsageRecord::State_Name(static_cast<v1::UsageRecord::State>(state)));
  }
}

TEST(ConvertTest, RefusesARecordThatIsNotWhole) {
  struct Case {
    const char* says;
    std::function<void(v1::UsageRecord&)> spoil;
  };
  const std::vector<Case> cases = {
      {"submit_time is missing", [](v1::UsageRecord& r) { r.clear_submit_time(); }},
      {"start_time is missing", [](v1::UsageRecord& r) { r.clear_start_time(); }},
      {"end_time is missing", [](v1::UsageRecord& r) { r.clear_end_time(); }},
      {"observe_time is missing", [](v1::UsageRecord& r) { r.clear_observe_time(); }},
      {"submit_time has a fraction",
       [](v1::UsageRecord& r) { r.mutable_submit_time()->set_nanos(1); }},
      {"start_time has a fraction",
       [](v1::UsageRecord& r) { r.mutable_start_time()->set_nanos(1); }},
      {"end_time has a fraction", [](v1::UsageRecord& r) { r.mutable_end_time()->set_nanos(1); }},
      {"observe_time is out of range",
       [](v1::UsageRecord& r) { r.mutable_observe_time()->set_seconds(INT64_MIN); }},
      {"state 14 is not known; 1 to 13 are",
       [](v1::UsageRecord& r) { r.set_state(static_cast<v1::UsageRecord::State>(14)); }},
      {"state -1 is not known",
       [](v1::UsageRecord& r) { r.set_state(static_cast<v1::UsageRecord::State>(-1)); }},
      {"cancelled_by_uid is -7", [](v1::UsageRecord& r) { r.set_cancelled_by_uid(-7); }},
  };
  for (const Case& c : cases) {
    v1::UsageRecord record = ToProto(FullRecord());
    c.spoil(record);
    const absl::Status status = FromProto(record).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
    const std::optional<Refusal> refusal = RefusalOf(status);
    ASSERT_TRUE(refusal.has_value()) << c.says;
    EXPECT_EQ(refusal->reason, Reason::kRecordInvalid);
  }
}

TEST(ConvertTest, SurvivesDamagedRecordsAndKeepsWhatItAccepts) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::string whole = ToProto(FullRecord()).SerializeAsString();
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] = static_cast<char>(random() & 0xFF);
    v1::UsageRecord message;
    if (!message.ParseFromString(bytes)) continue;
    const absl::StatusOr<UsageRecord> record = FromProto(message);
    if (!record.ok()) {
      ASSERT_EQ(record.status().code(), absl::StatusCode::kInvalidArgument);
      continue;
    }
    ++accepted;
    const absl::StatusOr<UsageRecord> again = FromProto(ToProto(*record));
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(*again, *record);
  }
  EXPECT_GT(accepted, 0);
}

TEST(ConvertTest, KeepsARefusal) {
  const Refusal refusal{Reason::kSiteExhausted, "psmn can still grant 5", {{"left", "5"}}};
  EXPECT_EQ(ToProto(refusal).reason(), "SITE_EXHAUSTED");
  EXPECT_EQ(FromProto(ToProto(refusal)), refusal);
}

TEST(ConvertTest, KeepsTheTextOfARefusalWhoseReasonIsNewer) {
  v1::Refusal message;
  message.set_reason("NOT_INVENTED_YET");
  message.set_message("no");
  EXPECT_EQ(FromProto(message), (Refusal{Reason::kNone, "no", {}}));
}

}  // namespace
}  // namespace mesolys
