#include "scheduler/metrics/grant_sums.h"

namespace mesolys {

void GrantSums::Update(const Ledger& ledger, absl::Time now) {
  const std::vector<GrantEntry>& grants = ledger.grants();
  known_.resize(grants.size());
  for (size_t i = 0; i < grants.size(); ++i) {
    Known& known = known_[i];
    if (known.revision == grants[i].revision && known.from <= now && now < known.until) continue;
    Forget(known);
    Learn(grants[i], now, known);
  }
}

void GrantSums::Forget(Known& known) {
  if (known.count != nullptr) --*known.count;
  for (const Share& share : known.shares) {
    share.sum->leased -= share.part.leased;
    share.sum->used -= share.part.used;
  }
  known.shares.clear();
}

void GrantSums::Learn(const GrantEntry& entry, absl::Time now, Known& known) {
  known.revision = entry.revision;
  known.from = absl::InfinitePast();
  known.until = absl::InfiniteFuture();
  const Period& period = entry.grant.period;
  for (const absl::Time change : {period.start, period.end, entry.EndProper()}) {
    if (change <= now) {
      known.from = std::max(known.from, change);
    } else {
      known.until = std::min(known.until, change);
    }
  }
  known.count = &counts_[entry.grant.resource][static_cast<size_t>(StateOf(entry, now))];
  ++*known.count;
  std::map<std::string, GrantSum>& sites = sums_[entry.grant.resource];
  if (now < period.end) {
    for (const auto& [site, held] : entry.held) known.shares.push_back({&sites[site], {held, {}}});
  }
  for (const auto& [site, used] : entry.used) {
    known.shares.push_back({&sites[site], {{}, used.Spent()}});
  }
  for (const Share& share : known.shares) {
    share.sum->leased += share.part.leased;
    share.sum->used += share.part.used;
  }
}

}  // namespace mesolys
