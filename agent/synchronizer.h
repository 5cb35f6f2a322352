#ifndef MESOLYS_AGENT_SYNCHRONIZER_H_
#define MESOLYS_AGENT_SYNCHRONIZER_H_

// Ask what the site shall hold, put it in force, tell what was read back: the second of the agent's
// loops. Without a scheduler the last desired state stays in force, and what has ended is closed
// all the same. One thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/backoff.h"
#include "agent/enforcers/enforcer.h"
#include "agent/in_force.h"
#include "agent/reconcile.h"
#include "agent/scheduler_link.h"
#include "agent/spool.h"
#include "proto/runtime/clock.h"

namespace mesolys {

struct SynchronizeTick {
  // The first thing that went wrong.
  absl::Status status;
  // The scheduler wants something else than before, and it was taken.
  bool is_new = false;
  int64_t generation_wanted = 0;
  int64_t generation_in_force = 0;
  int64_t change_count = 0;  // at the site
  absl::Duration wait;       // before the next tick
};

struct SynchronizerOptions {
  std::string site;
  std::string version;
  int64_t removals_max = 10;
  uint64_t seed = 0;  // of the jitter
};

class Synchronizer {
 public:
  // The scheduler answers a poll within 30 s.
  static constexpr absl::Duration kPatience = absl::Seconds(40);

  Synchronizer(Spool& spool, Enforcer& enforcer, SchedulerLink& link, const Clock& clock,
               SynchronizerOptions options);

  // Polls for at most `patience`; a poll shorter than kPatience that brings nothing is no error.
  // The scheduler is told `problem`, and what this loop has met before.
  SynchronizeTick Tick(const std::string& problem, absl::Duration patience);

 private:
  absl::Status Load();
  // Puts `last_` in force at `now` and remembers what was read back.
  absl::Status PutLastInForce(absl::Time now, SynchronizeTick& tick);
  absl::StatusOr<v1::SynchronizeRequest> Question(const std::string& problem, absl::Time now);
  // The scheduler's answer: takes it over unless there is doubt.
  absl::Status Take(const v1::DesiredState& wanted, absl::Time now, SynchronizeTick& tick);
  absl::Status KeepWitness(const v1::LedgerHead& head);
  // So that a grant is closed when it ends and not when the poll is over.
  absl::Duration UntilNextEnd(absl::Time now) const;
  absl::Status Poll(const std::string& problem, absl::Duration patience, absl::Time now,
                    SynchronizeTick& tick);

  Spool& spool_;
  Enforcer& enforcer_;
  SchedulerLink& link_;
  const Clock& clock_;
  const SynchronizerOptions options_;
  Backoff backoff_;
  bool is_loaded_ = false;
  // What the site shall hold until something newer comes; none before the first.
  std::optional<SiteState> last_;
  std::vector<v1::Enforcement> enforcements_;  // as read back last
  std::string problem_;
};

}  // namespace mesolys

#endif  // MESOLYS_AGENT_SYNCHRONIZER_H_
