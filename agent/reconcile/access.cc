#include "agent/reconcile/access.h"

#include "absl/status/statusor.h"
#include "proto/values/names.h"

namespace mesolys::agent {
namespace {

// 0 for a name that is none; the order of names decides then.
int64_t NumberOf(const std::string& grant) {
  const absl::StatusOr<NumberedName> name = ParseGrantName(grant);
  return name.ok() ? name->number : 0;
}

Amount UsedOf(const SiteUse& use, const std::string& grant) {
  const auto used = use.grants.find(grant);
  return used == use.grants.end() ? Amount() : used->second;
}

}  // namespace

std::vector<AccountStanding> StandingsOf(const SiteState& desired, const SiteUse& use,
                                         absl::Time now) {
  std::vector<AccountStanding> standings;
  for (const auto& [account, wanted] : desired.accounts) {
    std::map<std::string, std::vector<Lease>> leases;
    for (const auto& [name, grant] : wanted.grants) {
      if (IsStock(grant.resource)) continue;
      leases[grant.resource].push_back(
          {NumberOf(name), grant.period, grant.ceiling, grant.bonus, UsedOf(use, name)});
    }
    for (const auto& [resource, all] : leases) {
      standings.push_back({account, resource, RemainingOf(all, now)});
    }
  }
  return standings;
}

void SetAccess(const SiteUse& use, absl::Time now, SiteState& desired) {
  for (auto& [account, wanted] : desired.accounts) {
    wanted.access.clear();
    wanted.frozen_logins.clear();
    for (const auto& [whose, ceiling] : wanted.login_ceilings) {
      const auto& [login, resource] = whose;
      const auto used = use.logins.find({account, login, resource});
      const Amount spent = used == use.logins.end() ? Amount() : used->second;
      if (LeftOf(ceiling.amount, spent) == Amount()) wanted.frozen_logins.insert(whose);
    }
  }
  for (const AccountStanding& standing : StandingsOf(desired, use, now)) {
    desired.accounts[standing.account].access[standing.resource] = AccessOf(standing.remaining);
  }
}

void KeepAccess(const SiteState& held, SiteState& desired) {
  for (auto& [account, wanted] : desired.accounts) {
    wanted.access.clear();
    wanted.frozen_logins.clear();
    const auto present = held.accounts.find(account);
    if (present == held.accounts.end()) continue;
    wanted.access = present->second.access;
    for (const auto& frozen : present->second.frozen_logins) {
      if (wanted.logins.contains(frozen.first)) wanted.frozen_logins.insert(frozen);
    }
  }
}

}  // namespace mesolys::agent
