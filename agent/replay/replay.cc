#include "agent/replay/replay.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/ports/quarantined_line.h"
#include "agent/slurm/text/row_bound.h"
#include "proto/runtime/convert.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kPrefixBytesMax = 1024;
// A Collect ends after so many lines even when they tell nothing, so that nobody waits for it.
constexpr int64_t kLinesMax = 20000;
// Lines that are searched for the earliest start.
constexpr int kOriginLines = 2000;
constexpr absl::Duration kLeftAlone = absl::Minutes(1);

// FNV-1a: tells files apart, protects against nobody.
uint64_t Hash(absl::string_view text, uint64_t hash = 14695981039346656037U) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211U;
  return hash;
}

// The record of a job that runs still at `instant`. When it was suspended is not recorded.
UsageRecord Running(UsageRecord record, absl::Time instant) {
  record.state = JobState::kRunning;
  record.cancelled_by_uid = -1;
  record.suspended_seconds = 0;
  record.end_time = instant;
  record.observe_time = instant;
  return record;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Replay>> Replay::Open(ReplayOptions options) {
  std::unique_ptr<Replay> replay(new Replay(std::move(options)));
  if (absl::StatusOr<Recording> recording = replay->OpenRecording(); !recording.ok()) {
    return recording.status();
  }
  return replay;
}

absl::StatusOr<Replay::Recording> Replay::OpenRecording() const {
  absl::StatusOr<LineReader> reader = LineReader::Open(options_.file);
  if (!reader.ok()) return reader.status();
  TextLine first;
  int64_t line_count = 0;
  do {
    if (absl::StatusOr<bool> read = reader->Next(first); !read.ok()) return read.status();
    ++line_count;
  } while (SacctText::IsComment(first.text));
  SacctFormat format = options_.format;
  if (format.columns.empty() && !format.delimiter.empty()) {
    format.columns = absl::StrSplit(first.text, absl::ByString(format.delimiter));
  }
  absl::StatusOr<SacctText> text = SacctText::Create(std::move(format));
  if (!text.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(options_.file, ": ", text.status().message(),
                                                   options_.format.columns.empty()
                                                       ? " in its first line; without a header set "
                                                         "`columns`"
                                                       : ""));
  }
  const bool has_header = text->IsHeader(first.text);
  const absl::Time observe_time =
      options_.observe_time == absl::InfinitePast() ? reader->modify_time() : options_.observe_time;
  return Recording{*std::move(reader), *std::move(text), has_header ? first.next_offset : 0,
                   has_header ? line_count : 0, observe_time};
}

absl::StatusOr<uint64_t> Replay::Fingerprint(int64_t prefix_bytes) const {
  std::ifstream file(options_.file, std::ios::binary);
  std::string prefix(static_cast<size_t>(prefix_bytes), '\0');
  if (!file.read(prefix.data(), prefix_bytes)) {
    return absl::InternalError(absl::StrCat(options_.file, ": cannot be read"));
  }
  const SacctFormat& format = options_.format;
  const std::string reading =
      absl::StrCat(absl::StrJoin(format.columns, ","), "\n", format.delimiter, "\n", format.cluster,
                   "\n", absl::FormatDuration(format.shift), "\n", options_.speed);
  return Hash(reading, Hash(prefix));
}

absl::StatusOr<ReplayCursor> Replay::Resume(const std::string& text, Recording& recording,
                                            absl::Time now) const {
  const std::optional<ReplayCursor> cursor = ParseReplayCursor(text);
  const int64_t size = recording.reader.size_bytes();
  if (!cursor.has_value() || cursor->prefix_bytes > kPrefixBytesMax ||
      size < std::max({cursor->prefix_bytes, cursor->offset, cursor->seen_offset})) {
    return Begin(recording, now);
  }
  const absl::StatusOr<uint64_t> fingerprint = Fingerprint(cursor->prefix_bytes);
  if (!fingerprint.ok()) return fingerprint.status();
  if (*fingerprint != cursor->fingerprint) return Begin(recording, now);
  return *cursor;
}

absl::StatusOr<ReplayCursor> Replay::Begin(Recording& recording, absl::Time now) const {
  ReplayCursor cursor;
  cursor.prefix_bytes = std::min(recording.reader.size_bytes(), kPrefixBytesMax);
  const absl::StatusOr<uint64_t> fingerprint = Fingerprint(cursor.prefix_bytes);
  if (!fingerprint.ok()) return fingerprint.status();
  cursor.fingerprint = *fingerprint;
  cursor.seen_offset = recording.header_bytes;
  cursor.seen_line = recording.header_lines;
  cursor.origin_real = absl::ToUnixSeconds(now);
  cursor.origin_recorded = cursor.origin_real;
  if (options_.speed == 0) return cursor;
  if (absl::Status status = recording.reader.SeekTo(cursor.seen_offset); !status.ok())
    return status;
  TextLine line;
  for (int count = 0; count < kOriginLines; ++count) {
    const absl::StatusOr<bool> read = recording.reader.Next(line);
    if (!read.ok()) return read.status();
    if (!*read) break;
    const auto record = recording.text.Parse(line.text, recording.observe_time);
    if (!record.ok() || !record->has_value()) continue;
    cursor.origin_recorded =
        std::min(cursor.origin_recorded, absl::ToUnixSeconds((*record)->start_time));
  }
  return cursor;
}

