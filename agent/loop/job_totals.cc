#include "agent/loop/job_totals.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "agent/loop/told_jobs.h"
#include "agent/reconcile/use_sum.h"
#include "proto/runtime/convert.h"
#include "proto/values/attribution.h"
#include "proto/values/charging.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kPageRecords = 1000;

// What the grants and ceilings of an account look at.
struct Watch {
  std::string account;
  std::map<std::string, std::vector<Payer>> payers;  // by resource
  std::map<int64_t, std::string> names;              // of the grants
  const SiteAccount* wanted = nullptr;
  // Jobs outside concern none of its grants.
  absl::Time start = absl::InfiniteFuture();
  absl::Time end = absl::InfinitePast();
};

// Under which the job is known where it is read; nothing where the row does not say it.
std::optional<JobKey> KeyOf(const UnreadJob& job) {
  JobKey key = {job.at_most.key.cluster, 0, absl::UnixEpoch()};
  int64_t submitted = 0;
  if (!absl::SimpleAtoi(job.id, &key.job_id) || !absl::SimpleAtoi(job.submitted, &submitted)) {
    return std::nullopt;
  }
  key.submit_time = absl::FromUnixSeconds(submitted);
  return key;
}

}  // namespace

std::map<std::string, LedgerFigures> FiguresOf(const v1::DesiredState& state) {
  std::map<std::string, LedgerFigures> figures;
  for (const v1::DesiredProject& project : state.projects()) {
    for (const v1::DesiredGrant& grant : project.grants()) {
      figures[grant.grant()] = {
          Amount(std::clamp<int64_t>(grant.settled_base_units(), 0, kSumMax.count())),
          Amount(std::clamp<int64_t>(grant.correction_base_units(), -kSumMax.count(),
                                     kSumMax.count()))};
    }
  }
  return figures;
}

// Adds up what jobs used.
class JobTotals::Counting {
 public:
  explicit Counting(const SiteState& state) : state_(state) {
    for (const auto& [account, wanted] : state_.accounts) {
      Watch& watch = watches_[account];
      watch.account = account;
      watch.wanted = &wanted;
      for (const auto& [name, grant] : wanted.grants) {
        const absl::StatusOr<NumberedName> parsed = ParseGrantName(name);
        if (!parsed.ok()) continue;
        watch.payers[grant.resource].push_back({parsed->number, grant.period});
        watch.names[parsed->number] = name;
        resources_[name] = grant.resource;
        watch.start = std::min(watch.start, grant.period.start);
        watch.end = std::max(watch.end, grant.period.end);
      }
      for (const auto& [whose, ceiling] : wanted.login_ceilings) {
        watch.start = std::min(watch.start, ceiling.since);
        watch.end = absl::InfiniteFuture();
      }
      for (const auto& link : wanted.links) linked_[link] = account;
    }
  }

  // Whether some grant or ceiling can ever look at the job.
  bool Concerns(const UsageRecord& record) const {
    const Watch* watch = WatchOf(record);
    if (watch == nullptr) return false;
    return record.start_time < watch->end && SpansOf(record).ahead.end > watch->start;
  }

  void Add(const UsageRecord& record) {
    const Watch* watch = WatchOf(record);
    if (watch == nullptr) return;
    AddSeen(*watch, record, use_);
    if (GoesOn(record)) running_.push_back(record);
  }

  // What the row's job used beyond what the ledger knows of it: `known`, if there is anything.
  void AddUnread(const SetAsideRow& row, const std::optional<UsageRecord>& known) {
    const UsageRecord& record = row.job.at_most;
    const Watch* watch = WatchOf(record);
    if (watch == nullptr) return;
    SiteUse all;
    SiteUse part;
    AddSeen(*watch, record, all);
    if (known.has_value() && WatchOf(*known) != nullptr) AddSeen(*WatchOf(*known), *known, part);
    Unread unread = {Told(row), watch->account, ExcessOf(all, part), std::nullopt};
    // What is known to run is taken to run on anyway.
    if (GoesOn(record) && !(known.has_value() && GoesOn(*known))) unread.runs = record;
    if (!unread.runs.has_value() && ByResource(unread.use).empty()) return;
    unread_.push_back(std::move(unread));
  }

  const SiteState& state() const { return state_; }

  // Of the jobs alone; those that ran when they were seen last are taken to run on.
  SiteUse UseAt(absl::Time now) const {
    SiteUse use = use_;
    for (const UsageRecord& record : running_) AddSince(record, now, use);
    return use;
  }

  // Of the rows that were set aside, beyond it.
  SiteUse HeldAt(absl::Time now, HeldRows& rows) const {
    SiteUse all;
    rows = {};
    for (const Unread& unread : unread_) {
      SiteUse held = unread.use;
      if (unread.runs.has_value()) AddSince(*unread.runs, now, held);
      AddBounded(held, all);
      Tell(unread, ByResource(held), all, rows);
    }
    return all;
  }

