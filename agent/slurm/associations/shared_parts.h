#ifndef MESOLYS_AGENT_SLURM_ASSOCIATIONS_SHARED_PARTS_H_
#define MESOLYS_AGENT_SLURM_ASSOCIATIONS_SHARED_PARTS_H_

// How many of the parts that jobs share of a GPU (gres/shard, gres/mps) are one GPU, as the nodes
// of a cluster say it themselves. A job's row does not tell which parts it held on which node:
// where nodes differ, it is not known what a part is. Pure; any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "proto/values/gpu_part.h"
#include "proto/values/usage_record.h"

namespace mesolys::agent {

struct SharedParts {
  PartsPerGpu per_gpu;                       // by name: "shard-v100"
  std::map<std::string, std::string> names;  // "shard" -> "shard-v100", where all are of one model

  // The name with its model, where that is known.
  const std::string& NameOf(const std::string& name) const;
  // Says it in a record that holds some.
  void Complete(UsageRecord& record) const;

  friend bool operator==(const SharedParts&, const SharedParts&) = default;
};

// Whether a record holds some.
bool HoldsSharedParts(const UsageRecord& record);

// Adds up what nodes say.
class SharedPartsOfNodes {
 public:
  // Of one node: its GPUs by model, and its shared parts by name. Parts that cannot be dealt evenly
  // to its GPUs, or to GPUs of one model, are none that anybody knows.
  void Add(const std::map<std::string, int64_t>& gpu_counts,
           const std::map<std::string, int64_t>& parts);
  SharedParts Take() const;

 private:
  void Note(const std::string& name, std::optional<int64_t> count);

  std::map<std::string, std::optional<int64_t>> counts_;  // nothing where it is not one number
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_ASSOCIATIONS_SHARED_PARTS_H_
