#ifndef MESOLYS_AGENT_RECONCILE_ACCESS_H_
#define MESOLYS_AGENT_RECONCILE_ACCESS_H_

// What each account may start now: from the grants that it holds, what was used of them, and the
// time. No scheduler is needed for it, so a grant ends, begins and is used up without one. Pure;
// any thread.

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agent/reconcile/reconcile.h"
#include "proto/values/lease.h"
#include "proto/values/quantity.h"

namespace mesolys::agent {

// What ran up to now, without what is committed: as it was seen last, and as if what ran then had
// gone on until now.
struct Spent {
  Amount least;
  Amount most;

  friend bool operator==(const Spent&, const Spent&) = default;
};

// Of a project's grants of one resource: what rows that nobody can settle may have used of them.
struct HeldBack {
  Amount amount;
  int64_t row_count = 0;
  int64_t first_row = 0;  // its number

  friend bool operator==(const HeldBack&, const HeldBack&) = default;
};

// What was used and is committed at a site, as far as its agent knows; what is held back is part of
// it.
struct SiteUse {
  // By "projects/{project}/grants/{grant}"; nothing of one that is not there.
  std::map<std::string, Amount> grants;
  // By (account, login, resource), since the login's ceiling was set.
  std::map<std::tuple<std::string, std::string, std::string>, Amount> logins;
  // The same without what is committed.
  std::map<std::string, Spent> spent{};
  std::map<std::tuple<std::string, std::string, std::string>, Spent> login_spent{};
  std::map<std::pair<std::string, std::string>, HeldBack> held_back{};  // by (account, resource)
  // Everything that ran was looked at not long ago. Otherwise no limit may be raised by this.
  bool is_current = true;

  friend bool operator==(const SiteUse&, const SiteUse&) = default;
};

// How an account stands at one resource.
struct AccountStanding {
  std::string account;
  std::string resource;
  Remaining remaining;

  friend bool operator==(const AccountStanding&, const AccountStanding&) = default;
};

// By account, then resource; of every resource that jobs use up and that the account has a grant
// of.
std::vector<AccountStanding> StandingsOf(const SiteState& desired, const SiteUse& use,
                                         absl::Time now);

// Sets the access of every account, and the logins that have used up a ceiling of their own.
void SetAccess(const SiteUse& use, absl::Time now, SiteState& desired);

// Leaves every access as it is held: what was used is not known.
void KeepAccess(const SiteState& held, SiteState& desired);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_RECONCILE_ACCESS_H_
