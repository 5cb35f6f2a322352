#ifndef MESOLYS_SCHEDULER_CORE_LEDGER_LEDGER_H_
#define MESOLYS_SCHEDULER_CORE_LEDGER_LEDGER_H_

// The fold of all events: what is true now. Apply() is the only way to change it and cannot fail:
// an event that contradicts the ledger is a bug and aborts. A copy is a what-if. Pure; not
// thread-safe.

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
#include "scheduler/core/ledger/census.h"

namespace mesolys {

// What is booked somewhere, kind by kind.
struct Totals {
  Amount settled;
  Amount in_flight;
  Amount committed;
  Amount refund;
  Amount opening{};  // used before the ledger began; no job of ours stands behind it

  friend bool operator==(const Totals&, const Totals&) = default;

  // Finished and running use, net of refunds.
  Amount Spent() const { return settled - refund + opening + in_flight; }

  Amount Of(ChargeKind kind) const;
  void Add(ChargeKind kind, Amount amount);
  void Add(const Totals& other);
};

// How much one member may use, and since when it counts.
struct MemberCeiling {
  Amount amount;
  absl::Time set_time;
};

struct MemberEntry {
  Member member;
  absl::Time add_time;
  std::map<std::pair<std::string, std::string>, MemberCeiling> ceilings{};  // by (site, resource)
};

struct ProjectEntry {
  Project project;
  absl::Time create_time;
  int64_t revision = 0;  // of the last change
  std::map<std::string, MemberEntry> members;
  std::set<std::pair<std::string, std::string>> links;  // (cluster, account), besides its own name
  std::vector<int64_t> requests;
  std::vector<int64_t> grants;
  bool archived = false;
};

struct RequestEntry {
  Request request;
  absl::Time decide_time;  // of its submission while it waits
  RequestOutcome outcome;
  std::vector<int64_t> grants;
};

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

// A sum that remembers when it grew.
class RunningSum {
 public:
  // Times never fall.
  void Add(absl::Time time, int64_t amount);
  // What was added after `since`.
  int64_t Since(absl::Time since) const;

 private:
  std::vector<std::pair<absl::Time, int64_t>> sums_;  // (time, sum up to and including it)
};

// What was booked without a grant.
struct UseKey {
  std::string project;  // empty: unassigned
  std::string cluster;
  std::string account;
  std::string resource;

  friend auto operator<=>(const UseKey&, const UseKey&) = default;
};

// Where and when capacity is promised.
struct CapacityCell {
  std::string site;
  std::string resource;
  Month month;
};

class Ledger {
 public:
  // `time` is the time of the command that caused the event, `revision` its row in the log.
  void Apply(const Event& event, absl::Time time, int64_t revision);

  int64_t revision() const { return revision_; }
  absl::Time time() const { return time_; }

  // Empty before the first CatalogueAdopted.
  const Catalogue& catalogue() const { return catalogue_; }
  const std::string& catalogue_digest() const { return catalogue_digest_; }

  const std::map<std::string, ProjectEntry, std::less<>>& projects() const { return projects_; }
  // Null for an unknown one.
  const ProjectEntry* FindProject(absl::string_view id) const;
  const RequestEntry* FindRequest(int64_t number) const;
  const GrantEntry* FindGrant(int64_t number) const;
  int64_t next_request() const { return static_cast<int64_t>(requests_.size()) + 1; }
  int64_t next_grant() const { return static_cast<int64_t>(grants_.size()) + 1; }
  const std::vector<GrantEntry>& grants() const { return grants_; }
  const Census& census() const { return census_; }

  // The project that an account of a cluster bills to: its link, else the project of that name.
  const ProjectEntry* ProjectOf(absl::string_view cluster, absl::string_view account) const;
  // Empty for an unknown cluster.
  const std::string& SiteOf(absl::string_view cluster) const;
  // The grants that pay at a site for a project's use of a resource.
  const std::vector<Payer>& Payers(absl::string_view project, absl::string_view resource,
                                   absl::string_view site) const;

  // Σ placements of all grants in a cell.
  Amount Placed(absl::string_view site, absl::string_view resource, Month month) const;
  // What was promised in a cell beyond its capacity because a catalogue took capacity away
  // afterwards: no decision may add to it. 0 for none.
  Amount Overbooked(absl::string_view site, absl::string_view resource, Month month) const;
  // The cells of which that is so.
  std::vector<CapacityCell> OverbookedCells() const;
  // What dynamic access decided at a site in a calendar year, out of its released reserve.
  Amount ReserveDrawn(absl::string_view site, absl::string_view resource, int year) const;
  // What dynamic access gave a PI within a programme after `since`.
  NormalisedSeconds DynamicNormalised(absl::string_view pi, absl::string_view programme,
                                      absl::Time since) const;
  // The same of one resource, in its base unit.
  Amount DynamicAmount(absl::string_view pi, absl::string_view programme,
                       absl::string_view resource, absl::Time since) const;

  int64_t next_order() const { return order_count_ + 1; }

  // The grants of which a site still has to confirm a lower ceiling.
  const std::set<int64_t>& Awaited(absl::string_view site) const;

