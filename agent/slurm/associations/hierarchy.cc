#include "agent/slurm/associations/hierarchy.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

const TresMinutes& Of(const std::map<AccountUser, TresMinutes>& all, const AccountUser& whose) {
  static const auto* const none = new TresMinutes();
  const auto found = all.find(whose);
  return found == all.end() ? *none : found->second;
}

int64_t Of(const TresMinutes& minutes, const std::string& tres, int64_t otherwise) {
  const auto found = minutes.find(tres);
  return found == minutes.end() ? otherwise : found->second;
}

// What a limit still lets begin; of what runs, only what it has used.
int64_t LeftOf(int64_t limit, int64_t counted) { return std::max<int64_t>(0, limit - counted); }

// The QOS that hold a job, in the order in which Slurm looks at them.
struct QosPath {
  struct Step {
    std::string name;
    const Qos* qos = nullptr;
    std::string partition;  // of which it is the QOS; empty for that of the job
  };
  std::vector<Step> steps;

  const Step* FirstWithMinutes(const std::string& tres) const {
    return First([&tres](const Qos& qos) { return qos.minutes.contains(tres); });
  }
  const Step* FirstWithJobs() const {
    return First([](const Qos& qos) { return qos.jobs_max.has_value(); });
  }

 private:
  template <typename Has>
  const Step* First(const Has& has) const {
    const auto found = std::find_if(steps.begin(), steps.end(),
                                    [&has](const Step& step) { return has(*step.qos); });
    return found == steps.end() ? nullptr : &*found;
  }
};

std::string NameOf(const QosPath::Step& step) {
  if (step.partition.empty()) return step.name;
  return absl::StrCat(step.name, " (partition ", step.partition, ")");
}

std::string MendingText(const std::string& qos, const std::string& what) {
  return absl::StrCat("sacctmgr -i modify qos where name=", qos, " set ", what);
}

// Finds the deviations of one project's account.
class Looking {
 public:
  Looking(const std::string& account, const WantedAssociations& wanted,
          const ClusterAssociations& held)
      : account_(account),
        wanted_(wanted.at(account)),
        all_wanted_(wanted),
        held_(held),
        controller_(*held.controller) {}

  std::optional<Deviation> Find() {
    if (!controller_.enforces.limits) {
      More(
          SayLater("AccountingStorageEnforce in slurm.conf lacks limits: Slurm holds no job back"));
      return found_;
    }
    LookAt(account_);
    for (const auto& [name, linked] : all_wanted_) {
      if (linked.role == WantedAccount::Role::kLinked && linked.parent == account_) LookAt(name);
    }
    if (!found_.has_value()) LookForLess();
    return std::move(found_);
  }

 private:
  // What the ledger lets begin of a TRES, in the account and by one of its users.
  int64_t Allowed(const AssociationUser& user, const std::string& tres) const {
    int64_t allowed = kUnlimited;
    if (const auto range = wanted_.minutes.find(tres); range != wanted_.minutes.end()) {
      const int64_t counted = Of(Of(controller_.counted, {account_, ""}), tres, 0);
      allowed = LeftOf(range->second.most, counted);
    }
    const auto own = wanted_.users.find(user);
    if (own == wanted_.users.end()) return allowed;
    if (const auto range = own->second.find(tres); range != own->second.end()) {
      const int64_t counted = Of(Of(controller_.counted, {account_, user}), tres, 0);
      allowed = std::min(allowed, LeftOf(range->second.most, counted));
    }
    return allowed;
  }

  void LookAt(const std::string& name) {
    const auto there = held_.accounts.find(name);
    if (there == held_.accounts.end()) return;
    // For whoever comes.
    if (there->second.users.empty()) LookAt(name, "", there->second.limits.qos);
    for (const auto& [user, limits] : there->second.users) {
      LookAt(name, user, limits.qos.empty() ? there->second.limits.qos : limits.qos);
    }
  }

  void LookAt(const std::string& name, const AssociationUser& user,
              const std::set<std::string>& usable) {
    for (const QosPath& path : PathsOf(name, user, usable)) {
      if (found_.has_value()) return;
      LookAt(name, user, path);
    }
  }

