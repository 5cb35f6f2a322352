#include "agent/reconcile/reconcile.h"

#include <algorithm>

namespace mesolys::agent {
namespace {

using ActionKind = Action::Kind;

// Collects the actions of one reconciliation.
class Difference {
 public:
  Difference(const SiteState& held, const SiteState& desired, absl::Time now)
      : held_(held), desired_(desired), now_(now) {}

  Plan Find() {
    for (const auto& [name, account] : held_.accounts) {
      const auto wanted = desired_.accounts.find(name);
      // An account that is no longer desired stays, with nothing in it.
      TakeAway(name, account, wanted == desired_.accounts.end() ? nothing_ : wanted->second);
    }
    for (const auto& [name, account] : desired_.accounts) Place(name, account.parent);
    for (const auto& [name, account] : desired_.accounts) {
      const auto present = held_.accounts.find(name);
      Give(name, present == held_.accounts.end() ? nothing_ : present->second, account);
    }
    // Stable: within a kind the order of the names, and of parents before children, remains.
    std::stable_sort(plan_.actions.begin(), plan_.actions.end(),
                     [](const Action& a, const Action& b) { return a.kind < b.kind; });
    return std::move(plan_);
  }

 private:
  void Take(ActionKind kind, const std::string& account, const std::string& subject,
            const GrantCeiling& grant = {}) {
    plan_.actions.push_back({kind, account, subject, "", grant});
  }

  const GrantCeiling* Wanted(const SiteAccount& account, const std::string& grant) const {
    const auto found = account.grants.find(grant);
    if (found == account.grants.end() || IsEnded(found->second, now_)) return nullptr;
    return &found->second;
  }

  // What both allow: the step between two ceilings that only takes away.
  static GrantCeiling Lower(const GrantCeiling& a, const GrantCeiling& b) {
    return {a.resource, std::min(a.ceiling, b.ceiling), Intersection(a.period, b.period),
            std::min(a.bonus, b.bonus)};
  }

  // Whether one can become the other without being dropped in between.
  static bool IsContinued(const GrantCeiling& held, const GrantCeiling& wanted) {
    return held.resource == wanted.resource &&
           Intersection(held.period, wanted.period).Seconds() > 0;
  }

  void Freeze(ActionKind kind, const std::string& account, const LoginResource& whose) {
    Action& action = plan_.actions.emplace_back();
    action.kind = kind;
    action.account = account;
    action.subject = whose.first;
    action.resource = whose.second;
  }

  void SetAccess(ActionKind kind, const std::string& account, const std::string& resource,
                 Access access) {
    Action& action = plan_.actions.emplace_back();
    action.kind = kind;
    action.account = account;
    action.subject = resource;
    action.access = access;
  }

  // Access that becomes narrower.
  void Restrict(const std::string& name, const SiteAccount& held, const SiteAccount& wanted) {
    for (const auto& [resource, access] : held.access) {
      const Access next = wanted.AccessTo(resource);
      if (next < access) SetAccess(ActionKind::kRestrictAccess, name, resource, next);
    }
    for (const LoginResource& whose : wanted.frozen_logins) {
      if (held.frozen_logins.contains(whose) || !held.logins.contains(whose.first)) continue;
      Freeze(ActionKind::kFreezeLogin, name, whose);
    }
  }

  // Access that becomes wider.
  void Widen(const std::string& name, const SiteAccount& held, const SiteAccount& wanted) {
    for (const auto& [resource, access] : wanted.access) {
      if (access > held.AccessTo(resource)) {
        SetAccess(ActionKind::kWidenAccess, name, resource, access);
      }
    }
    for (const LoginResource& whose : wanted.frozen_logins) {
      if (!held.logins.contains(whose.first)) Freeze(ActionKind::kFreezeNewLogin, name, whose);
    }
    for (const LoginResource& whose : held.frozen_logins) {
      // A login that is removed loses everything with it.
      const bool stays = wanted.logins.contains(whose.first) || !held.logins.contains(whose.first);
      if (stays && !wanted.frozen_logins.contains(whose))
        Freeze(ActionKind::kOpenLogin, name, whose);
    }
  }

