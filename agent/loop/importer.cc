#include "agent/loop/importer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "agent/loop/reporter.h"
#include "proto/runtime/convert.h"
#include "proto/values/charging.h"
#include "proto/values/sentence.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

// What runs is reported between two ticks: none may last long, however slow the accounting is.
constexpr int kImportedPagesPerTick = 10;
constexpr absl::Duration kImportingMax = absl::Seconds(5);
constexpr size_t kImportProblemBytesMax = 512;

int64_t CoreSeconds(const v1::UsageRecord& message) {
  const absl::StatusOr<UsageRecord> record = FromProto(message);
  return record.ok() ? record->core_count * SpansOf(*record).charged_seconds : 0;
}

}  // namespace

Importer::Importer(Spool& spool, const Quarantine& quarantine, SpanReader* reader,
                   const MeansLog& means, RunningJobs& running, const Clock& clock, uint64_t seed)
    : spool_(spool),
      quarantine_(quarantine),
      reader_(reader),
      means_(means),
      running_(running),
      clock_(clock),
      backoff_(seed) {}

absl::StatusOr<std::optional<Importer::Due>> Importer::Find() {
  const absl::StatusOr<std::optional<v1::DesiredState>> state = spool_.DesiredState();
  if (!state.ok()) return state.status();
  const absl::StatusOr<std::vector<ImportPlace>> places = spool_.Imports();
  if (!places.ok()) return places.status();
  const v1::DesiredState& wanted = state->has_value() ? **state : v1::DesiredState();
  const auto is_ordered = [&](int64_t number) {
    return std::any_of(wanted.imports().begin(), wanted.imports().end(),
                       [&](const v1::DesiredImport& each) { return each.number() == number; });
  };
  for (const ImportPlace& place : *places) {
    if (is_ordered(place.number)) continue;
    if (absl::Status forgotten = spool_.ForgetImport(place.number); !forgotten.ok()) {
      return forgotten;
    }
  }
  for (const v1::DesiredImport& import : wanted.imports()) {
    const auto place = std::find_if(places->begin(), places->end(), [&](const ImportPlace& each) {
      return each.number == import.number();
    });
    if (place == places->end()) {
      ImportPlace first;
      first.number = import.number();
      first.next = absl::FromUnixSeconds(import.period().start_time().seconds());
      return Due{import, first};
    }
    if (!place->is_read) return Due{import, *place};
  }
  return std::nullopt;
}

SpanTick Importer::Tick() {
  SpanTick tick;
  absl::StatusOr<std::optional<Due>> due = Find();
  if (!due.ok()) tick.status = due.status();
  if (!due.ok() || !due->has_value()) return tick;
  ImportPlace& place = (*due)->place;
  const absl::StatusOr<Period> span = FromProto((*due)->import.period());
  if (!span.ok()) {
    tick.status = GiveUp(place, span.status());
    return tick;
  }
  if (reader_ == nullptr) {
    tick.status = GiveUp(
        place,
        absl::FailedPreconditionError(SayLater(
            "the collector of this site has no history to read: only one of type slurm has")));
    return tick;
  }
  if (clock_.Now() < not_before_) return tick;
  if (std::exchange(number_, place.number) != place.number) is_inside_ = false;
  const absl::Time begin = clock_.Now();
  for (int page = 0; page < kImportedPagesPerTick && !place.is_read && tick.status.ok(); ++page) {
    tick.status = ReadPage(*span, place, tick);
    if (clock_.Now() - begin > kImportingMax) break;
  }
  if (tick.status.ok()) {
    backoff_.Reset();
    failure_count_ = 0;
    tick.has_more = true;  // to be sent, to be read, or another import
    return tick;
  }
  is_inside_ = false;
  not_before_ = clock_.Now() + backoff_.Next();
  const absl::Status why(tick.status.code(),
                         Say("cannot import: $0", tick.status.message()).Render());
  spdlog::warn("{}", std::string(why.message()));
  tick.status = ++failure_count_ < kFailuresMax ? why : GiveUp(place, why);
  return tick;
}

absl::Status Importer::ReadPage(const Period& span, ImportPlace& place, SpanTick& tick) {
  const absl::StatusOr<SpoolLevel> level = spool_.Level();
  if (!level.ok()) return level.status();
  const int64_t room = std::min(spool_.Room(), kWaitingMax - level->record_count);
  if (room <= 0) return absl::OkStatus();
  const absl::Time now = clock_.Now();
  absl::StatusOr<SpanPage> page = reader_->Read(span, place.next, /*is_anew=*/!is_inside_,
                                                std::min(room, Reporter::kBatchRecordsMax), now);
  if (!page.ok()) return page.status();
  if (!is_inside_) told_ = place.result;
  is_inside_ = true;
  told_.set_job_count(told_.job_count() + static_cast<int64_t>(page->records.size()));
  told_.set_unreadable_count(told_.unreadable_count() +
                             static_cast<int64_t>(page->quarantined.size()));
  for (const v1::UsageRecord& record : page->records) {
    told_.set_core_seconds(told_.core_seconds() + CoreSeconds(record));
  }
  if (page->next != place.next) {
    // Only now do they count: a slice that is interrupted is told again from its beginning.
    place.next = page->next;
    place.result = told_;
    place.is_read = place.next >= span.end;
    is_inside_ = false;
  }
  if (absl::Status judged = running_.Judge(page->records); !judged.ok()) return judged;
  means_.Bound(page->quarantined);
  absl::StatusOr<QuarantineMark> mark = spool_.Mark();
  if (mark.ok()) mark = quarantine_.Append(*mark, page->quarantined, now);
  if (!mark.ok()) return mark.status();
  tick.record_count += static_cast<int64_t>(page->records.size());
  return spool_.AddImported(page->records, place, *mark, now);
}

absl::Status Importer::GiveUp(ImportPlace place, const absl::Status& why) {
  failure_count_ = 0;
  is_inside_ = false;
  place.is_read = true;
  place.result.set_problem(absl::CHexEscape(why.message()).substr(0, kImportProblemBytesMax));
  const absl::StatusOr<QuarantineMark> mark = spool_.Mark();
  if (!mark.ok()) return mark.status();
  return spool_.AddImported({}, place, *mark, clock_.Now());
}

}  // namespace mesolys::agent
