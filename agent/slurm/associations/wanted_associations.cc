#include "agent/slurm/associations/wanted_associations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/slurm/associations/tres.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// Whole minutes of this cluster's share, clamped to what a limit can be.
int64_t MinutesOf(Amount left, int64_t cluster_count) {
  return std::clamp<int64_t>(left.count() / cluster_count / 60, 0, kMinutesMax);
}

MinutesRange operator+(const MinutesRange& a, const MinutesRange& b) {
  return {std::min(a.least + b.least, kMinutesMax), std::min(a.most + b.most, kMinutesMax)};
}

int64_t Of(const TresMinutes& minutes, const std::string& tres) {
  const auto found = minutes.find(tres);
  return found == minutes.end() ? 0 : std::clamp<int64_t>(found->second, 0, kMinutesMax);
}

// What an account may still start, by resource.
struct Room {
  std::map<std::string, MinutesRange> open;
  std::map<std::string, MinutesRange> bonus;

  static bool IsAny(const std::map<std::string, MinutesRange>& minutes) {
    return std::any_of(minutes.begin(), minutes.end(),
                       [](const auto& each) { return each.second.most > 0; });
  }
};

class Wanting {
 public:
  Wanting(const std::string& cluster, const SiteState& state, const SiteUse* use,
          const ClusterAssociations& held, const SlurmRules& rules, absl::Time now)
      : cluster_(cluster),
        state_(state),
        use_(use),
        held_(held),
        rules_(rules),
        cluster_count_(std::max<int64_t>(1, static_cast<int64_t>(state.clusters.size()))) {
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
    for (const std::string& login : account.logins) {
      if (held_.unknown_logins.contains(login)) {
        const bool is_there = present != nullptr && present->users.contains(login);
        if (!is_there) continue;
      }
      wanted.users[login] = CeilingsOf(id, account, login, present);
    }
    if (present == nullptr) return;
    // What a site has made for single partitions is held as the ordinary one is.
    for (const auto& [user, limits] : present->users) {
      if (user.partition.empty() || !wanted.users.contains(user.login)) continue;
      wanted.users[user] = CeilingsOf(id, account, user, present);
    }
  }

  void SetHours(const std::string& id, const SiteAccount& account,
                const AccountAssociation* present, WantedAccount& wanted) {
    const auto room = rooms_.find(id);
    const bool is_open = room != rooms_.end() && Room::IsAny(room->second.open);
    const bool has_bonus = room != rooms_.end() && !is_open && !rules_.bonus_qos.empty() &&
                           Room::IsAny(room->second.bonus);
    if (use_ == nullptr) {
      wanted.is_frozen = present == nullptr || present->limits.IsFrozen();
    } else {
      wanted.is_frozen = !is_open && !has_bonus;
    }
    if (use_ == nullptr || !held_.controller.has_value()) {
      // A limit without a counter would be a guess.
      wanted.is_frozen = wanted.is_frozen || present == nullptr || present->limits.IsFrozen();
      KeepMinutes(present == nullptr ? AssociationLimits{} : present->limits, wanted.minutes);
      return;
    }
    if (is_open) wanted.qos = QosOf(account);
    if (has_bonus) wanted.qos = {rules_.bonus_qos};
    const Room nothing;
    const Room& spendable = room == rooms_.end() ? nothing : room->second;
    SetMinutes(id, has_bonus ? spendable.bonus : spendable.open, wanted);
  }

  std::vector<std::string> QosOf(const SiteAccount& account) const {
    std::vector<std::string> qos = rules_.qos;
    if (account.eco && !rules_.eco_qos.empty()) qos.push_back(rules_.eco_qos);
    return qos;
  }

  static void KeepMinutes(const AssociationLimits& limits, MinutesRanges& minutes) {
    for (const auto& [tres, limit] : limits.minutes) {
      if (IsLimitable(tres)) minutes[tres] = {limit, limit};
    }
  }

  const TresMinutes& CountedOf(const AccountUser& whose) const {
    const auto counted = held_.controller->counted.find(whose);
    return counted == held_.controller->counted.end() ? none_ : counted->second;
  }

  // What this cluster keeps for what runs, where that is not left to it alone.
  int64_t KeptBy(const AccountUser& whose, const std::string& tres) const {
    const auto kept = held_.controller->kept.find(whose);
    return cluster_count_ == 1 || kept == held_.controller->kept.end() ? 0 : Of(kept->second, tres);
  }

  // What a limit is counted from. What GPUs used that no limit of their own can hold is no part of
  // it: the ledger may know nothing of it, and it would be given again with each look.
  int64_t BaseOf(const AccountUser& whose, const std::string& tres) const {
    const TresMinutes& counted = CountedOf(whose);
    int64_t base = Of(counted, tres) + KeptBy(whose, tres);
    if (tres != kAllGpus) return base;
    for (const std::string& known : held_.controller->tres) {
      if (!IsTypedGpu(known) || IsLimitable(known)) continue;
      base -= Of(counted, known) + KeptBy(whose, known);
    }
    return std::max<int64_t>(base, 0);
  }

