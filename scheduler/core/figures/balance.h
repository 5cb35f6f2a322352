#ifndef MESOLYS_SCHEDULER_CORE_FIGURES_BALANCE_H_
#define MESOLYS_SCHEDULER_CORE_FIGURES_BALANCE_H_

// What a project stands at. Every balance has three parts that add up: settled, in flight,
// committed. Pure.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/lease.h"
#include "scheduler/core/ledger/ledger.h"

namespace mesolys {

struct BalanceLine {
  int64_t grant = 0;  // 0: use that no grant covers
  std::string resource;
  Amount granted;
  Amount settled;  // net of refunds
  Amount in_flight;
  Amount committed;
  Amount ordered;       // taken away as soon as every site has confirmed it
  Amount left;          // max(0, granted - settled - in flight - committed - ordered - expired)
  Amount overdraft;     // max(0, settled + in flight - granted)
  Amount expired;       // what the end of the period took
  Amount burn_per_day;  // mean since the start of the period
  std::optional<absl::Time> exhaust_time;  // when `left` is used up at that rate
  Period period;
  std::map<std::string, Totals> sites;
};

// One line per grant in the order of issue, then one per resource used without a grant.
std::vector<BalanceLine> BalanceOf(const Ledger& ledger, const ProjectEntry& project,
                                   absl::Time now);

BalanceLine BalanceOf(const GrantEntry& grant, absl::Time now);

// What the project may still spend of a resource at a site, over all its grants there: what the
// site's agent enforces.
Remaining RemainingAt(const Ledger& ledger, const ProjectEntry& project,
                      const std::string& resource, const std::string& site, absl::Time now);

enum class GrantState {
  kPending = 1,
  kActive = 2,
  kExhausted = 3,
  kExpired = 4,
  kRevoked = 5,
  kGrace = 6,  // past its end, kept open by a renewal that waits
};

// What may be spent beyond a ceiling of the grant.
Amount BonusOf(const Grant& grant, Amount ceiling);

// What may be spent beyond its ceilings at those of its sites that let a bonus be spent.
Amount BonusOf(const Grant& grant, const std::set<std::string>& bonus_sites);

// What a site may spend unseen, were it cut off now: a bound by ceilings, not by burn rates.
struct Exposure {
  Amount spendable;  // of grants that have not ended, bonus included
  Amount awaited;    // the part that was taken away already and waits for confirmation
};
// By resource.
std::map<std::string, Exposure> ExposuresOf(const Ledger& ledger, const std::string& site,
                                            absl::Time now);

// Derived from time and use; never stored.
GrantState StateOf(const GrantEntry& grant, absl::Time now);

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FIGURES_BALANCE_H_
