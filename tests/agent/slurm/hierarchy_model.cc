#include "tests/agent/slurm/hierarchy_model.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

namespace mesolys::agent {
namespace {

constexpr int64_t kNothingHolds = std::numeric_limits<int64_t>::max();

// One place in the hierarchy.
struct Place {
  TresMinutes minutes;
  TresMinutes counted;
  std::optional<int64_t> jobs;
  bool is_root = false;
};

std::optional<int64_t> LeftIn(const Place& place, const std::string& tres) {
  const auto limit = place.minutes.find(tres);
  if (limit == place.minutes.end() || place.is_root) return std::nullopt;
  const auto counted = place.counted.find(tres);
  const int64_t used = counted == place.counted.end() ? 0 : counted->second;
  return std::max<int64_t>(0, limit->second - used);
}

bool Takes(const PartitionAccess& partition, const ModelJob& job) {
  const auto takes = [](const std::set<std::string>& allowed, const std::set<std::string>& denied,
                        const std::string& name) {
    return (allowed.empty() || allowed.contains(name)) && !denied.contains(name);
  };
  return takes(partition.accounts, partition.denied_accounts, job.account) &&
         takes(partition.allowed_qos, partition.denied_qos, job.qos);
}

Place PlaceOf(const Qos& qos) { return {qos.minutes, qos.counted, qos.jobs_max}; }

// In the order in which Slurm looks.
std::vector<Place> QosPlaces(const ModelJob& job, const PartitionAccess& partition,
                             const ClusterAssociations::Controller& controller) {
  std::vector<Place> places;
  const Qos& own = controller.qos.at(job.qos);
  const auto of_partition = controller.qos.find(partition.qos);
  if (own.is_before_partition) places.push_back(PlaceOf(own));
  if (of_partition != controller.qos.end()) places.push_back(PlaceOf(of_partition->second));
  if (!own.is_before_partition) places.push_back(PlaceOf(own));
  return places;
}

// The user's association and those above it.
std::vector<Place> AssociationPlaces(const ModelJob& job, const AssociationUser& user,
                                     const ClusterAssociations& held) {
  std::vector<Place> places;
  const auto add = [&](const std::string& account, const AssociationUser& whose,
                       const AssociationLimits& limits) {
    Place& place = places.emplace_back();
    place.minutes = limits.minutes;
    const auto counted = held.controller->counted.find({account, whose});
    if (counted != held.controller->counted.end()) place.counted = counted->second;
    place.jobs = limits.jobs_max;
    place.is_root = account == kRootAccount;
  };
  add(job.account, user, held.accounts.at(job.account).users.at(user));
  for (std::string name = job.account; held.accounts.contains(name);) {
    add(name, "", held.accounts.at(name).limits);
    name = held.accounts.at(name).parent;
  }
  return places;
}

}  // namespace

int64_t MostThatBegins(const ModelJob& job, const std::string& tres,
                       const ClusterAssociations& held) {
  const ClusterAssociations::Controller& controller = *held.controller;
  const AccountAssociation& account = held.accounts.at(job.account);
  AssociationUser user = {job.login, job.partition};
  if (!account.users.contains(user)) user.partition.clear();
  if (!account.users.contains(user)) return 0;
  const std::set<std::string>& own = account.users.at(user).qos;
  if (controller.enforces.qos && !(own.empty() ? account.limits.qos : own).contains(job.qos)) {
    return 0;
  }
  const auto partition =
      std::find_if(controller.partitions.begin(), controller.partitions.end(),
                   [&job](const PartitionAccess& each) { return each.name == job.partition; });
  if (!Takes(*partition, job)) return 0;
  if (!controller.enforces.limits) return kNothingHolds;
  const std::vector<Place> qos = QosPlaces(job, *partition, controller);
  const std::vector<Place> associations = AssociationPlaces(job, user, held);
  const auto has_jobs = [](const Place& place) { return place.jobs.has_value(); };
  const auto has_none = [](const Place& place) { return place.jobs == 0; };
  const auto first = std::find_if(qos.begin(), qos.end(), has_jobs);
  const bool is_closed = first != qos.end()
                             ? first->jobs == 0
                             : std::any_of(associations.begin(), associations.end(), has_none);
  if (is_closed) return 0;
  for (const Place& place : qos) {
    if (const std::optional<int64_t> left = LeftIn(place, tres)) return *left;
  }
  int64_t most = kNothingHolds;
  for (const Place& place : associations) {
    most = std::min(most, LeftIn(place, tres).value_or(kNothingHolds));
  }
  return most;
}

}  // namespace mesolys::agent
