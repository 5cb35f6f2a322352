#include "agent/loop/comparison.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "agent/loop/reporter.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// What runs is reported between two ticks: none may last long, however slow the accounting is.
constexpr int kComparedPagesPerTick = 5;
constexpr absl::Duration kComparingMax = absl::Seconds(5);
constexpr size_t kComparisonProblemBytesMax = 512;
// A record has some 200 bytes, so that a page stays far below what a request may hold.
constexpr int64_t kPageRecordsMax = 1000;

}  // namespace

Comparison::Comparison(std::string site, const ComparisonWanted& wanted, SpanReader* reader,
                       Spool& spool, SchedulerLink& link, const Clock& clock)
    : site_(std::move(site)),
      wanted_(wanted),
      reader_(reader),
      spool_(spool),
      link_(link),
      clock_(clock) {}

void Comparison::Begin(const v1::WantedComparison& wanted) {
  current_ = wanted;
  is_over_ = false;
  next_ = absl::FromUnixSeconds(wanted.period().start_time().seconds());
  is_inside_ = false;
  page_ = 0;
  unsent_.reset();
}

SpanTick Comparison::Tick() {
  SpanTick tick;
  const v1::WantedComparison wanted = wanted_.Get();
  if (wanted.number() != current_.number()) Begin(wanted);
  const absl::Time begin = clock_.Now();
  for (int page = 0; page < kComparedPagesPerTick && !is_over_ && tick.status.ok(); ++page) {
    tick.status = Send(tick);
    if (clock_.Now() - begin > kComparingMax) break;
  }
  tick.has_more = tick.status.ok() && !is_over_;
  return tick;
}

absl::StatusOr<v1::TellUsageRequest> Comparison::NextPage() {
  v1::TellUsageRequest request;
  request.set_site(SiteName(site_));
  request.set_comparison(current_.number());
  request.set_page(page_);
  const auto refuse = [&](const absl::Status& why) {
    request.set_problem(absl::CHexEscape(why.message()).substr(0, kComparisonProblemBytesMax));
    return request;
  };
  const absl::StatusOr<Period> span = FromProto(current_.period());
  if (!span.ok()) return refuse(span.status());
  if (reader_ == nullptr) {
    return refuse(absl::FailedPreconditionError(
        SayLater("the collector of this site has no history to read: only one of type slurm has")));
  }
  const absl::StatusOr<SpoolLevel> level = spool_.Level();
  if (!level.ok()) return level.status();
  absl::StatusOr<SpanPage> read =
      reader_->Read(*span, next_, /*is_anew=*/!is_inside_, kPageRecordsMax, clock_.Now());
  if (!read.ok()) return refuse(read.status());
  is_inside_ = read->next == next_;
  next_ = read->next;
  request.mutable_records()->Assign(read->records.begin(), read->records.end());
  request.set_unreadable_count(static_cast<int64_t>(read->quarantined.size()));
  *request.mutable_told_until_time() = ToProto(next_);
  request.set_is_last(next_ >= span->end);
  request.mutable_late_span()->set_seconds(absl::ToInt64Seconds(reader_->late_span()));
  request.set_spool_record_count(level->record_count);
  return request;
}

absl::Status Comparison::Send(SpanTick& tick) {
  if (!unsent_.has_value()) {
    absl::StatusOr<v1::TellUsageRequest> page = NextPage();
    if (!page.ok()) return page.status();
    unsent_ = *std::move(page);
  }
  const absl::StatusOr<v1::TellUsageResponse> response = link_.TellUsage(*unsent_, kPatience);
  if (!response.ok()) {
    return absl::Status(response.status().code(),
                        Say("the scheduler did not take page $0 of a comparison: $1", page_,
                            response.status().message())
                            .Render());
  }
  tick.record_count += unsent_->records_size();
  unsent_.reset();
  if (response->is_over()) {
    is_over_ = true;
  } else if (response->next_page() == page_ + 1) {
    ++page_;
  } else {
    Begin(current_);
  }
  return absl::OkStatus();
}

}  // namespace mesolys::agent
