#include "scheduler/core/rules/confirmation_rules.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "proto/values/lease.h"
#include "proto/values/sentence.h"
#include "scheduler/core/facts/unknown.h"
#include "scheduler/core/rules/grant_rules.h"
#include "scheduler/core/rules/settled_order.h"

namespace mesolys {
namespace {

// The ledger as it will be: each order is decided on what the ones before it left, for two of them
// cannot have the same room.
class Ahead {
 public:
  Ahead(const Ledger& ledger, absl::Time now)
      : ledger_(ledger), revision_(ledger.revision() + 1), now_(now) {}

  void Record(Event event) {
    ledger_.Apply(event, now_, revision_);
    events_.push_back(std::move(event));
  }
  const Ledger& ledger() const { return ledger_; }
  std::vector<Event> Take() { return std::move(events_); }

 private:
  Ledger ledger_;
  const int64_t revision_;
  const absl::Time now_;
  std::vector<Event> events_;
};

// What grants hold and have used at one site. One pays for the others there while they overlap,
// full or not: what it overdrew is covered by what the others hold, and cannot be taken from these.
// What a revoked grant kept for that is over with it: the debt stays its grant's, until it is paid
// or written off.
class SiteBooks {
 public:
  SiteBooks(const Ledger& ledger, const std::string& site, absl::Time now)
      : ledger_(ledger), site_(site), now_(now) {}

  // The site knows of more use than the ledger, perhaps.
  void Note(int64_t grant, Amount used) { said_[grant] = used; }
  Amount UsedOf(const GrantEntry& entry) const {
    const auto said = said_.find(entry.grant.number);
    if (said == said_.end()) return entry.UsedAt(site_);
    // Whatever a site says, what many grants used still adds up.
    const auto held = entry.held.find(site_);
    const Amount most = (held == entry.held.end() ? Amount() : held->second) + kBeyondHeldMax;
    return std::max(entry.UsedAt(site_), std::min(said->second, most));
  }

  // What the grant holds once it is lowered to `least`, or to more where others need it.
  Amount Lower(const GrantEntry& entry, Amount least) {
    const Amount held = entry.held.at(site_);
    const Amount freed = std::min(LeftOf(held, least), LeftWith(entry) + Paying(entry));
    return lowered_[entry.grant.number] = held - freed;
  }

 private:
  static constexpr Amount kBeyondHeldMax{int64_t{1} << 43};

  // What is ordered to pay an overdraft is its cover, and stays within the project.
  static Amount Paying(const GrantEntry& entry) {
    Amount paying;
    for (const ReductionOrder& order : entry.orders) {
      if (order.kind == ChangeKind::kAdjustmentOut) paying += order.Claimed();
    }
    return paying;
  }

  // What the grants of its project and resource leave together, at the moment nearest to now at
  // which this one is valid.
  Amount LeftWith(const GrantEntry& entry) const {
    const Period period = entry.PeriodAt(site_);
    if (period.Seconds() == 0) return kAmountMax;
    std::vector<Lease> leases;
    for (int64_t number : ledger_.FindProject(entry.grant.project)->grants) {
      const GrantEntry& other = *ledger_.FindGrant(number);
      const auto held = other.held.find(site_);
      if (other.grant.resource != entry.grant.resource || held == other.held.end()) continue;
      const auto lowered = lowered_.find(number);
      leases.push_back({number, other.PeriodAt(site_),
                        lowered == lowered_.end() ? held->second : lowered->second, Amount(),
                        UsedOf(other)});
    }
    const absl::Time last = period.end - absl::Seconds(1);
    return RemainingOf(leases, std::min(std::max(now_, period.start), last)).left;
  }

