#ifndef MESOLYS_SCHEDULER_CORE_FACTS_GRANT_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_GRANT_H_

// An amount of one resource for one project and period, as it was issued, and the entries that
// change it afterwards. Pure values.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"
#include "scheduler/core/facts/fields.h"
#include "scheduler/core/facts/month.h"
#include "scheduler/core/facts/usage_curve.h"

namespace mesolys {

// A promise of capacity; for storage the stock held through the month.
struct Placement {
  std::string site;
  Month month;
  Amount amount;

  FIELDS(Placement, site, month, amount);
};

struct Grant {
  int64_t number = 0;  // over the whole ledger, from 1
  std::string project;
  std::string resource;
  Amount amount;
  Period period;
  int64_t request = 0;  // 0: hours that another grant gave
  // What the thresholds of dynamic access count, copied here so that they never change.
  std::string pi;
  std::string programme;
  NormalisedSeconds normalised;
  absl::Time issue_time;
  std::vector<Placement> placements;  // by site, then month
  std::map<std::string, Amount>
      ceilings;           // site -> cumulative ceiling; their sum is at most `amount`
  PartsPerMillion bonus;  // of a ceiling, that may be spent beyond it at low priority
  UsageCurve curve{};     // as its request declared it
  // Decided by a committee, or given by a grant that was: thresholds and the reserve of dynamic
  // access do not count it.
  bool of_call = false;
  // The sites to which its ceilings follow the use, by name, at first without one perhaps; none
  // where they stay among those that have one.
  std::vector<std::string> any_of{};

  FIELDS(Grant, number, project, resource, amount, period, request, pi, programme, normalised,
         issue_time, placements, ceilings, bonus, curve, of_call);
  LATER_FIELDS(Grant, any_of);
};

// Stored as numbers: never renumber.
enum class ChangeKind {
  kNone = 0,
  kSupplement = 1,
  kExtension = 2,
  kTransferOut = 3,
  kTransferIn = 4,
  kAdjustmentOut = 5,  // pays the overdraft of an earlier grant
  kAdjustmentIn = 6,
  kRelease = 7,
  kGiveBack = 8,  // of what was not used in time
  kRevocation = 9,
  kWriteOff = 10,  // of an overdraft
  kOpeningBalance = 11,
  kMove = 12,        // of a ceiling from one site to another
  kGrace = 13,       // it may be spent for some days after its end: its renewal is not decided yet
  kGraceEnded = 14,  // the renewal was decided, or withdrawn
};

// One entry in the life of a grant. Every field is a difference but `end`.
struct GrantChange {
  int64_t grant = 0;
  ChangeKind kind = ChangeKind::kNone;
  // Added to what is granted; of an opening balance, to what is used.
  Amount amount;
  absl::Time end;                          // of the grant from now on
  std::vector<Placement> placements;       // by site, then month
  std::map<std::string, Amount> ceilings;  // raised at once; what is lowered is ordered first
  std::map<std::string, Amount> reserve;   // drawn by site; negative: given back to it
  NormalisedSeconds normalised;            // counted by the threshold
  int64_t counterpart = 0;                 // the other grant of a transfer or an adjustment
  int64_t order = 0;                       // the reduction that it completes; 0: none was needed
  std::string reason;                      // in the words of who did it
  int64_t renewal = 0;                     // of a grace: the request that waits

  FIELDS(GrantChange, grant, kind, amount, end, placements, ceilings, reserve, normalised,
         counterpart, order, reason, renewal);
};

// The first phase of taking hours away: sites shall lower their ceilings, and only when each has
// confirmed what it could is the rest free.
struct ReductionOrder {
  int64_t number = 0;  // over the whole ledger, from 1
  int64_t grant = 0;
  ChangeKind kind = ChangeKind::kNone;     // one that takes away
  Amount amount;                           // at most so much
  std::map<std::string, Amount> ceilings;  // wanted from now on, of the sites that are lowered
  absl::Time end;                          // of the grant from now on
  int64_t to_grant = 0;                    // who receives it; 0 with no `to_project`: nobody
  std::string to_project;                  // receives it as a grant of its own
  std::string to_site;                     // where the same grant may spend it instead
  std::string reason;

  // What the grant will not have any more: a ceiling that moves stays the grant's.
  Amount Claimed() const { return kind == ChangeKind::kMove ? Amount() : amount; }

  FIELDS(ReductionOrder, number, grant, kind, amount, ceilings, end, to_grant, to_project, to_site,
         reason);
};

// Told to a project that uses a grant too slowly: what will be given back unless it catches up.
struct UnderUseNotice {
  int64_t grant = 0;
  int64_t late_days = 0;  // behind the straight line from nothing to everything
  Amount excess;          // that should have been used by now, were it not later than allowed
  absl::Time give_back_time;

  FIELDS(UnderUseNotice, grant, late_days, excess, give_back_time);
};

// What a site may still spend of a grant on its own, at most.
struct HeldCeiling {
  int64_t grant = 0;
  Amount ceiling;

  FIELDS(HeldCeiling, grant, ceiling);
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_GRANT_H_
