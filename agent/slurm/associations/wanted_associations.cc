#include "agent/slurm/associations/wanted_associations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/slurm/associations/minutes_limits.h"
#include "agent/slurm/associations/tres.h"

namespace mesolys::agent {
namespace {

// What an account may still start, by resource.
struct Room {
  std::map<std::string, MinutesRange> open;
  std::map<std::string, MinutesRange> bonus;
};

// What is offered to an account: of each resource what is left, or, where that is used up and the
// site has a QOS for it, the bonus.
struct Offer {
  std::map<std::string, MinutesRange> minutes;
  bool has_bonus = false;
  // Some jobs need none of what is used up.
  bool has_usual = false;

  bool IsAny() const { return has_bonus || has_usual; }
};

Offer OfferOf(const Room& room, bool has_bonus_qos, bool gpu_jobs_pay_cpu) {
  Offer offer{room.open};
  bool has_cpu = false;
  bool has_gpus = false;
  for (auto& [resource, minutes] : offer.minutes) {
    const bool is_cpu = resource == "cpu";
    if (minutes.most > 0) {
      (is_cpu ? has_cpu : has_gpus) = true;
      continue;
    }
    const auto bonus = room.bonus.find(resource);
    if (!has_bonus_qos || bonus == room.bonus.end() || bonus->second.most == 0) continue;
    minutes = bonus->second;
    offer.has_bonus = true;
  }
  // No job on GPUs runs without cores.
  offer.has_usual = has_cpu || (has_gpus && (!gpu_jobs_pay_cpu || !offer.has_bonus));
  return offer;
}

class Wanting {
 public:
  Wanting(const std::string& cluster, const SiteState& state, const SiteUse* use,
          const ClusterAssociations& held, const SlurmRules& rules, absl::Time now)
      : cluster_(cluster),
        state_(state),
        use_(use),
        held_(held),
        rules_(rules),
        cluster_count_(std::max<int64_t>(1, static_cast<int64_t>(state.clusters.size()))),
        limits_(state, use, held, cluster_count_) {
    if (use == nullptr) return;
    // What ran is counted once as it was seen and once as if it had gone on: the truth of the
    // moment at which Slurm counted is in between.
    for (const bool is_most : {false, true}) {
      for (const AccountStanding& standing : StandingsOf(state, SpentBy(*use, is_most), now)) {
        Room& room = rooms_[standing.account];
        Note(is_most, standing.remaining.left, room.open[standing.resource]);
        Note(is_most, standing.remaining.bonus, room.bonus[standing.resource]);
      }
    }
  }

  WantedAssociations All() {
    if (!state_.clusters.contains(cluster_)) return {};
    for (const auto& [id, account] : state_.accounts) {
      if (HasHours(account)) NoteAbove(account);
    }
    for (const auto& [id, account] : state_.accounts) {
      if (HasHours(account)) AddProject(id, account);
    }
    AddLinks();
    CloseOthers();
    for (const std::string& account : rules_.protected_accounts) wanted_.erase(account);
    return std::move(wanted_);
  }

 private:
  static bool HasHours(const SiteAccount& account) {
    return std::any_of(account.grants.begin(), account.grants.end(),
                       [](const auto& grant) { return !TresOf(grant.second.resource).empty(); });
  }

  // The use in which what was spent stands for what is used and committed: Slurm itself keeps
  // room for what running jobs may still take. But each Slurm only for its own: where the site has
  // several, what is committed counts, and what this one keeps is added to its limit.
  SiteUse SpentBy(const SiteUse& use, bool is_most) const {
    SiteUse spent;
    if (cluster_count_ > 1) {
      spent.grants = use.grants;
      return spent;
    }
    for (const auto& [grant, each] : use.spent) {
      spent.grants[grant] = is_most ? each.most : each.least;
    }
    return spent;
  }

  void Note(bool is_most, Amount left, MinutesRange& range) const {
    (is_most ? range.least : range.most) = MinutesOf(left, cluster_count_);
  }

  void NoteAbove(const SiteAccount& account) {
    for (std::string above = account.parent; !above.empty() && parents_.insert(above).second;) {
      const auto found = state_.accounts.find(above);
      above = found == state_.accounts.end() ? "" : found->second.parent;
    }
  }

  // Adds the accounts above `id`; what its account lies below.
  std::string Above(const std::string& id, std::set<std::string> passed = {}) {
    if (parents_.contains(id)) return AddNode(id, passed);
    const auto account = state_.accounts.find(id);
    if (account == state_.accounts.end() || account->second.parent.empty()) return kRootAccount;
    return AddNode(account->second.parent, passed);
  }

  std::string AddNode(const std::string& id, std::set<std::string>& passed) {
    std::string name = NodeOf(id);
    const bool is_circle = !passed.insert(id).second;
    if (is_circle || wanted_.contains(name)) return name;
    WantedAccount& node = wanted_[name];
    node.role = WantedAccount::Role::kNode;
    node.is_frozen = false;
    node.parent = kRootAccount;
    const auto account = state_.accounts.find(id);
    const bool is_known = account != state_.accounts.end();
    node.shares = is_known ? account->second.shares : kSharesUnlessSaid;
    if (!is_known || account->second.parent.empty()) return name;
    if (passed.contains(account->second.parent)) return name;
    std::string above = AddNode(account->second.parent, passed);
    wanted_[name].parent = std::move(above);
    return name;
  }

