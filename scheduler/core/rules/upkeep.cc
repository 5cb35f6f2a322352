#include "scheduler/core/rules/upkeep.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "proto/values/day.h"
#include "proto/values/names.h"
#include "scheduler/core/figures/balance.h"
#include "scheduler/core/figures/placement.h"
#include "scheduler/core/rules/request_grants.h"
#include "scheduler/core/rules/under_use.h"

namespace mesolys {
namespace {

// A site that would use up what it has within two days is given enough for a week, from sites that
// keep more than a week's.
constexpr int64_t kShortSeconds = 2 * kSecondsPerDay;
constexpr int64_t kAmpleSeconds = 7 * kSecondsPerDay;
constexpr absl::Duration kNoticeLapses = absl::Hours(24 * 7);

// Where a grant may be used at any of some sites, one that has next to nothing of it is given a
// tenth of it, or less where there are many sites, so that jobs can start there and be followed.
constexpr int64_t kFirstShares = 10;

struct SiteNeed {
  std::string site;
  Amount left;
  Amount used;
  int64_t elapsed = 1;
  Amount first_share;  // 0 where the use alone is followed

  Amount In(int64_t seconds) const {
    return Amount(EstimateMulDiv(used.count(), seconds, elapsed));
  }
  Amount Missing() const { return left < In(kShortSeconds) ? In(kAmpleSeconds) - left : Amount(); }
  Amount Spare() const { return std::max(Amount(), left - In(kAmpleSeconds)); }
  Amount Wanted() const {
    const bool has_next_to_nothing = left.count() < first_share.count() / kFirstShares;
    return has_next_to_nothing ? std::max(Missing(), first_share) : Missing();
  }
};

Amount FirstShareOf(const Grant& grant) {
  if (grant.any_of.empty()) return {};
  // Half of it stays where it was chosen to be.
  const auto sites = static_cast<int64_t>(grant.any_of.size());
  return Amount(grant.amount.count() / std::max(kFirstShares, 2 * sites));
}

std::vector<SiteNeed> NeedsOf(const Ledger& ledger, const GrantEntry& entry, absl::Time now) {
  const Grant& grant = entry.grant;
  std::map<std::string, Amount> first_shares;
  for (const auto& [site, ceiling] : grant.ceilings) first_shares[site] = Amount();
  for (const std::string& site : grant.any_of) {
    // A catalogue may have taken it away.
    const bool may_go =
        CheckSite(ledger, *ledger.FindProject(grant.project), site, grant.resource).ok();
    if (may_go) first_shares[site] = FirstShareOf(grant);
  }
  std::vector<SiteNeed> needs;
  const int64_t elapsed = std::max<int64_t>(1, Period{grant.period.start, now}.Seconds());
  for (const auto& [site, first_share] : first_shares) {
    const auto ceiling = grant.ceilings.find(site);
    const Amount spent = std::max(Amount(), entry.UsedAt(site));
    const Amount has = ceiling == grant.ceilings.end() ? Amount() : ceiling->second;
    needs.push_back({site, std::max(Amount(), has - spent), spent, elapsed, first_share});
  }
  return needs;
}

std::optional<Command> DueMove(const Ledger& ledger, const GrantEntry& entry, absl::Time now) {
  if (!entry.orders.empty()) return std::nullopt;
  const std::vector<SiteNeed> needs = NeedsOf(ledger, entry, now);
  if (needs.empty()) return std::nullopt;
  const auto neediest = std::max_element(
      needs.begin(), needs.end(),
      [](const SiteNeed& a, const SiteNeed& b) { return a.Wanted() < b.Wanted(); });
  const Amount unleased = entry.grant.amount - entry.Held();
  // An overdraft that was written off, or paid, left nothing to spend.
  const Totals used = entry.Used();
  const Amount spendable = std::min(unleased, entry.grant.amount - used.Spent() - used.committed);
  if (spendable > Amount()) {
    return MoveCeiling{entry.grant.number, "", neediest->site, spendable};
  }
  if (neediest->Wanted() == Amount()) return std::nullopt;
  const auto richest =
      std::max_element(needs.begin(), needs.end(),
                       [](const SiteNeed& a, const SiteNeed& b) { return a.Spare() < b.Spare(); });
  const Room room(ledger, neediest->site, entry.grant.resource, entry.grant.period, now);
  // What an overdraft of the project's other grants needs there would not be freed.
  const Amount left = RemainingAt(ledger, *ledger.FindProject(entry.grant.project),
                                  entry.grant.resource, richest->site, now)
                          .left;
  Amount amount = std::min({neediest->Wanted(), richest->Spare(), left, room.free()});
  // A first share goes whole or not at all: every minute a little of it would help nobody.
  if (amount < neediest->Wanted()) amount = std::min(amount, neediest->Missing());
  if (amount == Amount() || richest->site == neediest->site) return std::nullopt;
  return MoveCeiling{entry.grant.number, richest->site, neediest->site, amount};
}

}  // namespace

std::vector<Command> DueUpkeep(const Ledger& ledger, absl::Time now) {
  std::vector<Command> due;
  for (const GrantEntry& entry : ledger.grants()) {
    const Grant& grant = entry.grant;
    const bool runs = now >= grant.period.start && now < grant.period.end && !entry.revoked;
    if (!runs || IsStock(grant.resource)) continue;
    if (std::optional<Command> move = DueMove(ledger, entry, now); move.has_value()) {
      due.push_back(*std::move(move));
    }
    const bool ordered = std::any_of(
        entry.orders.begin(), entry.orders.end(),
        [](const ReductionOrder& order) { return order.kind == ChangeKind::kGiveBack; });
    if (ordered || LatenessOf(ledger, entry, now).excess == Amount()) continue;
    // A notice that nothing came of, because the use caught up, is no notice for the next time.
    if (!entry.notice.has_value() || now >= entry.notice->give_back_time + kNoticeLapses) {
      due.push_back(NoticeUnderUse{grant.number});
    } else if (now >= entry.notice->give_back_time) {
      due.push_back(GiveBackUnused{grant.number});
    }
  }
  return due;
}

}  // namespace mesolys