  // Whether somebody holds a role of the whole mesocentre, by the catalogue or by decision.
  bool HasRole(absl::string_view user, absl::string_view role) const;
  std::set<std::string> RolesOf(absl::string_view user) const;
  // Why only use is recorded at the moment; empty when everything is.
  const std::string& read_only_reason() const { return read_only_reason_; }

  // Incidents and maintenance, by number.
  const std::vector<SiteWindow>& windows() const { return windows_; }
  // Spans of accounting that were ordered to be read anew, by number.
  const std::vector<ImportEntry>& imports() const { return imports_; }
  // Whether somebody gave the price of the job back.
  bool IsRefunded(const JobKey& job) const { return refunded_jobs_.contains(job); }

  const std::map<UseKey, Totals>& unassigned() const { return unassigned_; }
  const std::map<UseKey, Totals>& uncovered() const { return uncovered_; }
  // What is booked under a key already.
  Amount Booked(const PostingKey& key) const;

  // Accounts whose jobs must be charged anew, each with the last key that was looked at.
  using Account = std::pair<std::string, std::string>;  // (cluster, account)
  const std::map<Account, std::optional<JobKey>>& unsettled_accounts() const {
    return unsettled_accounts_;
  }

  // The revision of the last event that changed what a site shall hold; 0 for none.
  int64_t Generation(absl::string_view site) const;
  absl::Time GenerationTime(absl::string_view site) const;

 private:
  void On(const CatalogueAdopted& event);
  void On(const ProjectCreated& event);
  void On(const AccountLinked& event);
  void On(const AccountUnlinked& event);
  void On(const MemberAdded& event);
  void On(const RequestSubmitted& event);
  void On(const GrantIssued& event);
  void On(const RequestDecided& event);
  void On(const UsageReported& event);
  void On(const JobsResettled& event);
  void On(const GrantChanged& event);
  void On(const ReductionOrdered& event);
  void On(const CeilingsConfirmed& event);
  void On(const JobRefunded& event);
  void On(const WindowDeclared& event);
  void On(const UnderUseNoticed& event);
  void On(const MemberRemoved& event);
  void On(const ProjectArchived& event);
  void On(const ModeSet& event);
  void On(const RoleGiven& event);
  void On(const RequestWithdrawn& event);
  void On(const MemberCeilingSet& event);
  void On(const ImportOrdered& event);
  void On(const ImportEnded& event);

  ProjectEntry& ProjectAt(const std::string& id);
  // To be changed.
  GrantEntry& GrantAt(int64_t number);
  void SetOutcome(int64_t request, const RequestOutcome& outcome);
  void Post(const Posting& posting);
  void Place(Grant& grant, const std::vector<Placement>& differences);
  void FindOverbooked();
  void SetEnd(GrantEntry& entry, absl::Time end);
  // The periods in which it pays, site by site.
  void UpdatePayers(const GrantEntry& entry);
  void TouchAll(const Grant& grant);
  void Touch(const std::string& site);
  // Whether a running job of the project may still take something.
  bool HasCommitted(const std::string& project) const;
  // Marks every account that has booked anything for the project, or under its name, to be charged
  // anew.
  void ResettleAccountsOf(const std::string& project);

  int64_t revision_ = 0;
  absl::Time time_ = absl::UnixEpoch();
  Catalogue catalogue_;
  std::string catalogue_digest_;
  absl::flat_hash_map<std::string, std::string> site_of_cluster_;
  std::map<std::string, ProjectEntry, std::less<>> projects_;
  absl::flat_hash_map<std::pair<std::string, std::string>, std::string> links_;
  std::vector<RequestEntry> requests_;  // by number - 1
  std::vector<GrantEntry> grants_;      // by number - 1
  Census census_;
  absl::flat_hash_map<std::tuple<std::string, std::string, std::string>, std::vector<Payer>>
      payers_;
  std::map<std::pair<std::string, std::string>, std::map<int, Amount>> placed_;  // (site, resource)
  // (site, resource, month) -> promised, of the cells that the catalogue in force cut below it.
  std::map<std::tuple<std::string, std::string, int>, Amount> overbooked_;
  std::map<std::tuple<std::string, std::string, int>, Amount> reserve_drawn_;
  // What dynamic access gave so far, by (PI, programme, resource); resource "" is normalised.
  std::map<std::tuple<std::string, std::string, std::string>, RunningSum> dynamic_given_;
  std::map<UseKey, Totals> uncovered_;
  std::map<UseKey, Totals> unassigned_;
  std::map<std::string, std::set<Account>> accounts_of_project_;  // that booked anything for it
  std::map<Account, std::optional<JobKey>> unsettled_accounts_;
  int64_t order_count_ = 0;
  std::map<std::string, std::set<int64_t>, std::less<>> awaited_;  // site -> grants
  std::vector<SiteWindow> windows_;
  std::vector<ImportEntry> imports_;  // by number - 1
  std::set<JobKey> refunded_jobs_;
  std::map<std::string, std::map<std::string, bool>> roles_;  // user -> role -> given or taken
  std::string read_only_reason_;
  std::map<std::string, std::pair<int64_t, absl::Time>, std::less<>> generations_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_LEDGER_LEDGER_H_