 private:
  // A row that was set aside, and what it holds back.
  struct Unread {
    v1::HeldRow told;
    std::string account;
    SiteUse use;
    std::optional<UsageRecord> runs;  // what goes on
  };

  static bool GoesOn(const UsageRecord& record) {
    return record.state == JobState::kRunning && !record.is_runaway;
  }

  // By resource, without what is committed.
  std::map<std::string, Amount> ByResource(const SiteUse& use) const {
    std::map<std::string, Amount> amounts;
    for (const auto& [grant, spent] : use.spent) {
      if (spent.most > Amount()) AddBounded(spent.most, amounts[resources_.at(grant)]);
    }
    return amounts;
  }

  static void Tell(const Unread& unread, const std::map<std::string, Amount>& amounts, SiteUse& use,
                   HeldRows& rows) {
    if (amounts.empty()) return;
    ++rows.count;
    for (const auto& [resource, amount] : amounts) {
      HeldBack& held = use.held_back[{unread.account, resource}];
      AddBounded(amount, held.amount);
      if (held.row_count++ == 0) held.first_row = unread.told.number();
    }
    if (rows.first.size() == kHeldRowsMax) return;
    v1::HeldRow& told = rows.first.emplace_back(unread.told);
    for (const auto& [resource, amount] : amounts) {
      v1::HeldAmount& shown = *told.add_amounts();
      shown.set_resource(resource);
      shown.set_amount_base_units(amount.count());
    }
  }

  // What it has used, and may go on to use.
  void AddSeen(const Watch& watch, const UsageRecord& record, SiteUse& use) const {
    const JobSpans spans = SpansOf(record);
    AddSpent(record, spans, true, use);
    for (const HeldUnits& held : HeldBy(record, state_.charges)) {
      for (const auto& [grant, amount] :
           ChargesOf(watch, held, spans.ahead, spans.ahead.Seconds())) {
        AddBounded(amount, use.grants[grant]);
      }
      if (const auto taken = TakenBy(watch, record.user, held, spans.ahead, spans.ahead.Seconds());
          taken.has_value()) {
        AddBounded(*taken, use.logins[{watch.account, record.user, held.resource}]);
      }
    }
  }

  // What it has used since it was seen, if it went on.
  void AddSince(const UsageRecord& record, absl::Time now, SiteUse& use) const {
    const absl::Time end = std::min(now, SpansOf(record).ahead.end);
    const Period since = {record.end_time, record.time_limit_seconds > 0 ? end : now};
    if (since.Seconds() > 0) AddSpent(record, {since, since.Seconds(), {}}, false, use);
  }

  const Watch* WatchOf(const UsageRecord& record) const {
    // A record of another site's cluster is refused by the ledger.
    if (!state_.clusters.empty() && !state_.clusters.contains(record.key.cluster)) return nullptr;
    const auto link = linked_.find({record.key.cluster, record.account});
    const auto watch = watches_.find(link == linked_.end() ? record.account : link->second);
    return watch == watches_.end() ? nullptr : &watch->second;
  }

  // What a job that held so much over `span` is charged to each grant of an account.
  static std::map<std::string, Amount> ChargesOf(const Watch& watch, const HeldUnits& held,
                                                 const Period& span, int64_t seconds) {
    std::map<std::string, Amount> charges;
    const auto payers = watch.payers.find(held.resource);
    if (payers == watch.payers.end()) return charges;
    const std::vector<ChargedSeconds> pieces = Attribute(payers->second, span, seconds);
    const std::vector<Amount> amounts = AmountsOf(held, pieces);
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].grant != 0) charges[watch.names.at(pieces[i].grant)] = amounts[i];
    }
    return charges;
  }

  // What it takes of its login's ceiling: the seconds since that was set, as if a grant had begun
  // then. Nothing for a login without one.
  static std::optional<Amount> TakenBy(const Watch& watch, const std::string& login,
                                       const HeldUnits& held, const Period& span, int64_t seconds) {
    const auto ceiling = watch.wanted->login_ceilings.find({login, held.resource});
    if (ceiling == watch.wanted->login_ceilings.end()) return std::nullopt;
    Amount taken;
    const std::vector<Payer> since = {{1, {ceiling->second.since, absl::InfiniteFuture()}}};
    for (const ChargedSeconds& piece : Attribute(since, span, seconds)) {
      if (piece.grant == 1) taken = AmountOf(held, piece.seconds);
    }
    return taken;
  }

  // What ran over `spans.ran`; `was_seen` to do so, or taken to.
  void AddSpent(const UsageRecord& record, const JobSpans& spans, bool was_seen,
                SiteUse& use) const {
    const Watch* watch = WatchOf(record);
    if (watch == nullptr) return;
    const auto add = [was_seen](Amount amount, Spent& spent) {
      if (was_seen) AddBounded(amount, spent.least);
      AddBounded(amount, spent.most);
    };
    for (const HeldUnits& held : HeldBy(record, state_.charges)) {
      for (const auto& [grant, amount] :
           ChargesOf(*watch, held, spans.ran, spans.charged_seconds)) {
        if (was_seen) AddBounded(amount, use.grants[grant]);
        add(amount, use.spent[grant]);
      }
      const auto taken = TakenBy(*watch, record.user, held, spans.ran, spans.charged_seconds);
      if (!taken.has_value()) continue;
      const auto whose = std::tuple(watch->account, record.user, held.resource);
      if (was_seen) AddBounded(*taken, use.logins[whose]);
      add(*taken, use.login_spent[whose]);
    }
  }

  const SiteState state_;
  std::map<std::string, Watch> watches_;
  std::map<std::pair<std::string, std::string>, std::string> linked_;
  std::map<std::string, std::string> resources_;  // by grant
  SiteUse use_;
  std::vector<UsageRecord> running_;
  std::vector<Unread> unread_;  // by number
};

