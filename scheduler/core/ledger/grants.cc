#include "scheduler/core/ledger/grants.h"

#include <algorithm>

#include "scheduler/core/ledger/ledger.h"

namespace mesolys {
namespace {

void TouchAll(const Grant& grant, const Folding& at) {
  for (const auto& [site, ceiling] : grant.ceilings) at.marks.touched.push_back(site);
}

// Its promises by site, then month.
void Place(Grant& grant, const std::vector<Placement>& differences) {
  for (const Placement& difference : differences) {
    const auto at = std::lower_bound(grant.placements.begin(), grant.placements.end(), difference,
                                     [](const Placement& a, const Placement& b) {
                                       return std::tie(a.site, a.month) < std::tie(b.site, b.month);
                                     });
    const bool there = at != grant.placements.end() && at->site == difference.site &&
                       at->month == difference.month;
    if (there) {
      at->amount += difference.amount;
      Require(at->amount >= Amount());
    } else {
      Require(difference.amount >= Amount());
      grant.placements.insert(at, difference);
    }
  }
}

}  // namespace

Amount GrantEntry::Held() const {
  Amount sum;
  for (const auto& [site, ceiling] : held) sum += ceiling;
  return sum;
}

Totals GrantEntry::Used() const {
  Totals sum;
  for (const auto& [site, totals] : used) sum.Add(totals);
  return sum;
}

Amount GrantEntry::UsedAt(const std::string& site) const {
  const auto it = used.find(site);
  return it == used.end() ? Amount() : it->second.Spent() + it->second.committed;
}

Period GrantEntry::PeriodAt(const std::string& site) const {
  Period period = grant.period;
  const auto over = ended.find(site);
  if (over != ended.end()) period.end = std::max(period.start, std::min(period.end, over->second));
  return period;
}

GrantEntry EntryOf(const Grant& grant) {
  GrantEntry entry;
  entry.grant = grant;
  entry.held = grant.ceilings;
  return entry;
}

const GrantEntry* Grants::FindGrant(int64_t number) const {
  if (number < 1 || number >= next_grant()) return nullptr;
  return &grants_[static_cast<size_t>(number - 1)];
}

const std::vector<Payer>& Grants::Payers(absl::string_view project, absl::string_view resource,
                                         absl::string_view site) const {
  static const std::vector<Payer>& kNobody = *new std::vector<Payer>();
  const auto it =
      payers_.find(std::make_tuple(std::string(project), std::string(resource), std::string(site)));
  return it == payers_.end() ? kNobody : it->second;
}

const std::set<int64_t>& Grants::Awaited(absl::string_view site) const {
  static const std::set<int64_t>& kNone = *new std::set<int64_t>();
  const auto it = awaited_.find(site);
  return it == awaited_.end() ? kNone : it->second;
}

GrantEntry& Grants::ChangedAt(int64_t number, const Folding& at) {
  Require(FindGrant(number) != nullptr);
  GrantEntry& entry = grants_[static_cast<size_t>(number - 1)];
  entry.revision = at.revision;
  return entry;
}

void Grants::On(const GrantIssued& event, const Folding& at) {
  const Grant& grant = event.grant;
  Require(grant.number == next_grant());
  grants_.push_back(EntryOf(grant));
  grants_.back().revision = at.revision;
  for (const auto& [site, ceiling] : grant.ceilings) {
    payers_[{grant.project, grant.resource, site}].push_back({grant.number, grant.period});
  }
  TouchAll(grant, at);
}

void Grants::On(const GrantChanged& event, const Folding& at) {
  const GrantChange& change = event.change;
  GrantEntry& entry = ChangedAt(change.grant, at);
  Grant& grant = entry.grant;
  entry.changes.emplace_back(at.time, change);
  if (change.kind == ChangeKind::kOpeningBalance) {
    Require(change.ceilings.size() == 1);
    const std::string& site = change.ceilings.begin()->first;
    entry.used[site].opening += change.amount;
    at.marks.corrected.push_back(site);
    return;
  }
  grant.amount += change.amount;
  Place(grant, change.placements);
  for (const auto& [site, raise] : change.ceilings) {
    if (!grant.ceilings.contains(site)) {
      payers_[{grant.project, grant.resource, site}].push_back({grant.number, grant.period});
      // It pays there for what ran already, too.
      at.marks.charged_anew.push_back(grant.project);
    }
    grant.ceilings[site] += raise;
    entry.held[site] += raise;
  }
  grant.normalised = grant.normalised + change.normalised;
  std::erase_if(entry.orders, [&](const ReductionOrder& o) { return o.number == change.order; });
  if (change.kind == ChangeKind::kRevocation) entry.revoked = true;
  if (change.kind == ChangeKind::kGiveBack) entry.notice.reset();
  // The end proper stays known when the grace is over; any other end is one of its own.
  if (change.kind == ChangeKind::kGrace) {
    entry.end_proper = entry.EndProper();
  } else if (change.kind == ChangeKind::kExtension || change.kind == ChangeKind::kRevocation) {
    entry.end_proper.reset();
  }
  TouchAll(grant, at);
  SetEnd(entry, change.end, at);
  Require(entry.Held() <= grant.amount);
}

void Grants::On(const ReductionOrdered& event, const Folding& at) {
  const ReductionOrder& order = event.order;
  Require(order.number == next_order());
  ++order_count_;
  GrantEntry& entry = ChangedAt(order.grant, at);
  for (const auto& [site, ceiling] : order.ceilings) {
    Require(ceiling <= entry.grant.ceilings.at(site));
    entry.grant.ceilings[site] = ceiling;
    entry.lowered[site] = at.revision;
    awaited_[site].insert(order.grant);
  }
  if (order.kind == ChangeKind::kRevocation) entry.revoked = true;
  entry.orders.push_back(order);
  TouchAll(entry.grant, at);
  SetEnd(entry, order.end, at);
}

void Grants::On(const CeilingsConfirmed& event, const Folding& at) {
  for (const auto& [grant, ceiling] : event.held) {
    GrantEntry& entry = ChangedAt(grant, at);
    Amount& wanted = entry.grant.ceilings.at(event.site);
    Require(ceiling >= wanted && ceiling <= entry.held.at(event.site));
    // What was spent meanwhile cannot be taken back: the site keeps a ceiling that covers it.
    wanted = ceiling;
    entry.held[event.site] = ceiling;
    entry.lowered.erase(event.site);
    awaited_[event.site].erase(grant);
    if (entry.revoked) {
      entry.ended[event.site] = absl::FromUnixSeconds(absl::ToUnixSeconds(at.time));
      UpdatePayers(entry, at);
    }
  }
  at.marks.touched.push_back(event.site);
}

void Grants::On(const UnderUseNoticed& event, const Folding& at) {
  ChangedAt(event.notice.grant, at).notice = event.notice;
}

void Grants::On(const UsageReported& event, const Folding& at) { Post(event.postings, true, at); }
void Grants::On(const JobsResettled& event, const Folding& at) { Post(event.postings, false, at); }
void Grants::On(const JobRefunded& event, const Folding& at) { Post(event.postings, false, at); }

void Grants::Post(const std::vector<Posting>& postings, bool is_reported, const Folding& at) {
  for (const auto& [key, amount] : postings) {
    if (key.grant == 0) continue;
    const std::string& site = at.ledger.SiteOf(key.cluster);
    ChangedAt(key.grant, at).used[site].Add(key.kind, amount);
    // A site that reports more use knows it; that the ledger gives back, or takes less, it does
    // not.
    const bool is_correction =
        key.kind == ChargeKind::kRefund ||
        (key.kind == ChargeKind::kSettled && !(is_reported && amount > Amount()));
    if (is_correction) at.marks.corrected.push_back(site);
  }
}

void Grants::SetEnd(GrantEntry& entry, absl::Time end, const Folding& at) {
  if (entry.grant.period.end == end) return;
  entry.grant.period.end = end;
  UpdatePayers(entry, at);
}

void Grants::UpdatePayers(const GrantEntry& entry, const Folding& at) {
  const Grant& grant = entry.grant;
  for (const auto& [site, ceiling] : grant.ceilings) {
    for (Payer& payer : payers_[{grant.project, grant.resource, site}]) {
      if (payer.grant == grant.number) payer.period = entry.PeriodAt(site);
    }
  }
  // Somebody else pays for seconds that ran, or may run, near the old end or the new one.
  at.marks.charged_anew.push_back(grant.project);
}

}  // namespace mesolys
