#include "proto/values/usage_record.h"

#include <algorithm>
#include <compare>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/values/gpu_part.h"
#include "proto/values/names.h"
#include "proto/values/quantity.h"
#include "proto/values/quoted.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

constexpr int64_t kTextBytesMax = 128;
constexpr int64_t kUidMax = 0xffffffff;
constexpr int64_t kCountMax = int64_t{1} << 24;  // cores, or nodes
constexpr int64_t kGpuCountMax = int64_t{1} << 20;
constexpr int64_t kGpuModelsMax = 16;
constexpr int64_t kSecondsMax = int64_t{3653} * 86400;          // ten years
constexpr int64_t kTimeLimitMax = int64_t{36525} * 86400;       // a century: sites set 9999 days
constexpr int64_t kUnixSecondsMax = int64_t{253402300800} - 1;  // the end of the year 9999

// Cores are the one count whose product needs a test of its own: it must fit an int64 to be tested,
// and may pass kAmountMax. That of the GPUs of one model cannot.
static_assert(kCountMax <= INT64_MAX / (kSecondsMax + kTimeLimitMax));
static_assert(kGpuCountMax <= kAmountMax.count() / (kSecondsMax + kTimeLimitMax));

std::strong_ordering Order(absl::Time a, absl::Time b) {
  if (a < b) return std::strong_ordering::less;
  return b < a ? std::strong_ordering::greater : std::strong_ordering::equal;
}

// A total order of the records of one key, equal only where the records are; what comes first means
// nothing. Field by field in declared order, up to the first that differs.
std::strong_ordering OrderOfContent(const UsageRecord& a, const UsageRecord& b) {
  if (const auto o = a.key <=> b.key; std::is_neq(o)) return o;
  if (const auto o = a.account <=> b.account; std::is_neq(o)) return o;
  if (const auto o = a.user <=> b.user; std::is_neq(o)) return o;
  if (const auto o = a.partition <=> b.partition; std::is_neq(o)) return o;
  if (const auto o = a.qos <=> b.qos; std::is_neq(o)) return o;
  if (const auto o = a.state <=> b.state; std::is_neq(o)) return o;
  if (const auto o = a.cancelled_by_uid <=> b.cancelled_by_uid; std::is_neq(o)) return o;
  if (const auto o = Order(a.start_time, b.start_time); std::is_neq(o)) return o;
  if (const auto o = Order(a.end_time, b.end_time); std::is_neq(o)) return o;
  if (const auto o = a.suspended_seconds <=> b.suspended_seconds; std::is_neq(o)) return o;
  if (const auto o = a.time_limit_seconds <=> b.time_limit_seconds; std::is_neq(o)) return o;
  if (const auto o = a.core_count <=> b.core_count; std::is_neq(o)) return o;
  if (const auto o = a.gpu_counts <=> b.gpu_counts; std::is_neq(o)) return o;
  if (const auto o = a.memory_bytes <=> b.memory_bytes; std::is_neq(o)) return o;
  if (const auto o = a.node_count <=> b.node_count; std::is_neq(o)) return o;
  if (const auto o = Order(a.observe_time, b.observe_time); std::is_neq(o)) return o;
  if (const auto o = a.is_runaway <=> b.is_runaway; std::is_neq(o)) return o;
  return a.parts_per_gpu <=> b.parts_per_gpu;
}

// "core_count is -3: give 0 to 16777216".
absl::Status Invalid(absl::string_view field, absl::string_view value, const Sentence& right) {
  return Refuse(Reason::kRecordInvalid, Say("$0 is $1: $2", field, value, right),
                {{"field", std::string(field)}, {"value", std::string(value)}});
}

absl::Status CheckBetween(absl::string_view field, int64_t value, int64_t min, int64_t max) {
  if (min <= value && value <= max) return absl::OkStatus();
  return Invalid(field, absl::StrCat(value), Say("give $0 to $1", min, max));
}

// The continuation bytes that must follow the first byte of a character: -1 where none begins with
// it.
int ContinuationBytes(unsigned char first) {
  if (first < 0x80) return 0;
  if (0xc2 <= first && first <= 0xdf) return 1;
  if (0xe0 <= first && first <= 0xef) return 2;
  return 0xf0 <= first && first <= 0xf4 ? 3 : -1;
}

