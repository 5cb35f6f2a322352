#ifndef MESOLYS_AGENT_RECONCILE_RECONCILE_H_
#define MESOLYS_AGENT_RECONCILE_RECONCILE_H_

// What to change at a site so that it holds what it shall hold. Everything that takes something
// away comes before everything that gives. Accounts are never deleted: their history hangs on them.
// A grant is closed by time alone once its end has passed; what an account may start follows from
// its grants (agent/reconcile/access.h). Pure; any thread.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "proto/values/charging.h"
#include "proto/values/lease.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"

namespace mesolys::agent {

// How much of a grant a site may spend on its own, and when.
struct GrantCeiling {
  std::string resource;
  Amount ceiling;
  Period period;
  Amount bonus{};  // beyond the ceiling, at low priority

  friend bool operator==(const GrantCeiling&, const GrantCeiling&) = default;
};

// How much of an account one login may use, and since when it counts.
struct CeilingSince {
  Amount amount;
  absl::Time since;

  friend bool operator==(const CeilingSince&, const CeilingSince&) = default;
};

using LoginResource = std::pair<std::string, std::string>;  // (login, resource)

inline constexpr int64_t kSharesUnlessSaid = 10'000;

// An account at a site.
struct SiteAccount {
  std::string parent;  // the account above it; empty for none
  std::set<std::string> logins;
  std::map<std::string, GrantCeiling> grants;           // by "projects/{project}/grants/{grant}"
  std::set<std::pair<std::string, std::string>> links;  // (cluster, older account) that bill to it
  std::map<LoginResource, CeilingSince> login_ceilings{};
  // What may be started, by resource; one that is not there is frozen.
  std::map<std::string, Access> access{};
  // Those that may start nothing although the account may.
  std::set<LoginResource> frozen_logins{};
  // Its part of what those beside it below the same parent are served.
  int64_t shares = kSharesUnlessSaid;
  bool eco = false;  // its jobs may run in the site's eco QOS

  Access AccessTo(const std::string& resource) const {
    const auto found = access.find(resource);
    return found == access.end() ? Access::kFrozen : found->second;
  }

  friend bool operator==(const SiteAccount&, const SiteAccount&) = default;
};

// Rows that were set aside by `time` and are numbered so hold nothing back any more.
struct DismissedRows {
  int64_t first = 0;
  int64_t last = 0;
  absl::Time time;

  // `set_aside` is by the clock of the site. A spool that was lost counts its rows anew: they are
  // others than those that were dismissed.
  bool Holds(int64_t number, absl::Time set_aside) const {
    return first <= number && number <= last && set_aside <= time + kClockSkew;
  }

  static constexpr absl::Duration kClockSkew = absl::Minutes(5);

  friend bool operator==(const DismissedRows&, const DismissedRows&) = default;
};

// What a site holds, or shall hold.
struct SiteState {
  int64_t generation = 0;
  std::map<std::string, SiteAccount> accounts;  // by project id, which is the account's name
  ChargeRule charges{};                         // how it charges
  std::set<std::string> clusters{};             // its own
  int64_t cores_per_gpu = 0;                    // that come with a GPU
  std::vector<DismissedRows> dismissed{};

  friend bool operator==(const SiteState&, const SiteState&) = default;
};

// One step on the way from what is held to what is desired.
struct Action {
  // In the order in which they are taken.
  enum class Kind {
    kRestrictAccess,  // `subject` is the resource; `access` is what it becomes
    kFreezeLogin,     // `subject` is the login, `resource` of what
    kDropGrant,       // `subject` is the grant; `grant` is what it was
    kLowerCeiling,    // `subject` is the grant; `grant` is what it becomes
    kRemoveLogin,     // `subject` is the login
    kUnlinkAccount,   // `cluster`, and `subject` is the older account
    kCreateAccount,   // `subject` is the account above it, or empty
    kMoveAccount,     // the same
    kLinkAccount,     // as kUnlinkAccount
    kAddLogin,        // `subject` is the login
    kFreezeNewLogin,  // as kFreezeLogin, of one that was just added
    kRaiseCeiling,    // as kLowerCeiling; also the first of a grant
    kWidenAccess,     // as kRestrictAccess
    kOpenLogin,       // as kFreezeLogin
  };
  Kind kind = Kind::kDropGrant;
  std::string account;
  std::string subject;
  std::string cluster;
  GrantCeiling grant;
  std::string resource{};
  Access access = Access::kFrozen;

  friend bool operator==(const Action&, const Action&) = default;
};

struct Plan {
  std::vector<Action> actions;
  // Grants, logins and links that it takes away, those whose end has passed not counted.
  int64_t removal_count = 0;
  // Grants, logins and links that are held now.
  int64_t held_count = 0;
};

// Whether the end of the grant's period has come, or it has no beginning before its end.
inline bool IsEnded(const GrantCeiling& grant, absl::Time now) {
  return now >= grant.period.end || grant.period.Seconds() == 0;
}

// A desired grant that is ended counts as not desired; one that has not begun is held already, its
// period says when it may be spent.
Plan Reconcile(const SiteState& held, const SiteState& desired, absl::Time now);

// What the site holds after the action. Applying every action of Reconcile(held, desired, now) in
// order leaves nothing for Reconcile to do.
void Apply(const Action& action, SiteState& held);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_RECONCILE_RECONCILE_H_
