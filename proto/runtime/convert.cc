#include "proto/runtime/convert.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace mesolys {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, all that a Timestamp may hold.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;

// What is wrong with a time, as the end of a sentence that begins with its field; nothing when it
// is right. A plain pointer: this is asked four times for each of 100,000 records a second.
const char* Wrong(bool given, const google::protobuf::Timestamp& time) {
  if (!given) return SayLater("is missing");
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond) {
    return SayLater("is out of range; years 1 to 9999 are allowed");
  }
  if (time.nanos() < 0 || time.nanos() >= kNanosPerSecond) {
    return SayLater("has nanoseconds out of range; 0 to 999999999 are allowed");
  }
  return nullptr;
}

const char* WrongInstant(bool given, const google::protobuf::Timestamp& time) {
  const char* wrong = Wrong(given, time);
  if (wrong == nullptr && time.nanos() != 0)
    return SayLater("has a fraction; whole seconds are allowed");
  return wrong;
}

// Of a time that is right.
absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

void Fill(absl::Time time, google::protobuf::Timestamp& out) {
  // A forecast may lie beyond what a Timestamp can say ("used up in the year 12000"): it is moved
  // to the edge, for a message that no client can read would hide everything beside it.
  const int64_t seconds = absl::ToUnixSeconds(time);
  if (seconds < kFirstSecond) {
    out.set_seconds(kFirstSecond);
  } else if (seconds > kLastSecond) {
    out.set_seconds(kLastSecond);
    out.set_nanos(static_cast<int32_t>(kNanosPerSecond - 1));
  } else {
    out.set_seconds(seconds);
    const absl::Duration rest = time - absl::FromUnixSeconds(seconds);
    out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  }
}

// The first time of a record that is not what it must be; nothing when all are.
std::optional<Sentence> WrongTimeOf(const v1::UsageRecord& record) {
  struct Field {
    const char* name;
    const char* wrong;
  };
  const Field fields[] = {
      {"submit_time", WrongInstant(record.has_submit_time(), record.submit_time())},
      {"start_time", WrongInstant(record.has_start_time(), record.start_time())},
      {"end_time", WrongInstant(record.has_end_time(), record.end_time())},
      {"observe_time", Wrong(record.has_observe_time(), record.observe_time())},
  };
  for (const Field& field : fields) {
    if (field.wrong != nullptr) return Say("$0 $1", field.name, field.wrong);
  }
  return std::nullopt;
}

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp out;
  Fill(time, out);
  return out;
}

absl::StatusOr<absl::Time> FromProto(const google::protobuf::Timestamp& time) {
  const char* wrong = Wrong(true, time);
  if (wrong != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("time (", time.seconds(), " s, ", time.nanos(), " ns) ", wrong));
  }
  return TimeOf(time);
}

v1::Period ToProto(const Period& period) {
  v1::Period out;
  Fill(period.start, *out.mutable_start_time());
  Fill(period.end, *out.mutable_end_time());
  return out;
}

absl::StatusOr<Period> FromProto(const v1::Period& period) {
  if (const char* wrong = WrongInstant(period.has_start_time(), period.start_time())) {
    return Refuse(Reason::kInvalidPeriod, Say("$0 $1", "start_time", wrong));
  }
  if (const char* wrong = WrongInstant(period.has_end_time(), period.end_time())) {
    return Refuse(Reason::kInvalidPeriod, Say("$0 $1", "end_time", wrong));
  }
  const Period out{TimeOf(period.start_time()), TimeOf(period.end_time())};
  if (out.end <= out.start) {
    const std::string start = absl::FormatTime(out.start, absl::UTCTimeZone());
    const std::string end = absl::FormatTime(out.end, absl::UTCTimeZone());
    return Refuse(Reason::kInvalidPeriod,
                  Say("the period ends at $0; it must end after its start, $1", end, start),
                  {{"start_time", start}, {"end_time", end}});
  }
  return out;
}