// UTF-8 without control characters. A record is stored and sent as protobuf, which wants the
// former.
bool IsText(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x20 || first == 0x7f) return false;
    const int more = ContinuationBytes(first);
    if (more == 0) continue;
    if (more < 0 || text.size() - i <= static_cast<size_t>(more)) return false;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte; so do the
    // controls U+0080 to U+009F.
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f) ||
        (first == 0xc2 && second < 0xa0)) {
      return false;
    }
    for (int j = 0; j < more; ++j) {
      if ((static_cast<unsigned char>(text[++i]) & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

absl::Status CheckText(absl::string_view field, absl::string_view text) {
  if (text.size() <= kTextBytesMax && IsText(text)) return absl::OkStatus();
  return Invalid(field, Quoted(text),
                 Say("give at most $0 bytes of UTF-8 without control characters", kTextBytesMax));
}

absl::Status CheckTime(absl::string_view field, absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  if (seconds < 0 || seconds > kUnixSecondsMax || absl::FromUnixSeconds(seconds) != time) {
    return Invalid(field, absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()),
                   Say("give whole seconds of the years 1970 to 9999"));
  }
  return absl::OkStatus();
}

absl::Status CheckKey(const UsageRecord& record) {
  const JobKey& key = record.key;
  if (!CheckId("cluster", key.cluster).ok()) {
    return Invalid("cluster", Quoted(key.cluster),
                   Say("give an id: a letter, then at most 29 of a-z, 0-9, _ or -"));
  }
  if (key.job_id < 1) {
    return Invalid("job_id", absl::StrCat(key.job_id), Say("give Slurm's raw job id, 1 or more"));
  }
  if (absl::Status time = CheckTime("submit_time", key.submit_time); !time.ok()) return time;
  // An unset time is the epoch, and would make two jobs of one id the same.
  if (key.submit_time == absl::UnixEpoch()) {
    return Invalid("submit_time", "1970-01-01T00:00:00+00:00",
                   Say("give when the job was submitted"));
  }
  return absl::OkStatus();
}

absl::Status CheckTexts(const UsageRecord& record) {
  if (record.account.empty()) {
    return Invalid("account", Quoted(""), Say("give the account that the job ran under"));
  }
  for (const auto& [field, text] :
       {std::pair("account", &record.account), std::pair("user", &record.user),
        std::pair("partition", &record.partition), std::pair("qos", &record.qos)}) {
    if (absl::Status status = CheckText(field, *text); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckState(const UsageRecord& record) {
  if (record.state < JobState::kRunning || record.state > JobState::kOther) {
    return Invalid("state", absl::StrCat(static_cast<int64_t>(record.state)),
                   Say("give the state of a job that holds or held an allocation, RUNNING (1) to "
                       "OTHER (13)"));
  }
  if (record.is_runaway && IsTerminal(record.state)) {
    return Invalid("is_runaway", "true", Say("only a job that has not ended may run away"));
  }
  return CheckBetween("cancelled_by_uid", record.cancelled_by_uid, -1, kUidMax);
}

absl::Status CheckTimes(const UsageRecord& record) {
  for (const auto& [field, time] :
       {std::pair("start_time", record.start_time), std::pair("end_time", record.end_time),
        std::pair("observe_time", record.observe_time)}) {
    if (absl::Status status = CheckTime(field, time); !status.ok()) return status;
  }
  const int64_t wall_seconds =
      absl::ToUnixSeconds(record.end_time) - absl::ToUnixSeconds(record.start_time);
  if (wall_seconds < 0 || wall_seconds > kSecondsMax) {
    return Invalid("end_time",
                   absl::FormatTime(absl::RFC3339_full, record.end_time, absl::UTCTimeZone()),
                   Say("that is $0 s after start_time; give 0 to $1 s", wall_seconds, kSecondsMax));
  }
  if (record.suspended_seconds < 0 || record.suspended_seconds > wall_seconds) {
    return Invalid("suspended_seconds", absl::StrCat(record.suspended_seconds),
                   Say("the job lasted $0 s; give 0 to $0", wall_seconds));
  }
  return CheckBetween("time_limit_seconds", record.time_limit_seconds, 0, kTimeLimitMax);
}

absl::Status CheckGpus(const std::map<std::string, int64_t>& gpu_counts) {
  if (gpu_counts.size() > kGpuModelsMax) {
    return Invalid("gpu_counts", absl::StrCat(gpu_counts.size(), " models"),
                   Say("give at most $0", kGpuModelsMax));
  }
  for (const auto& [model, count] : gpu_counts) {
    if (!model.empty() && !CheckResource(absl::StrCat("gpu-", model)).ok()) {
      return Invalid(
          "gpu_counts", Quoted(model),
          Say("name a model with at most 64 of a-z, 0-9, _, -, . or +, a letter or digit "
              "first"));
    }
    if (0 <= count && count <= kGpuCountMax) continue;
    return CheckBetween(absl::StrCat("gpu_counts[", Quoted(model), "]"), count, 0, kGpuCountMax);
  }
  return absl::OkStatus();
}

absl::Status CheckParts(const UsageRecord& record) {
  int64_t common = 1;
  for (const auto& [name, count] : record.parts_per_gpu) {
    if (!IsSharedPart(name) || !record.gpu_counts.contains(name)) {
      return Invalid("parts_per_gpu", Quoted(name),
                     Say("name shared parts that are among gpu_counts, for example shard"));
    }
    if (absl::Status status = CheckBetween(absl::StrCat("parts_per_gpu[", Quoted(name), "]"), count,
                                           1, kPartsPerGpuMax);
        !status.ok()) {
      return status;
    }
    common = std::lcm(common, count);
    if (common > kPartsPerGpuMax) {
      return Invalid("parts_per_gpu", absl::StrCat(count),
                     Say("give counts with a common multiple of at most $0", kPartsPerGpuMax));
    }
  }
  return absl::OkStatus();
}

// After the times: the products use them.
absl::Status CheckCounts(const UsageRecord& record) {
  for (const auto& [field, count, max] :
       {std::tuple("core_count", record.core_count, kCountMax),
        std::tuple("memory_bytes", record.memory_bytes, kAmountMax.count()),
        std::tuple("node_count", record.node_count, kCountMax)}) {
    if (absl::Status status = CheckBetween(field, count, 0, max); !status.ok()) return status;
  }
  const int64_t seconds = record.ElapsedSeconds() + record.time_limit_seconds;
  if (record.core_count * seconds > kAmountMax.count()) {
    return Invalid("core_count", absl::StrCat(record.core_count),
                   Say("with $0 s of use and a limit of $1 s that is more than $2 core-seconds; "
                       "give at most $3",
                       record.ElapsedSeconds(), record.time_limit_seconds, kAmountMax.count(),
                       kAmountMax.count() / seconds));
  }
  if (absl::Status status = CheckGpus(record.gpu_counts); !status.ok()) return status;
  return CheckParts(record);
}

}  // namespace

std::strong_ordering operator<=>(const JobKey& a, const JobKey& b) {
  if (const auto order = a.cluster <=> b.cluster; std::is_neq(order)) return order;
  if (const auto order = a.job_id <=> b.job_id; std::is_neq(order)) return order;
  return Order(a.submit_time, b.submit_time);
}

int64_t UsageRecord::ElapsedSeconds() const {
  // Durations saturate, so that even a record that was not checked has an answer.
  const absl::Duration used = end_time - start_time - absl::Seconds(suspended_seconds);
  return std::max<int64_t>(0, absl::ToInt64Seconds(used));
}

int64_t TimeLimitMax(const UsageRecord& record) {
  const int64_t seconds = kAmountMax.count() / std::max<int64_t>(record.core_count, 1);
  return std::clamp<int64_t>(seconds - record.ElapsedSeconds(), 0, kTimeLimitMax);
}

absl::Status CheckUsageRecord(const UsageRecord& record) {
  for (const auto check : {CheckKey, CheckTexts, CheckState, CheckTimes, CheckCounts}) {
    if (absl::Status status = check(record); !status.ok()) return status;
  }
  return absl::OkStatus();
}

bool Newer(const UsageRecord& incoming, const UsageRecord& held) {
  const bool terminal = IsTerminal(incoming.state);
  if (terminal != IsTerminal(held.state)) return terminal;
  if (incoming.observe_time != held.observe_time) return incoming.observe_time > held.observe_time;
  return std::is_gt(OrderOfContent(incoming, held));
}

}  // namespace mesolys
