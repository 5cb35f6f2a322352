#include "agent/slurm/submission/partition_models.h"

#include "absl/strings/str_cat.h"
#include "proto/values/names.h"

namespace mesolys::agent {

PartitionModels ModelsByPartition(const std::vector<ScontrolNode>& nodes) {
  PartitionModels models;
  for (const ScontrolNode& node : nodes) {
    if (!node.exists) continue;
    for (const std::string& partition : node.partitions) {
      std::set<std::string>& there = models[partition];
      if (!node.gpus_read.ok()) there.insert("");
      for (const auto& [model, count] : node.gpu_counts) {
        const bool has_name = CheckResource(absl::StrCat("gpu-", model)).ok();
        if (count > 0) there.insert(has_name ? model : "");
      }
    }
  }
  return models;
}

}  // namespace mesolys::agent
