#include "agent/slurm/means.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"

namespace mesolys::agent {
namespace {

// From the best to the worst.
enum class Standing { kAvailable, kReserved, kDrained, kDown, kMaintenance };

int64_t& Of(MeansCount& count, Standing standing) {
  switch (standing) {
    case Standing::kAvailable:
      return count.available;
    case Standing::kReserved:
      return count.reserved;
    case Standing::kDrained:
      return count.drained;
    case Standing::kDown:
      return count.down;
    case Standing::kMaintenance:
      return count.maintenance;
  }
  return count.down;
}

using Partitions = std::map<std::string, const ScontrolPartition*>;

Standing StandingOf(const ScontrolPartition& partition) {
  if (partition.state == ScontrolPartition::State::kDown || partition.is_for_root_only) {
    return Standing::kDown;
  }
  if (partition.state == ScontrolPartition::State::kDrained) return Standing::kDrained;
  return partition.needs_reservation ? Standing::kReserved : Standing::kAvailable;
}

int64_t CoresOf(const ScontrolNode& node, const ScontrolPartition& partition) {
  int64_t cores = node.core_count;
  if (partition.cores_per_node_max > 0) cores = std::min(cores, partition.cores_per_node_max);
  if (partition.cores_per_socket_max > 0) {
    cores = std::min(cores, partition.cores_per_socket_max * node.socket_count);
  }
  return cores;
}

// What its partitions make of a node.
struct NodeAccess {
  Standing standing = Standing::kDown;
  int64_t core_count = 0;
};

// Nothing for a node that does not count.
std::optional<NodeAccess> AccessOf(const ScontrolNode& node, const Partitions& partitions,
                                   const std::vector<std::string>& counted) {
  NodeAccess access;
  bool is_counted = counted.empty();
  for (const std::string& name : node.partitions) {
    if (!counted.empty()) {
      if (std::find(counted.begin(), counted.end(), name) == counted.end()) continue;
      is_counted = true;
    }
    const auto it = partitions.find(name);
    const ScontrolPartition partition = it == partitions.end() ? ScontrolPartition() : *it->second;
    access.standing = std::min(access.standing, StandingOf(partition));
    access.core_count = std::max(access.core_count, CoresOf(node, partition));
  }
  if (!is_counted) return std::nullopt;
  // In no partition at all: it is there, and nobody can use it.
  if (access.core_count == 0) access.core_count = node.core_count;
  return access;
}

// Of a node that says that it is reserved: how many of its cores are. All of them, unless every
// reservation that holds it names its cores.
int64_t ReservedCores(const ScontrolNode& node,
                      const std::vector<ScontrolReservation>& reservations) {
  std::set<int64_t> ids;
  bool is_known = false;
  for (const ScontrolReservation& reservation : reservations) {
    if (!reservation.is_active) continue;
    if (!reservation.nodes.contains(node.name)) continue;
    const auto cores = reservation.cores.find(node.name);
    if (cores == reservation.cores.end()) return node.core_count;
    ids.insert(cores->second.begin(), cores->second.end());
    is_known = true;
  }
  if (!is_known) return node.core_count;
  return std::min(node.core_count, static_cast<int64_t>(ids.size()) * node.threads_per_core);
}

Standing StandingOf(const NodeCondition& condition) {
  if (condition.is_in_maintenance) return Standing::kMaintenance;
  if (condition.is_down) return Standing::kDown;
  return condition.is_drained ? Standing::kDrained : Standing::kAvailable;
}

}  // namespace

void AddMeans(const ClusterText& cluster, const std::vector<std::string>& counted_partitions,
              Means& means) {
  Partitions partitions;
  for (const ScontrolPartition& partition : cluster.partitions) {
    partitions[partition.name] = &partition;
  }
  for (const ScontrolNode& node : cluster.nodes) {
    if (!node.exists) continue;
    const std::optional<NodeAccess> access = AccessOf(node, partitions, counted_partitions);
    if (!access.has_value()) continue;
    Standing standing = std::max(StandingOf(node.condition), access->standing);
    int64_t reserved = 0;
    if (standing == Standing::kAvailable && node.condition.is_reserved) {
      reserved = std::min(access->core_count, ReservedCores(node, cluster.reservations));
      // A part of a node leaves the rest of it to everybody.
      if (reserved == access->core_count) standing = Standing::kReserved;
    }
    ResourceMeans& cpu = means["cpu"];
    ++Of(cpu.nodes, standing);
    Of(cpu.units, standing) += access->core_count;
    if (standing == Standing::kAvailable) {
      cpu.units.available -= reserved;
      cpu.units.reserved += reserved;
    }
    for (const auto& [model, count] : node.gpu_counts) {
      ResourceMeans& gpu = means[model.empty() ? "gpu" : absl::StrCat("gpu-", model)];
      ++Of(gpu.nodes, standing);
      Of(gpu.units, standing) += count;
    }
  }
}

}  // namespace mesolys::agent
