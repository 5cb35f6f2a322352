#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_GRANTS_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_GRANTS_H_

// The grants' book: each with its life so far, what was booked to it, and what its sites hold.
// Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/values/attribution.h"
#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"
#include "scheduler/core/ledger/totals.h"

namespace mesolys {

struct GrantEntry {
  Grant grant;                         // with every change so far
  std::map<std::string, Totals> used;  // by site
  // By site, the most that it may still believe to be its ceiling: never below the one that is
  // wanted. Their sum never exceeds grant.amount.
  std::map<std::string, Amount> held;
  std::map<std::string, int64_t> lowered;  // by site, the revision that last wanted less
  std::vector<ReductionOrder> orders;      // that wait for a site
  std::vector<std::pair<absl::Time, GrantChange>> changes;  // in their order
  bool revoked = false;
  std::optional<UnderUseNotice> notice;  // the last one, until it is acted upon
  std::optional<absl::Time> end_proper;  // without the grace that its period includes
  // By site, since when it is over there: a revocation ends it where it is confirmed.
  std::map<std::string, absl::Time> ended;
  int64_t revision = 0;  // of the last event that changed it

  // When it ends, or ended, were it not for a grace.
  absl::Time EndProper() const { return end_proper.value_or(grant.period.end); }

  Amount Held() const;
  Totals Used() const;
  // Spent at a site, and committed there.
  Amount UsedAt(const std::string& site) const;
  // When it can be spent at a site.
  Period PeriodAt(const std::string& site) const;
};

// The entry of a grant to which nothing has happened yet.
GrantEntry EntryOf(const Grant& grant);

class Grants {
 public:
  // Null for an unknown one.
  const GrantEntry* FindGrant(int64_t number) const;
  int64_t next_grant() const { return static_cast<int64_t>(grants_.size()) + 1; }
  const std::vector<GrantEntry>& grants() const { return grants_; }
  // The grants that pay at a site for a project's use of a resource.
  const std::vector<Payer>& Payers(absl::string_view project, absl::string_view resource,
                                   absl::string_view site) const;

  int64_t next_order() const { return order_count_ + 1; }
  // The grants of which a site still has to confirm a lower ceiling.
  const std::set<int64_t>& Awaited(absl::string_view site) const;

 protected:
  void On(const GrantIssued& event, const Folding& at);
  void On(const GrantChanged& event, const Folding& at);
  void On(const ReductionOrdered& event, const Folding& at);
  void On(const CeilingsConfirmed& event, const Folding& at);
  void On(const UnderUseNoticed& event, const Folding& at);
  void On(const UsageReported& event, const Folding& at);
  void On(const JobsResettled& event, const Folding& at);
  void On(const JobRefunded& event, const Folding& at);

 private:
  // To be changed.
  GrantEntry& ChangedAt(int64_t number, const Folding& at);
  // `is_reported` by the site itself.
  void Post(const std::vector<Posting>& postings, bool is_reported, const Folding& at);
  void SetEnd(GrantEntry& entry, absl::Time end, const Folding& at);
  // The periods in which it pays, site by site.
  void UpdatePayers(const GrantEntry& entry, const Folding& at);

  std::vector<GrantEntry> grants_;  // by number - 1
  absl::flat_hash_map<std::tuple<std::string, std::string, std::string>, std::vector<Payer>>
      payers_;
  int64_t order_count_ = 0;
  std::map<std::string, std::set<int64_t>, std::less<>> awaited_;  // site -> grants
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_GRANTS_H_
