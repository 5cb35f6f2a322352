#ifndef MESOLYS_AGENT_LOOP_SYNCHRONIZER_H_
#define MESOLYS_AGENT_LOOP_SYNCHRONIZER_H_

// Ask what the site shall hold, put it in force, tell what was read back: the second of the agent's
// loops. Without a scheduler the last desired state stays in force, and what has ended or is used
// up is closed all the same. How much of a ceiling was used is told only once everything that ran
// has been looked at since it was set: so a lower one is confirmed by what counts. One thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/link/scheduler_link.h"
#include "agent/loop/backoff.h"
#include "agent/loop/collection_log.h"
#include "agent/loop/comparison.h"
#include "agent/loop/job_totals.h"
#include "agent/loop/loop_counts.h"
#include "agent/loop/means_log.h"
#include "agent/ports/enforcer.h"
#include "agent/ports/in_force.h"
#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "agent/state/spool.h"
#include "proto/runtime/clock.h"

namespace mesolys::agent {

struct SynchronizeTick {
  // The first thing that went wrong.
  absl::Status status;
  // The scheduler wants something else than before, and it was taken.
  bool is_new = false;
  // The ledger corrected what was used here, and it was taken.
  bool is_corrected = false;
  // It answered at once because it was asked to.
  bool wanted_answer = false;
  // It waits for another comparison than before.
  bool is_asked = false;
  int64_t generation_wanted = 0;
  int64_t generation_in_force = 0;
  int64_t change_count = 0;  // at the site
  CeilingCounts ceilings;
  // How the accounts stand, as far as it is known.
  std::vector<AccountStanding> standings;
  absl::Duration wait;  // before the next tick
};

struct SynchronizerOptions {
  std::string site;
  std::string version;
  int64_t removals_max = 10;
  uint64_t seed = 0;  // of the jitter
  // How long at most until the site is looked at again, for what somebody else may have changed.
  absl::Duration interval = absl::Seconds(30);
};

class Synchronizer {
 public:
  // The scheduler answers a poll within 30 s.
  static constexpr absl::Duration kPatience = absl::Seconds(40);

  // While the use of a new ceiling is still to be told, so many polls are no longer than this.
  static constexpr absl::Duration kUntold = absl::Seconds(2);
  static constexpr int kUntoldPolls = 15;

  // Where polls are too short for the scheduler to answer, one wants an answer so often: what the
  // ledger has settled and the newest witness come with it.
  static constexpr absl::Duration kUnanswered = absl::Seconds(30);

  Synchronizer(Spool& spool, Enforcer& enforcer, SchedulerLink& link, const Clock& clock,
               CollectionLog& collections, const MeansLog& means, ComparisonWanted& comparison,
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
  // An answer that differs in what was used alone.
  absl::Status TakeFigures(const v1::DesiredState& wanted, absl::Time now, SynchronizeTick& tick);
  void Inspect(const v1::SynchronizeResponse& response);
  absl::Status KeepWitness(const v1::LedgerHead& head);
  // So that a grant is opened when it begins and closed when it ends, not when the poll is over.
  absl::Duration UntilNextEdge(absl::Time now) const;
  absl::StatusOr<SiteUse> Use(absl::Time now);
  // Notes since when each ceiling of what jobs use up is in force.
  void NoteSet();
  // Fills in what was used of the ceilings in force; false while that of some is not known.
  bool TellUse(const absl::StatusOr<SiteUse>& use, v1::SynchronizeRequest& request) const;
  // Of what jobs use up.
  CeilingCounts CountCeilings() const;
  absl::Status Poll(const std::string& problem, absl::Duration patience, absl::Time now,
                    SynchronizeTick& tick);

  Spool& spool_;
  Enforcer& enforcer_;
  SchedulerLink& link_;
  const Clock& clock_;
  const SynchronizerOptions options_;
  Backoff backoff_;
  CollectionLog& collections_;
  const MeansLog& means_;
  ComparisonWanted& comparison_;
  JobTotals totals_;
  bool is_loaded_ = false;
  // What the site shall hold until something newer comes; none before the first.
  std::optional<SiteState> last_;
  v1::DesiredState kept_;  // what `last_` was read from
  std::map<std::string, LedgerFigures> figures_;
  std::vector<v1::Enforcement> enforcements_;  // as read back last
  // The moment at which a ceiling was first read back as it is, by grant.
  struct Set {
    std::string project;
    GrantCeiling ceiling;
    int64_t moment = 0;
  };
  std::map<std::string, Set> set_;
  int untold_polls_ = 0;                           // short ones that may still be made
  absl::Time answer_time_ = absl::InfinitePast();  // of the last poll that was answered
  int64_t drift_count_ = 0;
  std::vector<v1::ToldJob> told_jobs_;  // to be told with the next poll
  std::string problem_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_SYNCHRONIZER_H_
