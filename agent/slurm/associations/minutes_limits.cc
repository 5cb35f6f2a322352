#include "agent/slurm/associations/minutes_limits.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/slurm/associations/tres.h"
#include "proto/values/gpu_part.h"
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

using Feeds = std::map<std::string, std::vector<FedTres>>;

// Whether there are some of a type: then it is their total.
bool HasTypes(const std::set<std::string>& all, const std::string& tres) {
  const auto first = all.lower_bound(absl::StrCat(tres, ":"));
  return first != all.end() && absl::StartsWith(*first, absl::StrCat(tres, ":"));
}

// The TRES that each resource of GPUs feeds, but for totals.
Feeds FeedsOf(const SiteState& state, const ClusterAssociations::Controller& controller) {
  Feeds feeds;
  for (const std::string& tres : controller.tres) {
    const std::optional<std::string> name = GpuNameOfTres(tres);
    if (!name.has_value() || tres == kAllGpus || !IsLimitable(tres)) continue;
    if (HasTypes(controller.tres, tres)) continue;
    const GpuPart part = PartOf(controller.shared.NameOf(*name), state.charges.gpu_names,
                                state.charges.gpu_model, controller.shared.per_gpu);
    feeds[part.resource].push_back({tres, part.parts, part.whole});
  }
  return feeds;
}

// What the limit of gres/gpu holds of a pot. A slice counts in it as a whole GPU, a shared part not
// at all; whoever names no type may get the largest, and may take no more than is left.
int64_t GpusOf(const std::vector<FedTres>& fed, const std::vector<int64_t>& parts, int64_t pot) {
  int64_t common = 1;
  for (const FedTres& each : fed) common = std::lcm(common, each.whole);
  Wide left = static_cast<Wide>(pot) * common;
  Wide kept = 0;
  for (size_t i = 0; i < fed.size(); ++i) {
    const Wide cost = static_cast<Wide>(fed[i].parts) * (common / fed[i].whole);
    if (IsSharedTres(fed[i].tres)) {
      left -= cost * parts[i];
    } else {
      left -= cost * fed[i].kept;
      kept += fed[i].kept;
    }
  }
  // Rounded down, also below 0.
  const Wide whole = left >= 0 ? left / common : -((-left + common - 1) / common);
  return static_cast<int64_t>(std::clamp<Wide>(kept + whole, 0, kMinutesMax));
}

std::string SplitText(const std::string& resource, const MinutesRanges& by_tres) {
  const std::string parts = absl::StrJoin(by_tres, ", ", [](std::string* out, const auto& each) {
    absl::StrAppend(out, each.first, "=", each.second.most);
  });
  return Say("Slurm has no limit of a sum: what is left of $0 is split over $1 (minutes), and "
             "moved as jobs run and wait",
             resource, parts)
      .Render();
}

}  // namespace

bool FeedsSeveralTres(const SiteState& state, const ClusterAssociations::Controller& controller) {
  const Feeds feeds = FeedsOf(state, controller);
  return std::any_of(feeds.begin(), feeds.end(),
                     [](const auto& each) { return each.second.size() > 1; });
}

MinutesLimits::MinutesLimits(const SiteState& state, const SiteUse* use,
                             const ClusterAssociations& held, int64_t cluster_count)
    : state_(state),
      use_(use),
      held_(held),
      cluster_count_(cluster_count),
      feeds_(held.controller.has_value() ? FeedsOf(state, *held.controller) : Feeds()) {}

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

// For GPUs of which no type was named.
int64_t MinutesLimits::UntypedWaiting(const AccountUser& whose) const {
  const auto waiting = held_.controller->waiting.find(whose);
  if (waiting == held_.controller->waiting.end()) return 0;
  int64_t untyped = Of(waiting->second, kAllGpus);
  for (const auto& [tres, minutes] : waiting->second) {
    if (IsTypedGpu(tres)) untyped -= Of(waiting->second, tres);
  }
  return std::max<int64_t>(untyped, 0);
}

std::vector<FedTres> MinutesLimits::FedBy(const AccountUser& whose,
                                          const std::string& resource) const {
  std::vector<FedTres> fed = feeds_.at(resource);
  const auto kept = held_.controller->kept.find(whose);
  const auto waiting = held_.controller->waiting.find(whose);
  for (FedTres& each : fed) {
    // With several clusters what this one keeps is added to its limits already.
    if (cluster_count_ == 1 && kept != held_.controller->kept.end()) {
      each.kept = Of(kept->second, each.tres);
    }
    if (waiting != held_.controller->waiting.end()) each.waiting = Of(waiting->second, each.tres);
  }
  const bool has_shared = std::any_of(fed.begin(), fed.end(),
                                      [](const FedTres& each) { return IsSharedTres(each.tres); });
  const GpuPart untyped = PartOf("", state_.charges.gpu_names, state_.charges.gpu_model, {});
  if (has_shared && untyped.resource == resource) {
    fed.push_back({kAllGpus, 1, 1, 0, UntypedWaiting(whose)});
  }
  return fed;
}

