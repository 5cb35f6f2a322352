#include "agent/loop/reporter.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/runtime/convert.h"
#include "proto/values/names.h"
#include "proto/values/sentence.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {
namespace {

// Ten groups are some ten thousand lines: a fraction of a second.
constexpr int kGroupsPerRound = 10;

// Sent again unchanged these will be refused again: somebody has to look.
bool NeedsPeople(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument ||
         status.code() == absl::StatusCode::kNotFound ||
         status.code() == absl::StatusCode::kAlreadyExists ||
         status.code() == absl::StatusCode::kInternal;
}

absl::Status During(absl::string_view what, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(what, ": ", status.message()));
}

}  // namespace

Reporter::Reporter(Spool& spool, const Quarantine& quarantine,
                   const std::vector<Collector*>& collectors, SchedulerLink& link,
                   const Clock& clock, CollectionLog& collections, MeansLog& means,
                   RunningJobs& running, ReporterOptions options)
    : spool_(spool),
      quarantine_(quarantine),
      link_(link),
      clock_(clock),
      options_(std::move(options)),
      backoff_(options_.seed),
      collections_(collections),
      running_(running),
      means_(means) {
  std::set<std::string> names;
  for (Collector* const collector : collectors) {
    sources_.push_back({*collector, collector->name()});
    // One would go on from where another is.
    if (!names.insert(sources_.back().name).second) std::abort();
  }
}

ReportTick Reporter::Tick(const std::atomic<bool>& is_stopping) {
  ReportTick tick;
  std::vector<Source*> busy;
  for (Source& source : sources_) busy.push_back(&source);
  size_t failed_count = 0;
  absl::Status collected;
  absl::Status sent;
  while (!busy.empty() && sent.ok() && !is_stopping) {
    std::erase_if(busy, [&](Source* source) {
      bool has_more = false;
      const absl::Status status = Collect(*source, tick, has_more);
      if (!status.ok()) ++failed_count;
      collected.Update(status);
      return !status.ok() || !has_more;
    });
    // A source that fails does not keep what is spooled from being sent.
    sent = SendAll(is_stopping, tick);
  }
  tick.status.Update(sent);
  tick.status.Update(collected);
  if (tick.status.ok()) {
    backoff_.Reset();
    tick.wait = options_.interval;
  } else {
    // What can be collected is not to wait for what cannot.
    const bool goes_on = sent.ok() && failed_count < sources_.size();
    tick.wait = goes_on ? options_.interval : backoff_.Next();
    if (NeedsPeople(tick.status)) {
      spdlog::error(
          "report: {}; everything is kept, but nothing more gets through until this is "
          "put right",
          std::string(tick.status.message()));
    } else if (!is_stopping) {
      spdlog::warn("report: {}", std::string(tick.status.message()));
    }
  }
  return tick;
}

