#include "agent/slurm/sacct_span.h"

#include <algorithm>
#include <utility>

#include "agent/ports/quarantined_line.h"
#include "agent/slurm/text/row_bound.h"
#include "proto/runtime/convert.h"

namespace mesolys::agent {
namespace {

// Whether the job ran within the span, and is told in the slice [from, to) of it.
bool IsOfSlice(const UsageRecord& record, const Period& span, absl::Time from, absl::Time to) {
  const bool ran_within = record.start_time < span.end &&
                          (record.end_time > span.start || record.start_time >= span.start);
  const absl::Time told = std::max(record.start_time, span.start);
  return ran_within && from <= told && told < to;
}

}  // namespace

SacctSpan::SacctSpan(std::unique_ptr<Sacct> sacct, SlurmWindows windows, std::string scratch_dir,
                     std::unique_ptr<SharedPartsReader> shared)
    : sacct_(std::move(sacct)),
      windows_(windows),
      scratch_dir_(std::move(scratch_dir)),
      text_(*SacctText::Create(SacctProgramFormat())),
      shared_(std::move(shared)) {}

absl::StatusOr<SacctSpan::Slice> SacctSpan::ReadSlice(const Period& span, absl::Time from,
                                                      absl::Time now) {
  absl::StatusOr<SliceBacklog> backlog = SliceBacklog::Create(scratch_dir_);
  if (!backlog.ok()) return backlog.status();
  Slice slice = {from, std::min(span.end, from + windows_.slice), *std::move(backlog), {}};
  const auto take = [&](const OutputLine& line) -> absl::Status {
    absl::StatusOr<std::optional<UsageRecord>> record = ParseRow(text_, line, now);
    if (!record.ok()) {
      if (slice.quarantined.size() < kQuarantinedMax) {
        slice.quarantined.push_back({"sacct", std::string(record.status().message()),
                                     std::string(line.text), BoundOf(text_, line.text, now)});
      }
      return absl::OkStatus();
    }
    if (!record->has_value() || !IsOfSlice(**record, span, slice.from, slice.to)) {
      return absl::OkStatus();
    }
    if (shared_ != nullptr) {
      if (absl::Status status = shared_->Complete(now, **record); !status.ok()) return status;
    }
    return slice.backlog.Write(0, ToProto(**record));
  };
  absl::Status read = sacct_->Read(slice.from, slice.to, take);
  if (read.ok()) read = slice.backlog.Rewind();
  if (!read.ok()) return read;
  return slice;
}

absl::StatusOr<SpanPage> SacctSpan::Read(const Period& span, absl::Time from, bool is_anew,
                                         int64_t records_max, absl::Time now) {
  if (is_anew || !slice_.has_value() || slice_->from != from) {
    slice_.reset();
    absl::StatusOr<Slice> slice =
        ReadSlice(span, from, absl::FromUnixSeconds(absl::ToUnixSeconds(now)));
    if (!slice.ok()) return slice.status();
    slice_ = *std::move(slice);
  }
  SpanPage page;
  page.quarantined = std::exchange(slice_->quarantined, {});
  page.next = from;
  while (!slice_->backlog.IsEmpty() && static_cast<int64_t>(page.records.size()) < records_max) {
    const absl::StatusOr<uint64_t> mark = slice_->backlog.Read(page.records.emplace_back());
    if (mark.ok()) continue;
    slice_.reset();
    return mark.status();
  }
  if (slice_->backlog.IsEmpty()) {
    page.next = slice_->to;
    slice_.reset();
  }
  return page;
}

}  // namespace mesolys::agent