bool Replay::StartPass(const Recording& recording, absl::Time now, ReplayCursor& cursor) {
  const int64_t now_seconds = absl::ToUnixSeconds(now);
  int64_t instant = now_seconds;
  if (options_.speed > 0) {
    const auto real_seconds = static_cast<double>(now_seconds - cursor.origin_real);
    // Bounded before it becomes an integer: a speed may be large.
    const double recorded_seconds = std::min(
        options_.speed * real_seconds, static_cast<double>(now_seconds - cursor.origin_recorded));
    instant = cursor.origin_recorded + static_cast<int64_t>(recorded_seconds);
  }
  instant = std::max(instant, cursor.to);  // the clock may go backwards, recorded time does not
  const bool is_first = cursor.to == ReplayCursor::kNotYet;
  const bool has_grown = recording.reader.size_bytes() > cursor.seen_offset;
  const bool has_ended = cursor.next_end <= instant;
  const bool is_due =
      is_running_awaited_ ||
      instant >= cursor.last_running + absl::ToInt64Seconds(options_.in_flight_interval);
  const bool tells_running =
      options_.speed > 0 && !is_first && cursor.next_end != ReplayCursor::kNever && is_due;
  if (!has_grown && !has_ended && !tells_running) return false;
  is_running_awaited_ = false;
  cursor.is_in_pass = true;
  cursor.tells_running = tells_running;
  cursor.from = cursor.to;
  cursor.to = instant;
  if (is_first || tells_running) cursor.last_running = instant;
  if (has_ended || tells_running) {
    cursor.offset = recording.header_bytes;
    cursor.line = recording.header_lines;
    cursor.next_end = ReplayCursor::kNever;
  } else {
    cursor.offset = cursor.seen_offset;
    cursor.line = cursor.seen_line;
  }
  return true;
}

void Replay::Tell(const Recording& recording, const TextLine& line, ReplayCursor& cursor,
                  Collected& collected) const {
  const bool is_new = line.offset >= cursor.seen_offset;
  absl::StatusOr<std::optional<UsageRecord>> record =
      line.is_too_long ? absl::InvalidArgumentError("the line is longer than 1 MiB")
                       : recording.text.Parse(line.text, recording.observe_time);
  if (!record.ok()) {
    if (!is_new) return;
    collected.quarantined.push_back({absl::StrCat(options_.file, ":", cursor.line + 1),
                                     std::string(record.status().message()), std::string(line.text),
                                     BoundOf(recording.text, line.text, recording.observe_time)});
    return;
  }
  if (!record->has_value()) {
    if (is_new) ++collected.skipped_count;
    return;
  }
  const int64_t end = absl::ToUnixSeconds((*record)->end_time);
  if (end <= cursor.to) {
    if (is_new || end > cursor.from) collected.records.push_back(ToProto(**record));
    return;
  }
  cursor.next_end = std::min(cursor.next_end, end);
  if (cursor.tells_running && absl::ToUnixSeconds((*record)->start_time) < cursor.to) {
    const absl::Time instant = absl::FromUnixSeconds(cursor.to);
    collected.records.push_back(ToProto(Running(*std::move(*record), instant)));
  }
}

absl::Status Replay::GoOn(Recording& recording, int64_t records_max, absl::Time now,
                          ReplayCursor& cursor, Collected& collected) const {
  if (absl::Status status = recording.reader.SeekTo(cursor.offset); !status.ok()) return status;
  const bool is_left_alone = now - recording.reader.modify_time() >= kLeftAlone;
  TextLine line;
  for (int64_t lines = 0; lines < kLinesMax; ++lines) {
    if (static_cast<int64_t>(collected.records.size()) >= records_max) return absl::OkStatus();
    if (collected.quarantined.size() >= kQuarantinedMax) {
      return absl::OkStatus();
    }
    const absl::StatusOr<bool> read = recording.reader.Next(line);
    if (!read.ok()) return read.status();
    // Half a line would be half a number.
    if (!*read || (!line.is_terminated && !is_left_alone)) {
      cursor.is_in_pass = false;
      return absl::OkStatus();
    }
    Tell(recording, line, cursor, collected);
    cursor.offset = line.next_offset;
    ++cursor.line;
    if (cursor.offset > cursor.seen_offset) {
      cursor.seen_offset = cursor.offset;
      cursor.seen_line = cursor.line;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Collected> Replay::Collect(const std::string& cursor_text, int64_t records_max,
                                          absl::Time now) {
  absl::StatusOr<Recording> recording = OpenRecording();
  if (!recording.ok()) return recording.status();
  absl::StatusOr<ReplayCursor> cursor = Resume(cursor_text, *recording, now);
  if (!cursor.ok()) return cursor.status();
  Collected collected;
  if (cursor->is_in_pass || StartPass(*recording, now, *cursor)) {
    absl::Status status = GoOn(*recording, records_max, now, *cursor, collected);
    if (!status.ok()) return status;
  }
  collected.has_more = cursor->is_in_pass;
  // Without a speed everything has ended; nor does anything run of what has no end still to come.
  collected.told_running =
      options_.speed == 0 || cursor->tells_running || cursor->next_end == ReplayCursor::kNever;
  collected.cursor = ToText(*cursor);
  return collected;
}

}  // namespace mesolys::agent
