#include "agent/slurm/associations/minutes_limits.h"

#include <algorithm>
#include <set>

#include "agent/slurm/associations/tres.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

MinutesRange operator+(const MinutesRange& a, const MinutesRange& b) {
  return {std::min(a.least + b.least, kMinutesMax), std::min(a.most + b.most, kMinutesMax)};
}

int64_t Of(const TresMinutes& minutes, const std::string& tres) {
  const auto found = minutes.find(tres);
  return found == minutes.end() ? 0 : std::clamp<int64_t>(found->second, 0, kMinutesMax);
}

bool HoldsGpus(const MinutesRanges& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [](const auto& range) { return range.first != "cpu"; });
}

std::set<std::string> ResourcesOf(const SiteAccount& account) {
  std::set<std::string> resources;
  for (const auto& [name, grant] : account.grants) {
    if (!TresOf(grant.resource).empty()) resources.insert(grant.resource);
  }
  return resources;
}

}  // namespace

int64_t MinutesOf(Amount left, int64_t cluster_count) {
  return std::clamp<int64_t>(left.count() / cluster_count / 60, 0, kMinutesMax);
}

MinutesRanges AsTheyAre(const AssociationLimits& limits) {
  MinutesRanges minutes;
  for (const auto& [tres, limit] : limits.minutes) {
    if (IsLimitable(tres)) minutes[tres] = {limit, limit};
  }
  return minutes;
}

const TresMinutes& MinutesLimits::CountedOf(const AccountUser& whose) const {
  const auto counted = held_.controller->counted.find(whose);
  return counted == held_.controller->counted.end() ? none_ : counted->second;
}

// What this cluster keeps for what runs, where that is not left to it alone.
int64_t MinutesLimits::KeptBy(const AccountUser& whose, const std::string& tres) const {
  const auto kept = held_.controller->kept.find(whose);
  return cluster_count_ == 1 || kept == held_.controller->kept.end() ? 0 : Of(kept->second, tres);
}

// What a limit is counted from. What GPUs used that no limit of their own can hold is no part of
// it: the ledger may know nothing of it, and it would be given again with each look.
int64_t MinutesLimits::BaseOf(const AccountUser& whose, const std::string& tres) const {
  const TresMinutes& counted = CountedOf(whose);
  int64_t base = Of(counted, tres) + KeptBy(whose, tres);
  if (tres != kAllGpus) return base;
  for (const std::string& known : held_.controller->tres) {
    if (!IsTypedGpu(known) || IsLimitable(known)) continue;
    base -= Of(counted, known) + KeptBy(whose, known);
  }
  return std::max<int64_t>(base, 0);
}

void MinutesLimits::SetAccount(const std::string& id,
                               const std::map<std::string, MinutesRange>& left,
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

MinutesRanges MinutesLimits::OfClosed(const std::string& id) const {
  MinutesRanges ranges;
  for (const std::string& tres : held_.controller->tres) {
    const bool is_gpu = tres == kAllGpus || IsTypedGpu(tres);
    if (tres != "cpu" && !(is_gpu && IsLimitable(tres))) continue;
    ranges[tres] = {0, BaseOf({id, ""}, tres)};
  }
  return ranges;
}

// That the grants of an account were charged, of the part of this cluster.
int64_t MinutesLimits::CpuMinutes(const std::string& id) const {
  Amount spent;
  for (const auto& [name, grant] : state_.accounts.at(id).grants) {
    const auto found = use_->spent.find(name);
    if (grant.resource == "cpu" && found != use_->spent.end()) spent += found->second.least;
  }
  return MinutesOf(spent, cluster_count_);
}

// Core-minutes that come with so many minutes of GPUs.
MinutesRange MinutesLimits::CoresWith(const MinutesRange& gpus) const {
  const int64_t cores = std::clamp<int64_t>(state_.cores_per_gpu, 0, 1024);
  return {std::min(gpus.least, kMinutesMax / 1024) * cores,
          std::min(gpus.most, kMinutesMax / 1024) * cores};
}

MinutesRanges MinutesLimits::OfUser(const std::string& id, const std::string& login,
                                    const AssociationUser& user) const {
  MinutesRanges ranges;
  const SiteAccount& account = state_.accounts.at(id);
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

}  // namespace mesolys::agent