MinutesLimits::PotParts MinutesLimits::Split(const AccountUser& whose, const std::string& resource,
                                             const MinutesRange& left) const {
  const std::vector<FedTres> fed = FedBy(whose, resource);
  const std::vector<int64_t> least = SplitPot(left.least, fed);
  const std::vector<int64_t> most = SplitPot(left.most, fed);
  PotParts parts;
  for (size_t i = 0; i < fed.size(); ++i) {
    // What rounding leaves may go elsewhere in the smaller pot.
    if (fed[i].tres != kAllGpus)
      parts.by_tres[fed[i].tres] = {std::min(least[i], most[i]), most[i]};
  }
  parts.all_gpus.most = GpusOf(fed, most, left.most);
  parts.all_gpus.least = std::min(GpusOf(fed, least, left.least), parts.all_gpus.most);
  return parts;
}

// Of shared parts that have types, the total.
void MinutesLimits::SetTotals(MinutesRanges& room) const {
  for (const std::string& tres : held_.controller->tres) {
    if (!IsSharedTres(tres) || !HasTypes(held_.controller->tres, tres)) continue;
    MinutesRange total;
    for (const auto& [typed, minutes] : room) {
      if (absl::StartsWith(typed, absl::StrCat(tres, ":"))) total = total + minutes;
    }
    room[tres] = total;
  }
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
    if (feeds_.contains(resource)) {
      // The limit of one model is passed by a job that names none; that of all holds for every job.
      PotParts parts = Split({id, ""}, resource, minutes);
      gpus = gpus + parts.all_gpus;
      if (parts.by_tres.size() > 1) {
        wanted.splits[resource] = SplitText(resource, parts.by_tres);
      }
      room.merge(parts.by_tres);
      continue;
    }
    if (!known.contains(tres)) {
      wanted.problems[resource] = Say("slurmctld does not count $0: add it to "
                                      "AccountingStorageTRES in slurm.conf, and restart it",
                                      tres)
                                      .Render();
      continue;
    }
    if (tres == "cpu") {
      room[tres] = minutes;
    } else if (tres == kAllGpus) {
      gpus = gpus + minutes;
    } else {
      wanted.problems[resource] =
          Say("the catalogue takes what $0 counts for another resource than $1", tres, resource)
              .Render();
    }
  }
  if (known.contains(kAllGpus)) room[kAllGpus] = gpus;
  // A model without a grant pays for nothing: what it took would be given again with each look.
  for (const std::string& tres : known) {
    const bool is_shared = IsSharedTres(tres);
    if ((!IsTypedGpu(tres) && !is_shared) || room.contains(tres)) continue;
    if (IsLimitable(tres)) room[tres] = {};
    if (is_shared || known.contains(kAllGpus)) continue;
    wanted.problems[""] =
        SayLater("slurmctld counts GPUs by model only: add gres/gpu to AccountingStorageTRES");
    wanted.is_frozen = true;
  }
  SetTotals(room);
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
    const bool is_gpu = tres == kAllGpus || IsTypedGpu(tres) || IsSharedTres(tres);
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
    const bool is_plain = tres == "cpu" || tres == kAllGpus;
    const bool is_counted =
        feeds_.contains(resource) || (is_plain && held_.controller->tres.contains(tres));
    if (ceiling == account.login_ceilings.end() || !is_counted) {
      if (is_gpu) is_every_model = false;
      continue;
    }
    const auto spent = use_->login_spent.find({id, login, resource});
    const Spent used = spent == use_->login_spent.end() ? Spent{} : spent->second;
    const MinutesRange left = {
        MinutesOf(LeftOf(ceiling->second.amount, used.most), cluster_count_),
        MinutesOf(LeftOf(ceiling->second.amount, used.least), cluster_count_)};
    if (feeds_.contains(resource)) {
      PotParts parts = Split({id, user}, resource, left);
      gpus = gpus + parts.all_gpus;
      ranges.merge(parts.by_tres);
    } else {
      ranges[tres] = left;
      if (is_gpu) gpus = gpus + left;
    }
  }
  if (is_every_model && HoldsGpus(ranges)) ranges[kAllGpus] = gpus;
  for (auto& [tres, range] : ranges) {
    const int64_t base = BaseOf({id, user}, tres);
    range = range + MinutesRange{base, base};
  }
  return ranges;
}

}  // namespace mesolys::agent
