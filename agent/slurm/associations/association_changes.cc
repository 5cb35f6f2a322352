#include "agent/slurm/associations/association_changes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/slurm/associations/tres.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

using ChangeKind = AssociationChange::Kind;
using Role = WantedAccount::Role;

bool IsGiving(ChangeKind kind) { return kind >= ChangeKind::kRaiseAccount; }

class Comparing {
 public:
  Comparing(const WantedAssociations& wanted, const ClusterAssociations& held, bool may_raise)
      : wanted_(wanted), held_(held), may_raise_(may_raise) {}

  AssociationPlan Find() {
    for (const auto& [name, account] : wanted_) Place(name, account);
    for (const auto& [name, account] : wanted_) {
      const auto found = held_.accounts.find(name);
      if (found != held_.accounts.end()) {
        Compare(name, account, found->second);
      } else if (account.role == Role::kProject) {
        // Its hours come once it is there and Slurm counts it.
        for (const auto& [user, ceilings] : account.users) Add(ChangeKind::kAddUser, name, user);
      }
    }
    // Stable: within a kind the order of the names, and of parents before children, remains.
    std::stable_sort(plan_.changes.begin(), plan_.changes.end(),
                     [](const auto& a, const auto& b) { return a.kind < b.kind; });
    return std::move(plan_);
  }

 private:
  AssociationChange& Add(ChangeKind kind, const std::string& account,
                         const AssociationUser& user = {}) {
    if (IsGiving(kind) && !may_raise_) {
      plan_.waiting.insert(account);
      waiting_ = {};
      return waiting_;
    }
    AssociationChange& change = plan_.changes.emplace_back();
    change.kind = kind;
    change.account = account;
    change.user = user.login;
    change.partition = user.partition;
    return change;
  }

  // Creates the account after the one above it, or moves it there.
  void Place(const std::string& name, const WantedAccount& account) {
    if (!placed_.insert(name).second) return;
    if (account.role == Role::kRetired || account.role == Role::kStray) return;
    const auto above = wanted_.find(account.parent);
    if (above != wanted_.end()) Place(account.parent, above->second);
    const auto present = held_.accounts.find(name);
    if (present != held_.accounts.end()) {
      if (present->second.parent != account.parent) {
        Add(ChangeKind::kMoveAccount, name).parent = account.parent;
      }
      return;
    }
    if (account.role == Role::kLinked) return;
    AssociationChange& made = Add(ChangeKind::kCreateAccount, name);
    made.parent = account.parent;
    made.shares = account.shares;
    made.is_node = account.role == Role::kNode;
  }

  void Compare(const std::string& name, const WantedAccount& account,
               const AccountAssociation& held) {
    const bool is_ours = account.role == Role::kProject || account.role == Role::kNode;
    // Until it lies below its project an older account has none.
    bool has_limits = account.role != Role::kLinked || held.parent == account.parent;
    if (is_ours) {
      has_limits = !CompareMinutes(name, "", account.minutes, held.limits);
      if (held.shares != absl::StrCat(account.shares)) {
        Add(ChangeKind::kSetShares, name).shares = account.shares;
      }
    }
    if (account.role == Role::kRetired) CompareMinutes(name, "", account.minutes, held.limits);
    CompareAccess(name, account, held.limits, has_limits);
    if (account.role == Role::kProject) CompareQos(name, account.qos, held);
    if (is_ours || account.role == Role::kRetired) {
      CompareUsers(name, account, held);
    }
  }

  // It is opened only once its limits are read back: one that was not taken would leave it open to
  // everything.
  void CompareAccess(const std::string& name, const WantedAccount& account,
                     const AssociationLimits& held, bool has_limits) {
    const bool is_closing = account.role == Role::kRetired || account.role == Role::kStray;
    if (is_closing && !held.IsFrozen()) ++plan_.removal_count;
    if (account.is_frozen) {
      if (!held.IsFrozen() || !IsFrozenInForce(name, "")) Add(ChangeKind::kFreezeAccount, name);
      return;
    }
    // The limits of a site's own on how many jobs there are stay: nobody sets one to 0 but to
    // close.
    const bool is_closed = account.role == Role::kLinked
                               ? held.IsFrozen()
                               : held.jobs_max == 0 || held.submits_max == 0;
    if (is_closed && has_limits) Add(ChangeKind::kOpenAccount, name);
  }

  // What is held of a TRES: as slurmdbd keeps it, unless slurmctld goes by another.
  std::optional<int64_t> HeldMinutes(const std::string& account, const AssociationUser& user,
                                     const AssociationLimits& held, const std::string& tres,
                                     const MinutesRange* range) const {
    const auto stored = held.minutes.find(tres);
    std::optional<int64_t> minutes;
    if (stored != held.minutes.end()) minutes = stored->second;
    if (!held_.controller.has_value()) return minutes;
    const auto known = held_.controller->minutes.find({account, user});
    if (known == held_.controller->minutes.end()) return minutes;
    const auto goes_by = known->second.find(tres);
    std::optional<int64_t> enforced;
    if (goes_by != known->second.end()) enforced = goes_by->second;
    if (range == nullptr) return minutes.has_value() ? minutes : enforced;
    return minutes.has_value() && range->Holds(*minutes) ? enforced : minutes;
  }