  void SetMinutes(const std::string& id, const std::map<std::string, MinutesRange>& left,
                  WantedAccount& wanted) const {
    const std::set<std::string>& known = held_.controller->tres;
    const TresMinutes& counted = CountedOf({id, ""});
    MinutesRanges room = {{"cpu", {}}};
    MinutesRange gpus;
    for (const auto& [resource, minutes] : left) {
      const std::string tres = TresOf(resource);
      if (tres.empty()) continue;
      if (!known.contains(tres)) {
        wanted.problems[resource] = Say("slurmctld does not count $0: add it to "
                                        "AccountingStorageTRES in slurm.conf, and restart it",
                                        tres)
                                        .Render();
        continue;
      }
      // The limit of one model is passed by a job that names none; that of all holds for every job.
      if (tres != "cpu") gpus = gpus + minutes;
      if (tres != kAllGpus) room[tres] = minutes;
    }
    if (known.contains(kAllGpus)) room[kAllGpus] = gpus;
    // A model without a grant pays for nothing: what it took would be given again with each look.
    for (const std::string& tres : known) {
      if (!IsTypedGpu(tres) || room.contains(tres)) continue;
      if (IsLimitable(tres)) room[tres] = {};
      if (known.contains(kAllGpus)) continue;
      wanted.problems[""] =
          SayLater("slurmctld counts GPUs by model only: add gres/gpu to AccountingStorageTRES");
      wanted.is_frozen = true;
    }
    for (const auto& [tres, minutes] : room) {
      const int64_t base = BaseOf({id, ""}, tres);
      wanted.minutes[tres] = MinutesRange{base, base} + minutes;
    }
    if (!state_.charges.gpu_jobs_pay_cpu) {
      // Slurm counts the cores of GPUs all the same: they come with the GPUs that were and will be
      // used. What jobs without a GPU take of them is not given again.
      const int64_t paid = std::min(Of(counted, "cpu"), CpuMinutes(id));
      wanted.minutes["cpu"] =
          CoresWith(wanted.minutes[kAllGpus]) + MinutesRange{paid, paid} + room["cpu"];
    }
  }

  // That the grants of an account were charged, of the part of this cluster.
  int64_t CpuMinutes(const std::string& id) const {
    Amount spent;
    for (const auto& [name, grant] : state_.accounts.at(id).grants) {
      const auto found = use_->spent.find(name);
      if (grant.resource == "cpu" && found != use_->spent.end()) spent += found->second.least;
    }
    return MinutesOf(spent, cluster_count_);
  }

  // Core-minutes that come with so many minutes of GPUs.
  MinutesRange CoresWith(const MinutesRange& gpus) const {
    const int64_t cores = std::clamp<int64_t>(state_.cores_per_gpu, 0, 1024);
    return {std::min(gpus.least, kMinutesMax / 1024) * cores,
            std::min(gpus.most, kMinutesMax / 1024) * cores};
  }

  MinutesRanges CeilingsOf(const std::string& id, const SiteAccount& account,
                           const AssociationUser& user, const AccountAssociation* present) const {
    MinutesRanges ranges;
    if (use_ == nullptr || !held_.controller.has_value()) {
      if (present == nullptr || !present->users.contains(user)) return ranges;
      KeepMinutes(present->users.at(user), ranges);
      return ranges;
    }
    const std::string& login = user.login;
    MinutesRange gpus;
    bool is_every_model = true;
    for (const std::string& resource : ResourcesOf(account)) {
      const std::string tres = TresOf(resource);
      const auto ceiling = account.login_ceilings.find({login, resource});
      const bool is_gpu = tres != "cpu";
      if (ceiling == account.login_ceilings.end() || !held_.controller->tres.contains(tres)) {
        if (is_gpu) is_every_model = false;
        continue;
      }
      const auto spent = use_->login_spent.find({id, login, resource});
      const Spent used = spent == use_->login_spent.end() ? Spent{} : spent->second;
      const MinutesRange left = {
          MinutesOf(LeftOf(ceiling->second.amount, used.most), cluster_count_),
          MinutesOf(LeftOf(ceiling->second.amount, used.least), cluster_count_)};
      ranges[tres] = left;
      if (is_gpu) gpus = gpus + left;
    }
    if (is_every_model && HoldsGpus(ranges)) ranges[kAllGpus] = gpus;
    for (auto& [tres, range] : ranges) {
      const int64_t base = BaseOf({id, user}, tres);
      range = range + MinutesRange{base, base};
    }
    return ranges;
  }

  static bool HoldsGpus(const MinutesRanges& ranges) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [](const auto& range) { return range.first != "cpu"; });
  }

  static std::set<std::string> ResourcesOf(const SiteAccount& account) {
    std::set<std::string> resources;
    for (const auto& [name, grant] : account.grants) {
      if (!TresOf(grant.resource).empty()) resources.insert(grant.resource);
    }
    return resources;
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
    }
  }

  const std::string& cluster_;
  const SiteState& state_;
  const SiteUse* const use_;
  const ClusterAssociations& held_;
  const SlurmRules& rules_;
  const int64_t cluster_count_;
  const TresMinutes none_;
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