JobTotals::JobTotals(Spool& spool) : spool_(spool) {}
JobTotals::~JobTotals() = default;

absl::Status JobTotals::Count(Counting& counting, absl::Time now) {
  std::vector<JobKey> forgotten;
  std::optional<JobKey> after;
  runaways_ = {};
  while (true) {
    const absl::StatusOr<std::vector<UsageRecord>> page = spool_.Jobs(after, kPageRecords);
    if (!page.ok()) return page.status();
    if (page->empty()) break;
    for (const UsageRecord& record : *page) {
      counting.Add(record);
      const bool is_beyond_limit = IsBeyondLimit(record);
      if (record.is_runaway) ++runaways_.count;
      if (is_beyond_limit) ++runaways_.beyond_limit_count;
      const bool is_listed = record.is_runaway || is_beyond_limit;
      if (is_listed && runaways_.first.size() < kRunawaysMax) {
        runaways_.first.push_back(Told(record));
      }
      // What has not ended is followed until it has, however old it is.
      const bool is_past =
          IsTerminal(record.state) && SpansOf(record).ahead.end + kForgetAfter < now;
      if (is_past && !counting.Concerns(record)) forgotten.push_back(record.key);
    }
    after = page->back().key;
    // Page by page, so that memory does not grow with what is forgotten either.
    if (absl::Status status = spool_.ForgetJobs(forgotten); !status.ok()) return status;
    forgotten.clear();
  }
  return absl::OkStatus();
}

absl::Status JobTotals::CountSetAside(Counting& counting, absl::Time now) {
  std::vector<int64_t> forgotten;
  int64_t after = 0;
  while (true) {
    const absl::StatusOr<std::vector<SetAsideRow>> page = spool_.SetAside(after, kPageRecords);
    if (!page.ok()) return page.status();
    if (page->empty()) return spool_.ForgetSetAside(forgotten);
    for (const SetAsideRow& row : *page) {
      after = row.number;
      if (row.time + kForgetAfter < now && !counting.Concerns(row.job.at_most)) {
        forgotten.push_back(row.number);
      }
      const std::vector<DismissedRows>& dismissed = counting.state().dismissed;
      const bool is_dismissed = std::any_of(
          dismissed.begin(), dismissed.end(),
          [&row](const DismissedRows& rows) { return rows.Holds(row.number, row.time); });
      if (row.is_read || is_dismissed) continue;
      absl::StatusOr<std::optional<UsageRecord>> known = std::optional<UsageRecord>();
      if (const std::optional<JobKey> key = KeyOf(row.job)) known = spool_.Job(*key);
      if (!known.ok()) return known.status();
      counting.AddUnread(row, *known);
    }
  }
}

absl::StatusOr<SiteUse> JobTotals::Use(const SiteState& state,
                                       const std::map<std::string, LedgerFigures>& figures,
                                       absl::Time now) {
  // Taken before the jobs are read: what changes meanwhile is counted the next time.
  const int64_t revision = spool_.JobRevision();
  if (counted_ == nullptr || revision != job_revision_ || state != counted_->state()) {
    counted_.reset();
    auto counting = std::make_unique<Counting>(state);
    if (absl::Status status = Count(*counting, now); !status.ok()) return status;
    if (absl::Status status = CountSetAside(*counting, now); !status.ok()) return status;
    job_revision_ = revision;
    counted_ = std::move(counting);
  }
  SiteUse use = counted_->UseAt(now);
  for (const auto& [account, wanted] : state.accounts) {
    for (const auto& [name, grant] : wanted.grants) {
      const auto known = figures.find(name);
      if (known == figures.end()) continue;
      const auto correct = [&known](Amount& used) {
        used = std::max({Amount(), used + known->second.correction, known->second.settled});
      };
      correct(use.grants[name]);
      correct(use.spent[name].least);
      correct(use.spent[name].most);
    }
  }
  SiteUse held = counted_->HeldAt(now, held_rows_);
  AddBounded(held, use);
  use.held_back = std::move(held.held_back);
  return use;
}

}  // namespace mesolys::agent
