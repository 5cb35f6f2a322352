#ifndef MESOLYS_AGENT_SLURM_TEXT_SCONTROL_TEXT_H_
#define MESOLYS_AGENT_SLURM_TEXT_SCONTROL_TEXT_H_

// One line of `scontrol --oneliner show node|partition|reservation`. What a line says is hostile
// until it is parsed: what people may write as they like (reasons, comments) stands at its end, and
// nothing is read from there on. Fields may stand in any order, and those that are not known are
// ignored: they change from version to version. INVALID_ARGUMENT says what is missing or wrong.
// Pure; any thread.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/slurm/associations/qos.h"

namespace mesolys::agent {

// What may be done with a node, by what it says of itself.
struct NodeCondition {
  bool is_down = false;     // it does not work, or does not answer
  bool is_drained = false;  // nothing new may start on it
  bool is_in_maintenance = false;
  bool is_reserved = false;  // of some of its cores at least
};

struct ScontrolNode {
  std::string name;
  int64_t core_count = 0;  // as jobs are charged for them
  int64_t threads_per_core = 1;
  int64_t socket_count = 1;
  std::map<std::string, int64_t> gpu_counts;  // by model, in lower case; "" is untyped
  absl::Status gpus_read;                     // what GPUs are not counted, and why
  std::map<std::string, int64_t> gpu_parts;   // of its GPUs that jobs share: "shard", "mps-v100"
  std::vector<std::string> partitions;
  NodeCondition condition;
  bool exists = true;  // false for a place that is kept for a node to come
};
absl::StatusOr<ScontrolNode> ParseScontrolNode(absl::string_view line);

struct ScontrolPartition {
  enum class State { kUp, kDrained, kDown };
  std::string name;
  State state = State::kUp;
  bool is_for_root_only = false;
  bool needs_reservation = false;
  int64_t cores_per_node_max = 0;    // 0: no limit
  int64_t cores_per_socket_max = 0;  // 0: no limit
  int64_t time_limit_seconds = 0;    // of a job; 0: none, or none that is understood
  int64_t nodes_max = 0;             // the same
};
absl::StatusOr<ScontrolPartition> ParseScontrolPartition(absl::string_view line);
// Whom it takes, of the same line: accounts and QOS in lower case, as Slurm keeps them.
absl::StatusOr<PartitionAccess> ParsePartitionAccess(absl::string_view line);

struct ScontrolReservation {
  std::string name;
  bool is_active = false;
  bool is_maintenance = false;
  std::set<std::string> nodes;
  // Ids of cores, for nodes of which not all is held.
  std::map<std::string, std::set<int64_t>> cores;
};
// A reservation of licenses or burst buffers alone has no nodes.
absl::StatusOr<ScontrolReservation> ParseScontrolReservation(absl::string_view line);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_SCONTROL_TEXT_H_
