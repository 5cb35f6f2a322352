#include "proto/values/lease.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "proto/values/sentence.h"

namespace mesolys {
namespace {

// A lease on its way through the calculation.
struct Account {
  const Lease* lease = nullptr;
  // Ceiling less what was used and taken over; below 0 it is owed.
  Amount left;
};

bool Overlap(const Period& a, const Period& b) { return Intersection(a, b).Seconds() > 0; }

// Sum over the valid ones of what is left of `ceiling` after what the ended ones handed on; not
// clamped.
template <typename Ceiling>
Amount Sum(const std::vector<Lease>& leases, absl::Time now, Ceiling ceiling) {
  std::vector<Account> accounts;
  for (const Lease& lease : leases) {
    const bool is_begun = lease.period.Seconds() > 0 && lease.period.start <= now;
    if (is_begun) accounts.push_back({&lease, ceiling(lease) - lease.used});
  }
  // Soonest-ending first; the number decides between those that end together, as in attribution.
  std::sort(accounts.begin(), accounts.end(), [](const Account& a, const Account& b) {
    return std::pair(a.lease->period.end, a.lease->grant) <
           std::pair(b.lease->period.end, b.lease->grant);
  });
  Amount sum;
  for (auto account = accounts.begin(); account != accounts.end(); ++account) {
    if (account->lease->period.end > now) {
      sum += account->left;
      continue;
    }
    Amount owed = OverdraftOf(Amount(), -account->left);
    Account* last = nullptr;
    for (auto later = std::next(account); later != accounts.end() && owed > Amount(); ++later) {
      if (!Overlap(account->lease->period, later->lease->period)) continue;
      const Amount taken = std::min(owed, LeftOf(later->left, Amount()));
      later->left -= taken;
      owed -= taken;
      last = &*later;
    }
    if (last != nullptr) last->left -= owed;
  }
  return sum;
}

}  // namespace

Amount LeftOf(Amount ceiling, Amount used) { return std::max(Amount(), ceiling - used); }

Amount OverdraftOf(Amount ceiling, Amount used) { return std::max(Amount(), used - ceiling); }

Remaining RemainingOf(const std::vector<Lease>& leases, absl::Time now) {
  const Amount sum = Sum(leases, now, [](const Lease& lease) { return lease.ceiling; });
  const Amount with_bonus =
      Sum(leases, now, [](const Lease& lease) { return lease.ceiling + lease.bonus; });
  const Amount left = LeftOf(sum, Amount());
  return {left, LeftOf(with_bonus, left)};
}

absl::string_view AccessText(Access access) {
  switch (access) {
    case Access::kFrozen:
      return SayLater("frozen");
    case Access::kLowPriority:
      return SayLater("low priority");
    case Access::kOpen:
      return SayLater("open");
  }
  std::abort();
}

Access AccessOf(const Remaining& remaining) {
  if (remaining.left > Amount()) return Access::kOpen;
  return remaining.bonus > Amount() ? Access::kLowPriority : Access::kFrozen;
}

}  // namespace mesolys