  // False when slurmctld knows it and lets it start jobs, whatever slurmdbd keeps.
  bool IsFrozenInForce(const std::string& account, const AssociationUser& user) const {
    if (!held_.controller.has_value()) return true;
    return !held_.controller->counted.contains({account, user}) ||
           held_.controller->frozen.contains({account, user});
  }

  // Whether some limit has to change.
  bool CompareMinutes(const std::string& account, const AssociationUser& user,
                      const MinutesRanges& wanted, const AssociationLimits& held) {
    TresMinutes lower;
    TresMinutes higher;
    std::set<std::string> known;
    for (const auto& [tres, minutes] : held.minutes) known.insert(tres);
    for (const auto& [tres, range] : wanted) known.insert(tres);
    for (const std::string& tres : known) {
      const auto found = wanted.find(tres);
      const MinutesRange* const range = found == wanted.end() ? nullptr : &found->second;
      const std::optional<int64_t> minutes = HeldMinutes(account, user, held, tres, range);
      if (range == nullptr) {
        if (minutes.has_value() && IsLimitable(tres)) higher[tres] = kNoLimit;
      } else if (!minutes.has_value() || *minutes > range->most) {
        lower[tres] = range->least;
      } else if (*minutes < range->least) {
        higher[tres] = range->least;
      }
    }
    const bool is_user = !user.login.empty();
    if (!lower.empty()) {
      Add(is_user ? ChangeKind::kLowerUser : ChangeKind::kLowerAccount, account, user).minutes =
          lower;
    }
    if (!higher.empty()) {
      Add(is_user ? ChangeKind::kRaiseUser : ChangeKind::kRaiseAccount, account, user).minutes =
          higher;
    }
    return !lower.empty() || !higher.empty();
  }

  void CompareQos(const std::string& name, const std::vector<std::string>& wanted,
                  const AccountAssociation& held) {
    if (wanted.empty()) return;
    const std::set<std::string> all(wanted.begin(), wanted.end());
    for (const auto& [user, limits] : held.users) {
      if (HasMore(limits, all)) Add(ChangeKind::kInheritQos, name, user);
    }
    const AssociationLimits& account = held.limits;
    if (all == account.qos && wanted.front() == account.default_qos) return;
    Add(HasMore(account, all) ? ChangeKind::kNarrowQos : ChangeKind::kWidenQos, name).qos = wanted;
  }

  static bool HasMore(const AssociationLimits& limits, const std::set<std::string>& all) {
    return !std::includes(all.begin(), all.end(), limits.qos.begin(), limits.qos.end());
  }

  void CompareUsers(const std::string& name, const WantedAccount& account,
                    const AccountAssociation& held) {
    plan_.held_count += static_cast<int64_t>(held.users.size()) + 1;
    for (const auto& [user, limits] : held.users) {
      const auto wanted = account.users.find(user);
      if (wanted == account.users.end()) {
        Remove(name, user, limits);
        continue;
      }
      const bool has_limits = !CompareMinutes(name, user, wanted->second, limits);
      const bool is_closed = limits.jobs_max == 0 || limits.submits_max == 0;
      if (is_closed && has_limits) Add(ChangeKind::kOpenUser, name, user);
    }
    for (const auto& [user, ceilings] : account.users) {
      if (!held.users.contains(user)) Add(ChangeKind::kAddUser, name, user);
    }
  }

  void Remove(const std::string& account, const AssociationUser& user,
              const AssociationLimits& limits) {
    if (!limits.IsFrozen() || !IsFrozenInForce(account, user)) {
      if (!limits.IsFrozen()) ++plan_.removal_count;
      Add(ChangeKind::kFreezeUser, account, user);
      return;
    }
    // Slurm would cancel what waits, and refuses while something runs.
    const std::string& login = user.login;
    if (!held_.controller.has_value() || held_.busy.contains({account, login})) return;
    const bool is_default = held_.controller->defaults.contains({account, user});
    if (const std::string* other = is_default ? OtherOf(account, login) : nullptr) {
      Add(ChangeKind::kMoveDefault, *other, login);
    }
    Add(ChangeKind::kRemoveUser, account, user);
  }

  // Another account of the login, one where it stays if there is one.
  const std::string* OtherOf(const std::string& account, const std::string& login) const {
    const std::string* other = nullptr;
    for (const auto& [name, held] : held_.accounts) {
      if (name == account || !held.users.contains(login)) continue;
      const auto wanted = wanted_.find(name);
      if (wanted == wanted_.end() || wanted->second.users.contains(login)) return &name;
      other = &name;
    }
    return other;
  }