  // Every order of QOS that a job may be held by; of those that define anything.
  std::vector<QosPath> PathsOf(const std::string& name, const AssociationUser& user,
                               const std::set<std::string>& usable) const {
    std::vector<QosPath> paths;
    for (const auto& [id, qos] : controller_.qos) {
      if (controller_.enforces.qos && !usable.contains(id)) continue;
      bool is_alone = false;  // in some partition nothing comes before it
      for (const PartitionAccess& partition : controller_.partitions) {
        if (!Admits(partition, name, user, id)) continue;
        const auto first = controller_.qos.find(partition.qos);
        is_alone = is_alone || first == controller_.qos.end();
        if (first == controller_.qos.end()) continue;
        std::vector<QosPath::Step> steps = {{partition.qos, &first->second, partition.name},
                                            {id, &qos, ""}};
        if (qos.is_before_partition) std::swap(steps[0], steps[1]);
        paths.push_back({std::move(steps)});
      }
      if (is_alone) paths.push_back({{{id, &qos, ""}}});
    }
    return paths;
  }

  bool Admits(const PartitionAccess& partition, const std::string& name,
              const AssociationUser& user, const std::string& qos) const {
    if (!user.partition.empty() && user.partition != partition.name) return false;
    // There Slurm takes the one for the partition.
    const bool has_own = user.partition.empty() && !user.login.empty() &&
                         held_.accounts.at(name).users.contains({user.login, partition.name});
    if (has_own) return false;
    if (!partition.allowed_qos.empty() && !partition.allowed_qos.contains(qos)) return false;
    if (partition.denied_qos.contains(qos) || partition.denied_accounts.contains(name)) {
      return false;
    }
    if (partition.accounts.empty()) return true;
    // Later versions take those below an account that is allowed, too.
    std::set<std::string> passed;
    for (std::string above = name; passed.insert(above).second;) {
      if (partition.accounts.contains(above)) return true;
      const auto there = held_.accounts.find(above);
      if (there == held_.accounts.end()) return false;
      above = there->second.parent;
    }
    return false;
  }

  void LookAt(const std::string& name, const AssociationUser& user, const QosPath& path) {
    // Users of an older account are the site's.
    const bool is_leaving =
        name == account_ && !user.login.empty() && !wanted_.users.contains(user);
    const bool is_closed = wanted_.is_frozen || is_leaving;
    const QosPath::Step* const opens = path.FirstWithJobs();
    if (opens != nullptr ? opens->qos->jobs_max == 0 : is_closed) return;
    // A job in an older account is not held by what its user has in the project's.
    const AssociationUser& own = name == account_ ? user : nobody_;
    // Every job takes a core.
    if (PassesOf(own, path, "cpu") == 0) return;
    if (is_closed) {
      const std::string mending = MendingText(opens->name, "GrpJobs=-1 GrpSubmitJobs=-1");
      const int64_t jobs = *opens->qos->jobs_max;
      return More(
          (is_leaving
               ? Say("QOS $0 has GrpJobs=$1, so jobs of $2 in account $3 begin although they "
                     "are closed: $4",
                     NameOf(*opens), jobs, user.login, account_, mending)
               : Say("QOS $0 has GrpJobs=$1, so jobs of account $2 begin although it is "
                     "closed: $3",
                     NameOf(*opens), jobs, account_, mending))
              .Render());
    }
    for (const auto& [tres, range] : wanted_.minutes) {
      const QosPath::Step* const first = path.FirstWithMinutes(tres);
      if (first == nullptr || PassesOf(own, path, tres) <= Allowed(own, tres)) continue;
      return More(
          Say("QOS $0 has GrpTRESMins=$1=$2, which Slurm takes before the limit of account $3: "
              "$4",
              NameOf(*first), tres, first->qos->minutes.at(tres), account_,
              MendingText(first->name, absl::StrCat("GrpTRESMins=", tres, "=-1")))
              .Render());
    }
    for (const QosPath::Step& step : path.steps) {
      if (step.qos->usage_factor >= kWholeUsage) continue;
      return More(
          Say("QOS $0 has a UsageFactor below 1, so Slurm counts less than the ledger charges: "
              "$1",
              NameOf(step), MendingText(step.name, "UsageFactor=1"))
              .Render());
    }
  }

  // What Slurm lets begin of a TRES.
  int64_t PassesOf(const AssociationUser& user, const QosPath& path,
                   const std::string& tres) const {
    const QosPath::Step* const first = path.FirstWithMinutes(tres);
    if (first == nullptr) return Allowed(user, tres);
    return LeftOf(first->qos->minutes.at(tres), Of(first->qos->counted, tres, 0));
  }