v1::UsageRecord ToProto(const UsageRecord& record) {
  v1::UsageRecord out;
  out.set_cluster(record.key.cluster);
  out.set_job_id(record.key.job_id);
  Fill(record.key.submit_time, *out.mutable_submit_time());
  out.set_account(record.account);
  out.set_user(record.user);
  out.set_partition(record.partition);
  out.set_qos(record.qos);
  out.set_state(static_cast<v1::UsageRecord::State>(record.state));
  if (record.cancelled_by_uid >= 0) out.set_cancelled_by_uid(record.cancelled_by_uid);
  Fill(record.start_time, *out.mutable_start_time());
  Fill(record.end_time, *out.mutable_end_time());
  out.set_suspended_seconds(record.suspended_seconds);
  out.set_time_limit_seconds(record.time_limit_seconds);
  out.set_core_count(record.core_count);
  auto& gpu_counts = *out.mutable_gpu_counts();
  for (const auto& [model, count] : record.gpu_counts) gpu_counts[model] = count;
  out.set_memory_bytes(record.memory_bytes);
  out.set_node_count(record.node_count);
  Fill(record.observe_time, *out.mutable_observe_time());
  out.set_is_runaway(record.is_runaway);
  out.mutable_parts_per_gpu()->insert(record.parts_per_gpu.begin(), record.parts_per_gpu.end());
  return out;
}

absl::StatusOr<UsageRecord> FromProto(const v1::UsageRecord& record) {
  if (const std::optional<Sentence> wrong = WrongTimeOf(record); wrong.has_value()) {
    return Refuse(Reason::kRecordInvalid, *wrong);
  }
  if (!v1::UsageRecord::State_IsValid(record.state())) {
    return Refuse(Reason::kRecordInvalid,
                  Say("state $0 is not known; $1 to $2 are", static_cast<int>(record.state()),
                      static_cast<int>(v1::UsageRecord::RUNNING),
                      static_cast<int>(v1::UsageRecord::State_MAX)));
  }
  if (record.has_cancelled_by_uid() && record.cancelled_by_uid() < 0) {
    return Refuse(
        Reason::kRecordInvalid,
        Say("cancelled_by_uid is $0; at least 0, or absent, is right", record.cancelled_by_uid()));
  }
  UsageRecord out;
  out.key.cluster = record.cluster();
  out.key.job_id = record.job_id();
  out.key.submit_time = TimeOf(record.submit_time());
  out.account = record.account();
  out.user = record.user();
  out.partition = record.partition();
  out.qos = record.qos();
  out.state = static_cast<JobState>(record.state());
  out.cancelled_by_uid = record.has_cancelled_by_uid() ? record.cancelled_by_uid() : -1;
  out.start_time = TimeOf(record.start_time());
  out.end_time = TimeOf(record.end_time());
  out.suspended_seconds = record.suspended_seconds();
  out.time_limit_seconds = record.time_limit_seconds();
  out.core_count = record.core_count();
  for (const auto& [model, count] : record.gpu_counts()) out.gpu_counts.emplace(model, count);
  out.memory_bytes = record.memory_bytes();
  out.node_count = record.node_count();
  out.observe_time = TimeOf(record.observe_time());
  out.is_runaway = record.is_runaway();
  out.parts_per_gpu = {record.parts_per_gpu().begin(), record.parts_per_gpu().end()};
  return out;
}

v1::GpuPart ToProto(const GpuPart& part) {
  v1::GpuPart out;
  out.set_resource(part.resource);
  out.set_parts(part.parts);
  out.set_whole(part.whole);
  return out;
}

v1::Refusal ToProto(const Refusal& refusal) {
  v1::Refusal out;
  const absl::string_view reason = ReasonName(refusal.reason);
  out.set_reason(reason.data(), reason.size());
  out.set_message(refusal.message);
  out.mutable_metadata()->insert(refusal.metadata.begin(), refusal.metadata.end());
  return out;
}

Refusal FromProto(const v1::Refusal& refusal) {
  return {ParseReason(refusal.reason()),
          refusal.message(),
          {refusal.metadata().begin(), refusal.metadata().end()}};
}

}  // namespace mesolys
