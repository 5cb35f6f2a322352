#include "agent/slurm/slurm.h"

#include <algorithm>
#include <utility>

#include "agent/ports/quarantined_line.h"
#include "agent/slurm/text/row_bound.h"
#include "proto/runtime/convert.h"
#include "proto/values/job_state.h"

namespace mesolys::agent {
namespace {

// Of a record that will be told again.
constexpr uint64_t kNoMark = 0;

absl::Time Second(int64_t unix_seconds) { return absl::FromUnixSeconds(unix_seconds); }

}  // namespace

// The columns are ours: they suffice.
Slurm::Slurm(std::unique_ptr<Sacct> sacct, SlurmWindows windows, std::string scratch_dir,
             std::unique_ptr<SharedPartsReader> shared)
    : sacct_(std::move(sacct)),
      windows_(windows),
      scratch_dir_(std::move(scratch_dir)),
      text_(*SacctText::Create(SacctProgramFormat())),
      shared_(std::move(shared)) {}

absl::Status Slurm::Take(const OutputLine& line, absl::Time observe_time, bool tells_running,
                         Reading& reading) {
  const uint64_t mark = ToldLines::Mark(line.text);
  if (told_.Has(mark)) return absl::OkStatus();
  absl::StatusOr<std::optional<UsageRecord>> record = ParseRow(text_, line, observe_time);
  if (!record.ok()) {
    if (reading.quarantined.size() >= kQuarantinedMax) return absl::OkStatus();
    reading.quarantined.push_back({"sacct", std::string(record.status().message()),
                                   std::string(line.text),
                                   BoundOf(text_, line.text, observe_time)});
    reading.quarantined_marks.push_back(mark);
    return absl::OkStatus();
  }
  if (!record->has_value()) {
    ++reading.skipped_count;
    return absl::OkStatus();
  }
  if (shared_ != nullptr) {
    if (absl::Status status = shared_->Complete(observe_time, **record); !status.ok())
      return status;
  }
  if (IsTerminal((*record)->state)) return reading.backlog.Write(mark, ToProto(**record));
  // The row of a job that runs stays the same while its time goes on.
  return tells_running ? reading.backlog.Write(kNoMark, ToProto(**record)) : absl::OkStatus();
}

absl::StatusOr<Slurm::Reading> Slurm::Read(const SlurmSlice& slice, absl::Time observe_time,
                                           bool tells_running) {
  absl::StatusOr<SliceBacklog> backlog = SliceBacklog::Create(scratch_dir_);
  if (!backlog.ok()) return backlog.status();
  Reading reading = {*std::move(backlog), {}, {}, 0};
  absl::Status read = sacct_->Read(Second(slice.from), Second(slice.to),
                                   [&](const OutputLine& line) -> absl::Status {
                                     return Take(line, observe_time, tells_running, reading);
                                   });
  if (read.ok()) read = reading.backlog.Rewind();
  if (!read.ok()) return read;
  return reading;
}

absl::Status Slurm::Tell(int64_t records_max, Collected& collected) {
  collected.quarantined = std::exchange(reading_->quarantined, {});
  collected.skipped_count = std::exchange(reading_->skipped_count, 0);
  last_marks_ = std::exchange(reading_->quarantined_marks, {});
  while (!reading_->backlog.IsEmpty() &&
         static_cast<int64_t>(collected.records.size()) < records_max) {
    const absl::StatusOr<uint64_t> mark = reading_->backlog.Read(collected.records.emplace_back());
    if (!mark.ok()) return mark.status();
    if (*mark != kNoMark) last_marks_.push_back(*mark);
  }
  return absl::OkStatus();
}

absl::StatusOr<Collected> Slurm::Collect(const std::string& cursor_text, int64_t records_max,
                                         absl::Time now) {
  if (cursor_text == last_cursor_) {
    for (const uint64_t mark : last_marks_) told_.Add(mark);
  } else {
    reading_.reset();
  }
  last_cursor_.clear();
  last_marks_.clear();
  SlurmCursor cursor = ParseSlurmCursor(cursor_text).value_or(SlurmCursor());
  if (!cursor.is_in_pass) {
    StartPass(windows_, now, cursor);
    cursor.tells_running |= std::exchange(is_running_awaited_, false);
  }
  // A slice that is read now is as new as may be, whenever its pass began.
  if (!reading_.has_value()) cursor.until = std::max(cursor.until, absl::ToUnixSeconds(now));
  const SlurmSlice slice = SliceOf(windows_, cursor);
  if (!reading_.has_value()) {
    absl::StatusOr<Reading> reading =
        Read(slice, Second(absl::ToUnixSeconds(now)), slice.is_last && cursor.tells_running);
    if (!reading.ok()) return reading.status();
    reading_ = *std::move(reading);
  }
  Collected collected;
  if (absl::Status told = Tell(records_max, collected); !told.ok()) {
    reading_.reset();
    return told;
  }
  ++cursor.told_groups;
  if (reading_->backlog.IsEmpty()) {
    reading_.reset();
    FinishSlice(slice, cursor);
    // What a whole old pass has not met will not be met again.
    if (!cursor.is_in_pass && cursor.is_old_pass) told_.Age();
  }
  collected.has_more = cursor.is_in_pass;
  collected.told_running = cursor.tells_running;
  collected.cursor = ToText(cursor);
  last_cursor_ = collected.cursor;
  return collected;
}

}  // namespace mesolys::agent