  const Ledger& ledger_;
  const std::string& site_;
  const absl::Time now_;
  std::map<int64_t, Amount> said_;
  std::map<int64_t, Amount> lowered_;
};

// What the order gets of what no site holds any more. A ceiling that moves stays the grant's: what
// is taken away goes first.
Amount DoneOf(const GrantEntry& entry, const ReductionOrder& order) {
  Amount free = entry.grant.amount - entry.Held();
  if (order.kind == ChangeKind::kMove) {
    if (entry.revoked) return {};
    for (const ReductionOrder& other : entry.orders) free -= other.Claimed();
  }
  return std::max(Amount(), std::min(order.amount, free));
}

// Carries out the orders of a grant that wait for no site any more, the oldest first.
void RecordSettledOrders(int64_t grant, absl::Time now, Ahead& ahead) {
  if (!ahead.ledger().FindGrant(grant)->lowered.empty()) return;
  const std::vector<ReductionOrder> orders = ahead.ledger().FindGrant(grant)->orders;
  for (const ReductionOrder& order : orders) {
    const GrantEntry& entry = *ahead.ledger().FindGrant(grant);
    for (Event& event : SettledOrder(ahead.ledger(), entry, order, DoneOf(entry, order), now)) {
      ahead.Record(std::move(event));
    }
  }
}

Verdict ConfirmAll(const Ledger& ledger, const CeilingsConfirmed& event, absl::Time now) {
  Ahead ahead(ledger, now);
  ahead.Record(event);
  for (const auto& [grant, ceiling] : event.held) RecordSettledOrders(grant, now, ahead);
  return {ahead.Take(), {}};
}

}  // namespace

absl::StatusOr<Verdict> Decide(const Deciding& at, const ConfirmCeilings& command) {
  std::map<int64_t, ReadBackCeiling> said;
  for (const ReadBackCeiling& each : command.read_back) {
    ReadBackCeiling& most = said[each.grant];
    most.used = std::max(most.used, each.used);
    most.ceiling = std::max(most.ceiling, each.ceiling);
  }
  CeilingsConfirmed event;
  event.site = command.site;
  SiteBooks books(at.ledger, command.site, at.now);
  for (const auto& [number, each] : said) books.Note(number, each.used);
  for (int64_t number : at.ledger.Awaited(command.site)) {
    const GrantEntry& entry = *at.ledger.FindGrant(number);
    // What was in force before the order cannot confirm it.
    if (entry.lowered.at(command.site) > command.generation) continue;
    // Nor does silence: the site may not have looked at what it used yet.
    const auto read_back = said.find(number);
    if (read_back == said.end()) continue;
    const Amount least = std::max(
        {entry.grant.ceilings.at(command.site), read_back->second.ceiling, books.UsedOf(entry)});
    event.held.push_back({number, books.Lower(entry, least)});
  }
  if (event.held.empty()) return Verdict{{}, {}, /*recorded=*/false};
  return ConfirmAll(at.ledger, event, at.now);
}

absl::StatusOr<Verdict> Decide(const Deciding& at, const WriteOffSite& command) {
  if (!at.ledger.catalogue().sites.contains(command.site)) {
    return NoSite(command.site);
  }
  if (absl::Status s = CheckReason(command.reason); !s.ok()) return s;
  CeilingsConfirmed event;
  event.site = command.site;
  event.written_off = true;
  event.reason = command.reason;
  SiteBooks books(at.ledger, command.site, at.now);
  for (int64_t number : at.ledger.Awaited(command.site)) {
    const GrantEntry& entry = *at.ledger.FindGrant(number);
    const Amount held = entry.held.at(command.site);
    const Amount least =
        books.Lower(entry, std::max(entry.grant.ceilings.at(command.site), books.UsedOf(entry)));
    event.held.push_back({number, least});
    event.at_risk.push_back({number, held - least});
  }
  if (event.held.empty()) {
    return Refuse(Reason::kNothingAwaited,
                  Say("nothing waits for site $0: there is nothing to write off", command.site),
                  {{"site", command.site}});
  }
  return ConfirmAll(at.ledger, event, at.now);
}

}  // namespace mesolys
