#include "agent/loop/job_totals.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "proto/runtime/convert.h"
#include "proto/values/attribution.h"
#include "proto/values/charging.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kPageRecords = 1000;
// No sum grows beyond this, whatever a site or a scheduler says: a hundred of them still add up.
constexpr Amount kSumMax{int64_t{1} << 56};

void Add(Amount more, Amount& sum) { sum = std::min(sum + std::min(more, kSumMax), kSumMax); }

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

v1::RunawayJob Told(const UsageRecord& record) {
  v1::RunawayJob job;
  job.set_cluster(record.key.cluster);
  job.set_job_id(record.key.job_id);
  *job.mutable_submit_time() = ToProto(record.key.submit_time);
  job.set_account(record.account);
  job.set_user(record.user);
  *job.mutable_start_time() = ToProto(record.start_time);
  *job.mutable_end_time() = ToProto(record.end_time);
  return job;
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
    const JobSpans spans = SpansOf(record);
    AddSpent(record, spans, true, use_);
    if (record.state == JobState::kRunning && !record.is_runaway) running_.push_back(record);
    for (const HeldUnits& held : HeldBy(record, state_.charges)) {
      for (const auto& [grant, amount] :
           ChargesOf(*watch, held, spans.ahead, spans.ahead.Seconds())) {
        agent::Add(amount, use_.grants[grant]);
      }
      if (const auto taken = TakenBy(*watch, record.user, held, spans.ahead, spans.ahead.Seconds());
          taken.has_value()) {
        agent::Add(*taken, use_.logins[{watch->account, record.user, held.resource}]);
      }
    }
  }

  const SiteState& state() const { return state_; }

  // Of the jobs alone; those that ran when they were seen last are taken to run on.
  SiteUse UseAt(absl::Time now) const {
    SiteUse use = use_;
    for (const UsageRecord& record : running_) {
      const absl::Time end = std::min(now, SpansOf(record).ahead.end);
      const Period since = {record.end_time, record.time_limit_seconds > 0 ? end : now};
      if (since.Seconds() > 0) AddSpent(record, {since, since.Seconds(), {}}, false, use);
    }
    return use;
  }

 private:
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
      if (was_seen) agent::Add(amount, spent.least);
      agent::Add(amount, spent.most);
    };
    for (const HeldUnits& held : HeldBy(record, state_.charges)) {
      for (const auto& [grant, amount] :
           ChargesOf(*watch, held, spans.ran, spans.charged_seconds)) {
        if (was_seen) agent::Add(amount, use.grants[grant]);
        add(amount, use.spent[grant]);
      }
      const auto taken = TakenBy(*watch, record.user, held, spans.ran, spans.charged_seconds);
      if (!taken.has_value()) continue;
      const auto whose = std::tuple(watch->account, record.user, held.resource);
      if (was_seen) agent::Add(*taken, use.logins[whose]);
      add(*taken, use.login_spent[whose]);
    }
  }

  const SiteState state_;
  std::map<std::string, Watch> watches_;
  std::map<std::pair<std::string, std::string>, std::string> linked_;
  SiteUse use_;
  std::vector<UsageRecord> running_;
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
      if (record.is_runaway) {
        ++runaways_.count;
        if (runaways_.first.size() < kRunawaysMax) runaways_.first.push_back(Told(record));
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

absl::StatusOr<SiteUse> JobTotals::Use(const SiteState& state,
                                       const std::map<std::string, LedgerFigures>& figures,
                                       absl::Time now) {
  // Taken before the jobs are read: what changes meanwhile is counted the next time.
  const int64_t revision = spool_.JobRevision();
  if (counted_ == nullptr || revision != job_revision_ || state != counted_->state()) {
    counted_.reset();
    auto counting = std::make_unique<Counting>(state);
    if (absl::Status status = Count(*counting, now); !status.ok()) return status;
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
  return use;
}

}  // namespace mesolys::agent