  void TakeAway(const std::string& name, const SiteAccount& held, const SiteAccount& wanted) {
    Restrict(name, held, wanted);
    plan_.held_count +=
        static_cast<int64_t>(held.grants.size() + held.logins.size() + held.links.size());
    for (const auto& [grant, ceiling] : held.grants) {
      const GrantCeiling* const next = Wanted(wanted, grant);
      if (next == nullptr || !IsContinued(ceiling, *next)) {
        Take(ActionKind::kDropGrant, name, grant, ceiling);
        if (next == nullptr && !IsEnded(ceiling, now_)) ++plan_.removal_count;
      } else if (const GrantCeiling lower = Lower(ceiling, *next); lower != ceiling) {
        Take(ActionKind::kLowerCeiling, name, grant, lower);
      }
    }
    for (const std::string& login : held.logins) {
      if (wanted.logins.contains(login)) continue;
      Take(ActionKind::kRemoveLogin, name, login);
      ++plan_.removal_count;
    }
    for (const auto& link : held.links) {
      if (wanted.links.contains(link)) continue;
      plan_.actions.push_back({ActionKind::kUnlinkAccount, name, link.second, link.first, {}});
      ++plan_.removal_count;
    }
  }

  // Creates the account after those above it, or moves it below another.
  void Place(const std::string& name, const std::string& parent) {
    if (!placed_.insert(name).second) return;
    if (!parent.empty()) {
      const auto above = desired_.accounts.find(parent);
      if (above != desired_.accounts.end()) {
        Place(parent, above->second.parent);
      } else if (!held_.accounts.contains(parent)) {
        // A chair without a claim of its own here: its account carries the shares of those below.
        Place(parent, "");
      }
    }
    const auto present = held_.accounts.find(name);
    if (present == held_.accounts.end()) {
      Take(ActionKind::kCreateAccount, name, parent);
    } else if (present->second.parent != parent) {
      Take(ActionKind::kMoveAccount, name, parent);
    }
  }

  void Give(const std::string& name, const SiteAccount& held, const SiteAccount& wanted) {
    for (const auto& link : wanted.links) {
      if (held.links.contains(link)) continue;
      plan_.actions.push_back({ActionKind::kLinkAccount, name, link.second, link.first, {}});
    }
    for (const std::string& login : wanted.logins) {
      if (!held.logins.contains(login)) Take(ActionKind::kAddLogin, name, login);
    }
    Widen(name, held, wanted);
    for (const auto& [grant, ceiling] : wanted.grants) {
      if (IsEnded(ceiling, now_)) continue;
      const auto present = held.grants.find(grant);
      if (present != held.grants.end() && IsContinued(present->second, ceiling) &&
          Lower(present->second, ceiling) == ceiling) {
        continue;
      }
      Take(ActionKind::kRaiseCeiling, name, grant, ceiling);
    }
  }

  const SiteState& held_;
  const SiteState& desired_;
  const absl::Time now_;
  const SiteAccount nothing_;
  std::set<std::string> placed_;
  Plan plan_;
};

}  // namespace

Plan Reconcile(const SiteState& held, const SiteState& desired, absl::Time now) {
  return Difference(held, desired, now).Find();
}

void Apply(const Action& action, SiteState& held) {
  SiteAccount& account = held.accounts[action.account];
  switch (action.kind) {
    case ActionKind::kDropGrant:
      account.grants.erase(action.subject);
      break;
    case ActionKind::kLowerCeiling:
    case ActionKind::kRaiseCeiling:
      account.grants[action.subject] = action.grant;
      break;
    case ActionKind::kRemoveLogin:
      account.logins.erase(action.subject);
      std::erase_if(account.frozen_logins,
                    [&](const LoginResource& whose) { return whose.first == action.subject; });
      break;
    case ActionKind::kRestrictAccess:
    case ActionKind::kWidenAccess:
      account.access[action.subject] = action.access;
      break;
    case ActionKind::kFreezeLogin:
    case ActionKind::kFreezeNewLogin:
      account.frozen_logins.insert({action.subject, action.resource});
      break;
    case ActionKind::kOpenLogin:
      account.frozen_logins.erase({action.subject, action.resource});
      break;
    case ActionKind::kAddLogin:
      account.logins.insert(action.subject);
      break;
    case ActionKind::kUnlinkAccount:
      account.links.erase({action.cluster, action.subject});
      break;
    case ActionKind::kLinkAccount:
      account.links.insert({action.cluster, action.subject});
      break;
    case ActionKind::kCreateAccount:
    case ActionKind::kMoveAccount:
      account.parent = action.subject;
      break;
  }
}

}  // namespace mesolys::agent