  const WantedAssociations& wanted_;
  const ClusterAssociations& held_;
  const bool may_raise_;
  std::set<std::string> placed_;
  AssociationChange waiting_;
  AssociationPlan plan_;
};

std::string MinutesText(const TresMinutes& minutes) {
  return absl::StrJoin(minutes, ",", [](std::string* text, const auto& each) {
    absl::StrAppend(text, each.first, "=", each.second);
  });
}

std::string MinutesFound(const TresMinutes& minutes, const std::string& tres) {
  const auto found = minutes.find(tres);
  return found == minutes.end() ? "none" : absl::StrCat(found->second);
}

// As slurmctld has it; empty where it could not be asked or does not know whose it is.
std::string MinutesGoneBy(const ClusterAssociations& held, const AccountUser& whose,
                          const std::string& tres) {
  if (!held.controller.has_value()) return "";
  const auto known = held.controller->minutes.find(whose);
  return known == held.controller->minutes.end() ? "" : MinutesFound(known->second, tres);
}

}  // namespace

AssociationPlan ChangesTo(const WantedAssociations& wanted, const ClusterAssociations& held,
                          bool may_raise) {
  return Comparing(wanted, held, may_raise).Find();
}

std::string Describe(const AssociationChange& change) {
  const std::string& account = change.account;
  const std::string user = UserText({change.user, change.partition});
  switch (change.kind) {
    case ChangeKind::kFreezeAccount:
      return Say("account $0 is to be closed", account).Render();
    case ChangeKind::kFreezeUser:
      return Say("user $0 of $1 is to be closed", user, account).Render();
    case ChangeKind::kLowerAccount:
    case ChangeKind::kRaiseAccount:
      return Say("account $0 is to be limited to $1 minutes", account, MinutesText(change.minutes))
          .Render();
    case ChangeKind::kLowerUser:
    case ChangeKind::kRaiseUser:
      return Say("user $0 of $1 is to be limited to $2 minutes", user, account,
                 MinutesText(change.minutes))
          .Render();
    case ChangeKind::kNarrowQos:
    case ChangeKind::kWidenQos:
      return Say("account $0 is to have the QOS $1", account, absl::StrJoin(change.qos, ","))
          .Render();
    case ChangeKind::kInheritQos:
      return Say("user $0 of $1 is to have the QOS of the account", user, account).Render();
    case ChangeKind::kMoveDefault:
      return Say("account $0 is to be the default of $1", account, change.user).Render();
    case ChangeKind::kRemoveUser:
      return Say("user $0 of $1 is to be removed", user, account).Render();
    case ChangeKind::kCreateAccount:
      return Say("account $0 is to be made below $1", account, change.parent).Render();
    case ChangeKind::kMoveAccount:
      return Say("account $0 is to be below $1", account, change.parent).Render();
    case ChangeKind::kSetShares:
      return Say("account $0 is to have $1 shares", account, change.shares).Render();
    case ChangeKind::kAddUser:
      return Say("user $0 of $1 is to be added", user, account).Render();
    case ChangeKind::kOpenUser:
      return Say("user $0 of $1 is to be open", user, account).Render();
    case ChangeKind::kOpenAccount:
      return Say("account $0 is to be open", account).Render();
  }
  return account;
}

std::string FoundText(const AssociationChange& change, const ClusterAssociations& held) {
  const auto account = held.accounts.find(change.account);
  if (account == held.accounts.end()) return "";
  const AssociationLimits* limits = &account->second.limits;
  const auto user = account->second.users.find({change.user, change.partition});
  if (user != account->second.users.end()) limits = &user->second;
  std::vector<std::string> texts;
  switch (change.kind) {
    case ChangeKind::kLowerAccount:
    case ChangeKind::kRaiseAccount:
    case ChangeKind::kLowerUser:
    case ChangeKind::kRaiseUser:
      for (const auto& [tres, minutes] : change.minutes) {
        const std::string kept = MinutesFound(limits->minutes, tres);
        const std::string goes_by =
            MinutesGoneBy(held, {change.account, {change.user, change.partition}}, tres);
        texts.push_back(absl::StrCat(tres, "=", kept));
        if (!goes_by.empty() && goes_by != kept) {
          absl::StrAppend(&texts.back(), " (slurmctld: ", goes_by, ")");
        }
      }
      return absl::StrJoin(texts, ",");
    case ChangeKind::kNarrowQos:
    case ChangeKind::kInheritQos:
    case ChangeKind::kWidenQos:
      return limits->qos.empty() ? "none" : absl::StrJoin(limits->qos, ",");
    case ChangeKind::kMoveAccount:
      return absl::StrCat("below ", account->second.parent);
    case ChangeKind::kSetShares:
      return account->second.shares;
    default:
      return "";
  }
}

}  // namespace mesolys::agent
