#ifndef MESOLYS_AGENT_LOOP_JOB_TOTALS_H_
#define MESOLYS_AGENT_LOOP_JOB_TOTALS_H_

// What was used and is committed of each grant at this site: derived from the winning record of
// each job as the ledger derives it, so that limits do not slide while the scheduler is away.
// Counted anew when a job or the desired state changed; memory does not grow with the jobs. One
// thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/reconcile/access.h"
#include "agent/reconcile/reconcile.h"
#include "agent/state/spool.h"
#include "mesolys/v1/agent.pb.h"

namespace mesolys::agent {

// What the ledger said of a grant at this site.
struct LedgerFigures {
  Amount settled;     // net of refunds, opening balances included
  Amount correction;  // of that, what no job record tells

  friend bool operator==(const LedgerFigures&, const LedgerFigures&) = default;
};

// By "projects/{project}/grants/{grant}"; bounded, whatever the message says.
std::map<std::string, LedgerFigures> FiguresOf(const v1::DesiredState& state);

// Jobs that run although they should not.
struct Runaways {
  int64_t count = 0;                  // by accounting alone: their controllers have them no more
  int64_t beyond_limit_count = 0;     // their controllers have still
  std::vector<v1::RunawayJob> first;  // of both, by key, JobTotals::kRunawaysMax at most
};

// Rows that were set aside and hold something back.
struct HeldRows {
  int64_t count = 0;
  std::vector<v1::HeldRow> first;  // by number, JobTotals::kHeldRowsMax at most
};

class JobTotals {
 public:
  // A job that no grant of the desired state can concern is forgotten so long after its end.
  static constexpr absl::Duration kForgetAfter = absl::Hours(24 * 7);
  static constexpr size_t kRunawaysMax = 20;
  static constexpr size_t kHeldRowsMax = 20;

  explicit JobTotals(Spool& spool);
  ~JobTotals();

  // Of each grant max(jobs + correction, settled): never below what the ledger settled. What rows
  // that were set aside may have used counts as used until they are read or dismissed: Slurm has
  // counted it, so without it a limit of counted + left would give it again. Errors are those of
  // the spool.
  absl::StatusOr<SiteUse> Use(const SiteState& state,
                              const std::map<std::string, LedgerFigures>& figures, absl::Time now);

  // Among the jobs of the last Use.
  const Runaways& runaways() const { return runaways_; }
  // At the last Use.
  const HeldRows& held_rows() const { return held_rows_; }

 private:
  class Counting;
  absl::Status Count(Counting& counting, absl::Time now);
  absl::Status CountSetAside(Counting& counting, absl::Time now);

  Spool& spool_;
  // What was counted of the jobs at `job_revision_`; none before the first.
  int64_t job_revision_ = 0;
  std::unique_ptr<Counting> counted_;
  Runaways runaways_;
  HeldRows held_rows_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_LOOP_JOB_TOTALS_H_