  // Of what holds every job of the account.
  void LookForLess() {
    const auto there = held_.accounts.find(account_);
    if (there == held_.accounts.end() || wanted_.is_frozen) return;
    const AssociationLimits& limits = there->second.limits;
    LookAbove(there->second.parent);
    for (const auto& [tres, range] : wanted_.minutes) {
      const int64_t allowed = Allowed("", tres);
      const int64_t job = Of(limits.job_minutes, tres, kUnlimited);
      if (job < allowed) {
        Less(
            Say("MaxTRESMins=$0=$1 of account $2 lets no single job have more", tres, job, account_)
                .Render());
      }
      const auto qos = controller_.qos.find(UsualQos(limits));
      if (qos == controller_.qos.end()) continue;
      const int64_t limit = Of(qos->second.minutes, tres, kUnlimited);
      if (limit != kUnlimited && LeftOf(limit, Of(qos->second.counted, tres, 0)) < allowed) {
        Less(Say("QOS $0 has GrpTRESMins=$1=$2, which lets less begin", qos->first, tres, limit)
                 .Render());
      }
      if (Of(qos->second.job_minutes, tres, kUnlimited) < allowed) {
        Less(Say("QOS $0 has MaxTRESMins=$1=$2, which lets no single job have more", qos->first,
                 tres, qos->second.job_minutes.at(tres))
                 .Render());
      }
    }
  }

  static std::string UsualQos(const AssociationLimits& limits) {
    if (!limits.default_qos.empty()) return limits.default_qos;
    return limits.qos.size() == 1 ? *limits.qos.begin() : "";
  }

  // Slurm takes no GrpTRESMins of root.
  void LookAbove(const std::string& parent) {
    std::set<std::string> passed;
    for (std::string above = parent; above != kRootAccount && passed.insert(above).second;) {
      const auto there = held_.accounts.find(above);
      if (there == held_.accounts.end()) return;
      const AssociationLimits& limits = there->second.limits;
      if (limits.jobs_max == 0) Less(Say("account $0 above it has GrpJobs=0", above).Render());
      for (const auto& [tres, range] : wanted_.minutes) {
        const int64_t limit = Of(limits.minutes, tres, kUnlimited);
        if (limit == kUnlimited) continue;
        const int64_t counted = Of(Of(controller_.counted, {above, ""}), tres, 0);
        if (LeftOf(limit, counted) >= Allowed("", tres)) continue;
        Less(Say("account $0 above it has GrpTRESMins=$1=$2, which lets less begin", above, tres,
                 limit)
                 .Render());
      }
      above = there->second.parent;
    }
  }

  void More(std::string text) {
    if (!found_.has_value()) found_ = Deviation{Deviation::Kind::kMore, std::move(text)};
  }
  void Less(std::string text) {
    if (!found_.has_value()) found_ = Deviation{Deviation::Kind::kLess, std::move(text)};
  }

  const std::string& account_;
  const WantedAccount& wanted_;
  const WantedAssociations& all_wanted_;
  const ClusterAssociations& held_;
  const ClusterAssociations::Controller& controller_;
  const AssociationUser nobody_;
  std::optional<Deviation> found_;
};

}  // namespace

std::optional<Deviation> DeviationOf(const std::string& account, const WantedAssociations& wanted,
                                     const ClusterAssociations& held) {
  const auto there = wanted.find(account);
  if (there == wanted.end() || !held.controller.has_value()) return std::nullopt;
  const WantedAccount::Role role = there->second.role;
  const bool is_free = role == WantedAccount::Role::kNode || role == WantedAccount::Role::kLinked;
  if (is_free) return std::nullopt;
  return Looking(account, wanted, held).Find();
}

std::string UnsettingText(const Qos& qos) {
  std::vector<std::string> texts;
  std::vector<std::string> minutes;
  for (const auto& [tres, limit] : qos.minutes) minutes.push_back(absl::StrCat(tres, "=-1"));
  if (!minutes.empty()) texts.push_back("GrpTRESMins=" + absl::StrJoin(minutes, ","));
  if (qos.jobs_max.has_value()) texts.emplace_back("GrpJobs=-1");
  if (qos.submits_max.has_value()) texts.emplace_back("GrpSubmitJobs=-1");
  return absl::StrJoin(texts, " ");
}

}  // namespace mesolys::agent
