#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_USES_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_USES_H_

// The book of uses: what was booked without a grant, and whose jobs must be charged anew. Pure.

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/core/facts/event.h"
#include "scheduler/core/ledger/folding.h"
#include "scheduler/core/ledger/totals.h"

namespace mesolys {

// What was booked without a grant.
struct UseKey {
  std::string project;  // empty: unassigned
  std::string cluster;
  std::string account;
  std::string resource;

  friend auto operator<=>(const UseKey&, const UseKey&) = default;
};

class Uses {
 public:
  const std::map<UseKey, Totals>& unassigned() const { return unassigned_; }
  const std::map<UseKey, Totals>& uncovered() const { return uncovered_; }
  // Whether somebody gave the price of the job back.
  bool IsRefunded(const JobKey& job) const { return refunded_jobs_.contains(job); }

  // Accounts whose jobs must be charged anew, each with the last key that was looked at.
  using Account = std::pair<std::string, std::string>;  // (cluster, account)
  const std::map<Account, std::optional<JobKey>>& unsettled_accounts() const {
    return unsettled_accounts_;
  }

 protected:
  void On(const CatalogueAdopted& event, const Folding& at);
  void On(const AccountLinked& event, const Folding& at);
  void On(const AccountUnlinked& event, const Folding& at);
  void On(const GrantIssued& event, const Folding& at);
  void On(const UsageReported& event, const Folding& at);
  void On(const JobsResettled& event, const Folding& at);
  void On(const JobRefunded& event, const Folding& at);
  void On(const WindowDeclared& event, const Folding& at);
  void On(const Marks& marks, const Folding& at);

 private:
  void Post(const std::vector<Posting>& postings, const Folding& at);
  // Whether a running job of the project may still take something.
  bool HasCommitted(const std::string& project, const Ledger& ledger) const;

  void ChargeAnew(const std::string& site, const Ledger& ledger);

  // What types of GPUs are, by site.
  std::map<std::string, GpuNames> gpu_names_;
  std::map<UseKey, Totals> uncovered_;
  std::map<UseKey, Totals> unassigned_;
  // That booked anything for it, or under its name.
  std::map<std::string, std::set<Account>> accounts_of_project_;
  std::map<Account, std::optional<JobKey>> unsettled_accounts_;
  std::set<JobKey> refunded_jobs_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_USES_H_