absl::Status Reporter::Collect(Source& source, ReportTick& tick, bool& has_more) {
  for (int group = 0; group < kGroupsPerRound; ++group) {
    const int64_t room = std::min(spool_.Room(), kBatchRecordsMax);
    if (room <= 0) {
      // Room comes from sending: if that works there is more to collect at once.
      has_more = true;
      return absl::OkStatus();
    }
    const absl::StatusOr<std::string> cursor = spool_.Cursor(source.name);
    if (!cursor.ok()) return cursor.status();
    if (source.is_at_rest) BeginCollection(source);
    const absl::Time now = clock_.Now();
    absl::StatusOr<Collected> collected = source.collector.Collect(*cursor, room, now);
    if (!collected.ok()) {
      return During(source.name.empty() ? SayLater("cannot collect")
                                        : Say("cannot collect $0", source.name).Render(),
                    collected.status());
    }
    if (absl::Status judged = running_.Judge(collected->records); !judged.ok()) return judged;
    const std::vector<QuarantinedLine> aside = means_.Waiting();
    collected->quarantined.insert(collected->quarantined.end(), aside.begin(), aside.end());
    has_more = collected->has_more;
    if (collected->records.empty() && collected->quarantined.empty() &&
        collected->cursor == *cursor) {
      if (!has_more) EndCollection(source, collected->told_running);
      return absl::OkStatus();
    }
    means_.Bound(collected->quarantined);
    absl::StatusOr<QuarantineMark> mark = spool_.Mark();
    if (mark.ok()) mark = quarantine_.Append(*mark, collected->quarantined, now);
    if (!mark.ok()) return mark.status();
    absl::Status added = spool_.Add(collected->records, collected->cursor, *mark, now, source.name);
    if (!added.ok()) return added;
    means_.Drop(aside.size());
    tick.collected_count += static_cast<int64_t>(collected->records.size());
    tick.quarantined_count += static_cast<int64_t>(collected->quarantined.size());
    tick.skipped_count += collected->skipped_count;
    if (!has_more) {
      EndCollection(source, collected->told_running);
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

void Reporter::BeginCollection(Source& source) {
  if (collections_.TakeAwaited()) {
    for (Source& each : sources_) each.collector.TellRunning();
  }
  source.begun = collections_.Moment();
  source.is_at_rest = false;
}

void Reporter::EndCollection(Source& source, bool told_running) {
  source.end_time = clock_.Now();
  if (source.begun.has_value() && told_running) source.complete = *source.begun;
  source.begun.reset();
  source.is_at_rest = true;
  // The site has told what each of them has.
  int64_t complete = source.complete;
  absl::Time end_time = source.end_time;
  for (const Source& each : sources_) {
    complete = std::min(complete, each.complete);
    end_time = std::min(end_time, each.end_time);
  }
  collections_.EndAt(end_time);
  collections_.Complete(complete);
}

absl::Status Reporter::SendAll(const std::atomic<bool>& is_stopping, ReportTick& tick) {
  while (!is_stopping) {
    absl::StatusOr<SpoolBatch> batch = spool_.Head(kBatchRecordsMax, kBatchBytesMax);
    if (!batch.ok()) return batch.status();
    if (batch->records.empty()) return absl::OkStatus();
    if (absl::Status sent = Send(*std::move(batch), tick); !sent.ok()) return sent;
  }
  return absl::OkStatus();
}

absl::Status Reporter::Send(SpoolBatch batch, ReportTick& tick) {
  v1::ReportUsageRequest request;
  request.set_site(SiteName(options_.site));
  request.set_request_id(absl::StrCat(spool_.id(), "-", batch.first, "-", batch.last));
  for (v1::UsageRecord& record : batch.records) *request.add_records() = std::move(record);
  batch.records.clear();
  batch.records.shrink_to_fit();
  const absl::StatusOr<v1::ReportUsageResponse> response = link_.ReportUsage(request, kPatience);
  if (!response.ok()) {
    return During(
        Say("the scheduler did not take records $0 to $1", batch.first, batch.last).Render(),
        response.status());
  }
  const absl::StatusOr<QuarantineMark> mark = SetAside(request, *response);
  if (!mark.ok()) return mark.status();
  const ImportTally tally = {batch.import, response->changed_count(), response->rejected_size()};
  if (absl::Status done = spool_.Acknowledge(batch.last, *mark, tally); !done.ok()) return done;
  tick.sent_count += request.records_size();
  tick.changed_count += response->changed_count();
  tick.rejected_count += response->rejected_size();
  return absl::OkStatus();
}

absl::StatusOr<QuarantineMark> Reporter::SetAside(const v1::ReportUsageRequest& request,
                                                  const v1::ReportUsageResponse& response) {
  std::vector<QuarantinedLine> lines;
  std::vector<JobKey> jobs;
  for (const v1::RejectedRecord& rejected : response.rejected()) {
    if (rejected.index() < 0 || rejected.index() >= request.records_size()) {
      return absl::InternalError(Say("the scheduler rejected record $0 of a batch of $1",
                                     rejected.index(), request.records_size())
                                     .Render());
    }
    const v1::UsageRecord& record = request.records(rejected.index());
    lines.push_back({"scheduler",
                     absl::StrCat(rejected.refusal().reason(), ": ", rejected.refusal().message()),
                     record.ShortDebugString()});
    if (const absl::StatusOr<UsageRecord> parsed = FromProto(record); parsed.ok()) {
      jobs.push_back(parsed->key);
      // Slurm has counted it all the same.
      if (CheckUsageRecord(*parsed).ok()) lines.back().job = UnreadJobOf(*parsed);
    }
  }
  if (absl::Status forgotten = spool_.ForgetJobs(jobs); !forgotten.ok()) return forgotten;
  const absl::StatusOr<QuarantineMark> mark = spool_.Mark();
  if (!mark.ok()) return mark.status();
  return quarantine_.Append(*mark, lines, clock_.Now());
}

}  // namespace mesolys::agent
