#include "agent/loop/agent.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/values/sentence.h"
#include "spdlog/spdlog.h"

namespace mesolys::agent {

Agent::Agent(Spool& spool, const Quarantine& quarantine, const std::vector<Collector*>& collectors,
             SpanReader* reader, JobReader* job_reader, MeansCollector* means_collector,
             Enforcer& enforcer, SchedulerLink& link, const Clock& clock,
             const AgentOptions& options)
    : link_(link),
      clock_(clock),
      means_collector_(means_collector),
      means_interval_(options.means_interval),
      collections_(std::max(absl::Minutes(1), 3 * options.report_interval)),
      running_jobs_(spool, job_reader, clock, collections_),
      reporter_(spool, quarantine, collectors, link, clock, collections_, means_, running_jobs_,
                {options.site, options.report_interval, options.seed}),
      importer_(spool, quarantine, reader, means_, running_jobs_, clock, options.seed + 2),
      comparison_(options.site, comparison_wanted_, reader, spool, link, clock),
      synchronizer_(spool, enforcer, link, clock, collections_, means_, comparison_wanted_,
                    {options.site, options.version, options.removals_max, options.seed + 1,
                     options.enforce_interval}) {}

ReportTick Agent::ReportOnce() {
  ReportTick tick = reporter_.Tick(is_stopping_);
  // What runs goes first: the rest is read while that works, and none of it waits for another.
  if (tick.status.ok() && !is_stopping_) {
    const absl::StatusOr<int64_t> followed = running_jobs_.Tick();
    tick.collected_count += followed.value_or(0);
    if (followed.value_or(0) > 0) tick.wait = absl::ZeroDuration();  // to be sent
    SpanTick imported = importer_.Tick();
    SpanTick compared = comparison_.Tick();
    tick.collected_count += imported.record_count;
    if (imported.has_more || compared.has_more) tick.wait = absl::ZeroDuration();
    tick.status.Update(followed.status());
    tick.status.Update(imported.status);
    tick.status.Update(compared.status);
  }
  MutexLock lock(mutex_);
  report_problem_ = std::string(tick.status.message());
  counts_.collect_time = collections_.EndTime();
  counts_.collected += tick.collected_count;
  counts_.sent += tick.sent_count;
  counts_.rejected += tick.rejected_count;
  if (tick.status.ok()) {
    counts_.report_time = clock_.Now();
  } else {
    ++counts_.report_failures;
  }
  return tick;
}

SynchronizeTick Agent::SynchronizeOnce(absl::Duration patience) {
  std::string problem;
  {
    MutexLock lock(mutex_);
    problem = report_problem_;
  }
  const std::string unread = means_.problem();
  if (!unread.empty()) {
    absl::StrAppend(&problem, problem.empty() ? "" : "; ",
                    Say("cannot read what the site has: $0", unread).Render());
  }
  SynchronizeTick tick = synchronizer_.Tick(problem, patience);
  MutexLock lock(mutex_);
  counts_.changes += tick.change_count;
  counts_.generation_wanted = tick.generation_wanted;
  counts_.generation_in_force = tick.generation_in_force;
  counts_.ceilings = tick.ceilings;
  if (tick.status.ok()) {
    counts_.synchronize_time = clock_.Now();
  } else {
    ++counts_.synchronize_failures;
  }
  return tick;
}

LoopCounts Agent::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

absl::Status Agent::CollectMeansOnce() {
  if (means_collector_ == nullptr) return absl::OkStatus();
  absl::StatusOr<CollectedMeans> collected = means_collector_->Collect();
  if (!collected.ok()) {
    spdlog::warn("means: {}", std::string(collected.status().message()));
    means_.Fail(collected.status());
    return collected.status();
  }
  means_.Tell(*std::move(collected), clock_.Now());
  return absl::OkStatus();
}

void Agent::Start(Runtime& runtime) {
  const auto begin = [this, &runtime](absl::Duration (Agent::*turn)()) {
    return runtime.Start(absl::ZeroDuration(), [this, turn] {
      return is_stopping_ ? absl::InfiniteDuration() : (this->*turn)();
    });
  };
  if (means_collector_ != nullptr) means_loop_ = begin(&Agent::CollectMeans);
  report_loop_ = begin(&Agent::Report);
  synchronize_loop_ = begin(&Agent::Synchronize);
}

void Agent::Stop() {
  is_stopping_ = true;
  link_.Cancel();
  synchronize_loop_.reset();  // before the one that it stirs
  report_loop_.reset();
  means_loop_.reset();
}

absl::Duration Agent::CollectMeans() {
  (void)CollectMeansOnce();  // the scheduler is told
  return means_interval_;
}

absl::Duration Agent::Report() {
  const ReportTick tick = ReportOnce();
  if (tick.collected_count + tick.quarantined_count + tick.sent_count > 0) {
    spdlog::info(
        "report: collected {}, skipped {} lines, quarantined {} lines, sent {} (changed {}, "
        "rejected {})",
        tick.collected_count, tick.skipped_count, tick.quarantined_count, tick.sent_count,
        tick.changed_count, tick.rejected_count);
  }
  return tick.wait;
}

absl::Duration Agent::Synchronize() {
  // What was read is told before it is read again.
  const SynchronizeTick tick = SynchronizeOnce(
      means_collector_ == nullptr ? Synchronizer::kPatience
                                  : std::min(Synchronizer::kPatience, means_interval_));
  // It may have ordered something that the other loop does.
  if (tick.is_new || tick.is_asked) report_loop_->Stir();
  if (tick.change_count > 0) {
    spdlog::info("synchronize: {} changes, generation {} wanted, {} in force", tick.change_count,
                 tick.generation_wanted, tick.generation_in_force);
  }
  return tick.wait;
}

}  // namespace mesolys::agent
