#include "agent/slurm/text/row_bound.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/slurm/text/sacct_value.h"
#include "proto/values/gpu_part.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

constexpr size_t kIdBytesMax = 40;
// What a record may last; and what keeps the time of an unset field out of sums.
constexpr absl::Duration kRanMax = absl::Hours(24 * 3650);

std::string Escaped(absl::string_view text) {
  return absl::CHexEscape(text.substr(0, kIdBytesMax)).substr(0, kIdBytesMax);
}

// Each entry by itself; whether all that is charged by can be told.
bool ReadSize(absl::string_view alloc_tres, UsageRecord& record) {
  bool is_known = true;
  std::string readable;
  for (const absl::string_view entry : absl::StrSplit(alloc_tres, ',')) {
    const bool is_charged =
        absl::StartsWith(entry, "cpu=") || absl::StartsWith(entry, "mem=") ||
        GpuNameOfTres(absl::AsciiStrToLower(entry.substr(0, entry.find('=')))).has_value();
    if (ParseAllocTres(entry).ok()) {
      absl::StrAppend(&readable, readable.empty() ? "" : ",", entry);
    } else if (is_charged) {
      is_known = false;
    }
  }
  const absl::StatusOr<Allocation> allocation = ParseAllocTres(readable);
  if (!allocation.ok()) return false;
  record.core_count = allocation->core_count;
  record.gpu_counts = allocation->gpu_counts;
  record.memory_bytes = allocation->memory_bytes;
  record.node_count = allocation->node_count;
  return is_known && record.core_count > 0;
}

// When it ran at most.
void ReadSpan(const SacctRow& row, absl::Time observe_time, UsageRecord& record) {
  const bool is_over = row.is_over;
  record.state = is_over ? JobState::kOther : JobState::kRunning;
  const auto is_past = [&](const std::optional<absl::Time>& time) {
    return time.has_value() && *time <= observe_time;
  };
  const bool has_end = is_over && is_past(row.end);
  const bool is_contradiction = has_end && row.start.has_value() && *row.end < *row.start;
  record.end_time = has_end && !is_contradiction ? *row.end : observe_time;
  const std::optional<absl::Time> earliest =
      is_past(row.submit) && (is_contradiction || !is_past(row.start)) ? row.submit : row.start;
  record.start_time = is_past(earliest) ? *earliest : absl::UnixEpoch();
  if (is_over && row.elapsed.has_value()) {
    record.start_time = record.end_time - absl::Seconds(*row.elapsed);
  }
  record.start_time = std::clamp(
      record.start_time, std::max(absl::UnixEpoch(), record.end_time - kRanMax), record.end_time);
  record.time_limit_seconds = std::clamp<int64_t>(row.time_limit, 0, TimeLimitMax(record));
  record.observe_time = observe_time;
}

}  // namespace

std::optional<UnreadJob> BoundOf(const SacctText& text, absl::string_view line,
                                 absl::Time observe_time) {
  const std::optional<SacctRow> row = text.Row(line);
  if (!row.has_value() || row->account.empty()) return std::nullopt;
  UnreadJob job;
  UsageRecord& record = job.at_most;
  record.key.cluster = row->cluster;
  // What is known by another name is no key.
  record.key.job_id = 1;
  record.key.submit_time = absl::FromUnixSeconds(1);
  record.account = std::string(row->account);
  if (CheckLogin("user", row->user).ok()) record.user = std::string(row->user);
  ReadSpan(*row, absl::FromUnixSeconds(absl::ToUnixSeconds(observe_time)), record);
  job.is_size_known = ReadSize(row->alloc_tres, record);
  if (!CheckUsageRecord(record).ok()) {
    job.is_size_known = false;
    record.core_count = 0;
    record.gpu_counts.clear();
    record.memory_bytes = 0;
    record.node_count = 0;
  }
  if (!CheckUsageRecord(record).ok()) return std::nullopt;
  int64_t id = 0;
  job.id = absl::SimpleAtoi(row->job_id, &id) ? absl::StrCat(id) : Escaped(row->job_id);
  job.submitted = row->submit.has_value() ? SubmittedText(*row->submit) : Escaped(row->submitted);
  return job;
}

}  // namespace mesolys::agent