  void AddProject(const std::string& id, const SiteAccount& account) {
    std::string parent = Above(id);
    WantedAccount& wanted = wanted_[id];
    wanted.parent = std::move(parent);
    wanted.shares = account.shares;
    const auto found = held_.accounts.find(id);
    const AccountAssociation* const present =
        found == held_.accounts.end() ? nullptr : &found->second;
    SetHours(id, account, present, wanted);
    const AccountAssociation nobody;
    for (const std::string& login : account.logins) {
      AddUser(id, login, present == nullptr ? nobody : *present, wanted);
    }
  }

  void AddUser(const std::string& id, const std::string& login, const AccountAssociation& present,
               WantedAccount& wanted) {
    const std::string name = HeldLogin(present, login);
    if (held_.unknown_logins.contains(login) && !present.users.contains(name)) return;
    wanted.users[name] = CeilingsOf(id, login, name, present);
    // What a site has made for single partitions is held as the ordinary one is.
    for (auto user = present.users.lower_bound(name);
         user != present.users.end() && user->first.login == name; ++user) {
      wanted.users[user->first] = CeilingsOf(id, login, user->first, present);
    }
  }

  MinutesRanges CeilingsOf(const std::string& id, const std::string& login,
                           const AssociationUser& user, const AccountAssociation& present) const {
    if (use_ != nullptr && held_.controller.has_value()) return limits_.OfUser(id, login, user);
    const auto there = present.users.find(user);
    return there == present.users.end() ? MinutesRanges() : AsTheyAre(there->second);
  }

  void SetHours(const std::string& id, const SiteAccount& account,
                const AccountAssociation* present, WantedAccount& wanted) {
    const auto room = rooms_.find(id);
    const Offer offer = OfferOf(room == rooms_.end() ? Room() : room->second,
                                !rules_.bonus_qos.empty(), state_.charges.gpu_jobs_pay_cpu);
    if (use_ == nullptr) {
      wanted.is_frozen = present == nullptr || present->limits.IsFrozen();
    } else {
      wanted.is_frozen = !offer.IsAny();
    }
    if (use_ == nullptr || !held_.controller.has_value()) {
      // A limit without a counter would be a guess.
      wanted.is_frozen = wanted.is_frozen || present == nullptr || present->limits.IsFrozen();
      wanted.minutes = AsTheyAre(present == nullptr ? AssociationLimits{} : present->limits);
      return;
    }
    if (offer.IsAny()) wanted.qos = QosOf(account, offer);
    limits_.SetAccount(id, offer.minutes, wanted);
  }

  // What may spend a bonus runs at low priority unless it asks for more; what needs nothing of it
  // may ask.
  std::vector<std::string> QosOf(const SiteAccount& account, const Offer& offer) const {
    if (offer.has_bonus && !offer.has_usual) return {rules_.bonus_qos};
    std::vector<std::string> qos = rules_.qos;
    if (offer.has_bonus) {
      qos.insert(qos.begin(), rules_.bonus_qos);
    } else if (account.eco && !rules_.eco_qos.empty()) {
      qos.push_back(rules_.eco_qos);
    }
    return qos;
  }

  void AddLinks() {
    for (const auto& [id, account] : state_.accounts) {
      for (const auto& [cluster, older] : account.links) {
        if (cluster != cluster_ || !wanted_.contains(id) || wanted_.contains(older)) continue;
        // History without an account of today needs none.
        if (!held_.accounts.contains(older)) continue;
        WantedAccount& linked = wanted_[older];
        linked.role = WantedAccount::Role::kLinked;
        linked.parent = id;
        linked.is_frozen = false;
      }
    }
  }

  // Those of ours that nobody wants any more, and those below a project that bill to none.
  void CloseOthers() {
    for (const auto& [name, account] : held_.accounts) {
      if (wanted_.contains(name) || name == kRootAccount) continue;
      const auto above = wanted_.find(account.parent);
      const bool is_stray =
          above != wanted_.end() && above->second.role == WantedAccount::Role::kProject;
      const bool is_node = name.front() == '_';
      if (account.owner != kOwner && !is_stray) continue;
      if (is_node) continue;  // it carries nothing
      WantedAccount& closed = wanted_[name];
      closed.role = is_stray ? WantedAccount::Role::kStray : WantedAccount::Role::kRetired;
      closed.parent = account.parent;
      const bool has_limits = closed.role == WantedAccount::Role::kRetired && use_ != nullptr &&
                              held_.controller.has_value();
      if (has_limits) closed.minutes = limits_.OfClosed(name);
    }
  }

  const std::string& cluster_;
  const SiteState& state_;
  const SiteUse* const use_;
  const ClusterAssociations& held_;
  const SlurmRules& rules_;
  const int64_t cluster_count_;
  const MinutesLimits limits_;
  std::map<std::string, Room> rooms_;  // by account
  std::set<std::string> parents_;      // above projects that have hours here
  WantedAssociations wanted_;
};

}  // namespace

std::string NodeOf(const std::string& project) { return absl::StrCat("_", project); }

WantedAssociations WantedAt(const std::string& cluster, const SiteState& state, const SiteUse* use,
                            const ClusterAssociations& held, const SlurmRules& rules,
                            absl::Time now) {
  return Wanting(cluster, state, use, held, rules, now).All();
}

}  // namespace mesolys::agent
