#ifndef MESOLYS_AGENT_SLURM_MEANS_H_
#define MESOLYS_AGENT_SLURM_MEANS_H_

// What a cluster really has, by resource and by what can be done with it: a pure function of what
// its nodes, partitions and reservations say. Any thread.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/slurm/text/scontrol_text.h"

namespace mesolys::agent {

// Each node, core or GPU is counted once.
struct MeansCount {
  int64_t available = 0;
  int64_t down = 0;
  int64_t drained = 0;
  int64_t maintenance = 0;
  int64_t reserved = 0;

  int64_t Total() const { return available + down + drained + maintenance + reserved; }
  friend bool operator==(const MeansCount&, const MeansCount&) = default;
};

struct ResourceMeans {
  MeansCount nodes;
  MeansCount units;  // cores or GPUs

  friend bool operator==(const ResourceMeans&, const ResourceMeans&) = default;
};

// By resource: "cpu", "gpu-<model>", and "gpu" for GPUs without a model.
using Means = std::map<std::string, ResourceMeans>;

struct ClusterText {
  std::vector<ScontrolNode> nodes;
  std::vector<ScontrolPartition> partitions;
  std::vector<ScontrolReservation> reservations;
};

// Adds what `cluster` has to `means`. When `counted_partitions` are given, other nodes than theirs
// do not count.
//
// A reservation for maintenance goes before all else: what is down or drained in it is meant to be.
// Then down, drained, reserved, available, the worst first. A node is no better than the best of
// its partitions: one that is DOWN or INACTIVE, or for root alone, gives nothing; one that is
// drained takes nothing new; one with ReqResv serves reservations only. It has no more cores than
// the most that one of its partitions allows (MaxCPUsPerNode, MaxCPUsPerSocket). A partition of
// which nothing is known closes nothing.
void AddMeans(const ClusterText& cluster, const std::vector<std::string>& counted_partitions,
              Means& means);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_MEANS_H_
