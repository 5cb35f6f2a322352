#ifndef MESOLYS_AGENT_LOOP_COMPARISON_H_
#define MESOLYS_AGENT_LOOP_COMPARISON_H_

// Tells the scheduler what the site's accounting says of a span, so that it can compare that with
// the ledger. Nothing is spooled and nothing charged; an agent that is started anew begins anew.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "agent/link/scheduler_link.h"
#include "agent/loop/importer.h"
#include "agent/ports/span_reader.h"
#include "agent/state/spool.h"
#include "mesolys/v1/agent.pb.h"
#include "proto/runtime/clock.h"
#include "proto/runtime/mutex.h"

namespace mesolys::agent {

// What the scheduler waits for, from the loop that asks it to the one that reads. Any thread.
class ComparisonWanted {
 public:
  // Whether it is another one than before.
  bool Set(const v1::WantedComparison& wanted) {
    MutexLock lock(mutex_);
    const bool is_new = wanted.number() != wanted_.number();
    wanted_ = wanted;
    return is_new;
  }
  // Number 0 for none yet.
  v1::WantedComparison Get() const {
    MutexLock lock(mutex_);
    return wanted_;
  }

 private:
  mutable Mutex mutex_;
  v1::WantedComparison wanted_ ABSL_GUARDED_BY(mutex_);
};

// One thread, that of the reports.
class Comparison {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(60);

  // `reader` is null at a site whose collector has no history to read.
  Comparison(std::string site, const ComparisonWanted& wanted, SpanReader* reader, Spool& spool,
             SchedulerLink& link, const Clock& clock);

  // Some pages of what the scheduler waits for, if it does.
  SpanTick Tick();

 private:
  void Begin(const v1::WantedComparison& wanted);
  // The next page, or why there is none.
  absl::StatusOr<v1::TellUsageRequest> NextPage();
  absl::Status Send(SpanTick& tick);

  const std::string site_;
  const ComparisonWanted& wanted_;
  SpanReader* const reader_;
  Spool& spool_;
  SchedulerLink& link_;
  const Clock& clock_;
  // The one under way or, when `is_over_`, the last one.
  v1::WantedComparison current_;
  bool is_over_ = true;
  absl::Time next_;         // where the next slice begins
  bool is_inside_ = false;  // of the slice that begins there, part was read
  int64_t page_ = 0;
  std::optional<v1::TellUsageRequest> unsent_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_COMPARISON_H_
