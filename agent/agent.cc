#include "agent/agent.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"

namespace mesolys {

Agent::Agent(Spool& spool, const Quarantine& quarantine, Collector& collector, Enforcer& enforcer,
             SchedulerLink& link, const Clock& clock, const AgentOptions& options,
             MeansCollector* means_collector)
    : link_(link),
      clock_(clock),
      means_collector_(means_collector),
      means_interval_(options.means_interval),
      reporter_(spool, quarantine, collector, link, clock, collections_, means_,
                {options.site, options.report_interval, options.seed}),
      synchronizer_(spool, enforcer, link, clock, collections_, means_,
                    {options.site, options.version, options.removals_max, options.seed + 1}) {}

ReportTick Agent::ReportOnce() {
  ReportTick tick = reporter_.Tick(is_stopping_);
  MutexLock lock(mutex_);
  report_problem_ = std::string(tick.status.message());
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
                    "cannot read what the site has: ", unread);
  }
  return synchronizer_.Tick(problem, patience);
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

void Agent::Run() {
  std::thread means([this] {
    if (means_collector_ == nullptr) return;
    do {
      (void)CollectMeansOnce();  // the scheduler is told
    } while (Wait(means_interval_));
  });
  std::thread report([this] {
    ReportTick tick;
    do {
      tick = ReportOnce();
      if (tick.collected_count + tick.quarantined_count + tick.sent_count == 0) continue;
      spdlog::info(
          "report: collected {}, skipped {} lines, quarantined {} lines, sent {} (changed {}, "
          "rejected {})",
          tick.collected_count, tick.skipped_count, tick.quarantined_count, tick.sent_count,
          tick.changed_count, tick.rejected_count);
    } while (Wait(tick.wait));
  });
  // What was read is told before it is read again.
  const absl::Duration patience = means_collector_ == nullptr
                                      ? Synchronizer::kPatience
                                      : std::min(Synchronizer::kPatience, means_interval_);
  SynchronizeTick tick;
  do {
    tick = SynchronizeOnce(patience);
    if (tick.change_count == 0) continue;
    spdlog::info("synchronize: {} changes, generation {} wanted, {} in force", tick.change_count,
                 tick.generation_wanted, tick.generation_in_force);
  } while (Wait(tick.wait));
  report.join();
  means.join();
}

void Agent::Stop() {
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
  }
  stop_.notify_all();
  link_.Cancel();
}

bool Agent::Wait(absl::Duration duration) {
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(duration);
  MutexLock lock(mutex_);
  while (!is_stopping_) {
    if (stop_.wait_until(mutex_, until) == std::cv_status::timeout) break;
  }
  return !is_stopping_;
}

}  // namespace mesolys
