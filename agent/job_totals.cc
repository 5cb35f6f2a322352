#include "agent/job_totals.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proto/values/attribution.h"
#include "proto/values/charging.h"
#include "proto/values/names.h"

namespace mesolys {
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

// Adds up what jobs used.
class Counting {
 public:
  explicit Counting(const SiteState& state) : state_(state) {
    for (const auto& [account, wanted] : state.accounts) {
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
    for (const HeldUnits& held : HeldBy(record, state_.charges)) {
      const auto payers = watch->payers.find(held.resource);
      if (payers != watch->payers.end()) {
        for (const ChargedSeconds& piece : SecondsOf(payers->second, spans)) {
          if (piece.grant == 0) continue;
          mesolys::Add(Amount(held.units * piece.seconds),
                       use_.grants[watch->names.at(piece.grant)]);
        }
      }
      AddToLogin(*watch, record.user, held, spans);
    }
  }

  SiteUse Take() { return std::move(use_); }

 private:
  const Watch* WatchOf(const UsageRecord& record) const {
    // A record of another site's cluster is refused by the ledger.
    if (!state_.clusters.empty() && !state_.clusters.contains(record.key.cluster)) return nullptr;
    const auto link = linked_.find({record.key.cluster, record.account});
    const auto watch = watches_.find(link == linked_.end() ? record.account : link->second);
    return watch == watches_.end() ? nullptr : &watch->second;
  }

  static std::vector<ChargedSeconds> SecondsOf(const std::vector<Payer>& payers,
                                               const JobSpans& spans) {
    std::vector<ChargedSeconds> pieces = Attribute(payers, spans.ran, spans.charged_seconds);
    const auto ahead = Attribute(payers, spans.ahead, spans.ahead.Seconds());
    pieces.insert(pieces.end(), ahead.begin(), ahead.end());
    return pieces;
  }

  void AddToLogin(const Watch& watch, const std::string& login, const HeldUnits& held,
                  const JobSpans& spans) {
    const auto ceiling = watch.wanted->login_ceilings.find({login, held.resource});
    if (ceiling == watch.wanted->login_ceilings.end()) return;
    // The seconds since it was set, as if a grant had begun then.
    const std::vector<Payer> since = {{1, {ceiling->second.since, absl::InfiniteFuture()}}};
    Amount& used = use_.logins[{watch.account, login, held.resource}];
    for (const ChargedSeconds& piece : SecondsOf(since, spans)) {
      if (piece.grant == 1) mesolys::Add(Amount(held.units * piece.seconds), used);
    }
  }

  const SiteState& state_;
  std::map<std::string, Watch> watches_;
  std::map<std::pair<std::string, std::string>, std::string> linked_;
  SiteUse use_;
};

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

absl::Status JobTotals::Count(const SiteState& state, absl::Time now) {
  Counting counting(state);
  std::vector<JobKey> forgotten;
  std::optional<JobKey> after;
  while (true) {
    const absl::StatusOr<std::vector<UsageRecord>> page = spool_.Jobs(after, kPageRecords);
    if (!page.ok()) return page.status();
    if (page->empty()) break;
    for (const UsageRecord& record : *page) {
      counting.Add(record);
      const bool is_past = SpansOf(record).ahead.end + kForgetAfter < now;
      if (is_past && !counting.Concerns(record)) forgotten.push_back(record.key);
    }
    after = page->back().key;
    // Page by page, so that memory does not grow with what is forgotten either.
    if (absl::Status status = spool_.ForgetJobs(forgotten); !status.ok()) return status;
    forgotten.clear();
  }
  use_ = counting.Take();
  return absl::OkStatus();
}

absl::StatusOr<SiteUse> JobTotals::Use(const SiteState& state,
                                       const std::map<std::string, LedgerFigures>& figures,
                                       absl::Time now) {
  // Taken before the jobs are read: what changes meanwhile is counted the next time.
  const int64_t revision = spool_.JobRevision();
  if (!state_.has_value() || revision != job_revision_ || state != *state_) {
    state_.reset();
    if (absl::Status status = Count(state, now); !status.ok()) return status;
    job_revision_ = revision;
    state_ = state;
  }
  SiteUse use = use_;
  for (const auto& [account, wanted] : state.accounts) {
    for (const auto& [name, grant] : wanted.grants) {
      const auto known = figures.find(name);
      if (known == figures.end()) continue;
      Amount& used = use.grants[name];
      used = std::max({Amount(), used + known->second.correction, known->second.settled});
    }
  }
  return use;
}

}  // namespace mesolys
