#include "agent/slurm/shared_parts_reader.h"

#include "absl/status/statusor.h"
#include "agent/slurm/text/scontrol_text.h"

namespace mesolys::agent {

absl::Status SharedPartsReader::Complete(absl::Time now, UsageRecord& record) {
  if (!HoldsSharedParts(record)) return absl::OkStatus();
  const std::string& cluster = record.key.cluster;
  auto known = known_.find(cluster);
  if (known == known_.end() || now - known->second.read_time >= kKeptFor) {
    SharedPartsOfNodes nodes;
    absl::Status read =
        scontrol_->Show(cluster, Scontrol::Noun::kNode, [&nodes](const OutputLine& line) {
          // What cannot be read the collector of the means has set aside.
          const absl::StatusOr<ScontrolNode> node = ParseScontrolNode(line.text);
          if (node.ok()) nodes.Add(node->gpu_counts, node->gpu_parts);
          return absl::OkStatus();
        });
    if (read.ok()) {
      known = known_.insert_or_assign(cluster, Known{now, nodes.Take()}).first;
    } else if (known == known_.end()) {
      return read;
    }
  }
  known->second.parts.Complete(record);
  return absl::OkStatus();
}

}  // namespace mesolys::agent
