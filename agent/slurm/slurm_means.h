#ifndef MESOLYS_AGENT_SLURM_SLURM_MEANS_H_
#define MESOLYS_AGENT_SLURM_SLURM_MEANS_H_

// The means of the clusters of a site, read from each slurmctld. A line that cannot be read is
// quarantined and counts for nothing; a cluster that does not answer, or has no node that can be
// read, is an error: half a site is no answer. One thread.

#include <memory>
#include <string>
#include <vector>

#include "agent/ports/means_collector.h"
#include "agent/slurm/means.h"
#include "agent/slurm/scontrol.h"
#include "agent/slurm/told_lines.h"

namespace mesolys::agent {

struct SlurmMeansOptions {
  ScontrolOptions scontrol;
  std::vector<std::string> clusters;
  std::vector<std::string> partitions;  // that count; none for all
  absl::Duration interval = absl::Minutes(1);
};

class SlurmMeans : public MeansCollector {
 public:
  SlurmMeans(std::unique_ptr<Scontrol> scontrol, std::vector<std::string> clusters,
             std::vector<std::string> partitions);

  // Errors are those of Scontrol; UNAVAILABLE for a cluster without nodes.
  absl::StatusOr<CollectedMeans> Collect() override;

 private:
  template <typename Item>
  absl::Status Read(const std::string& cluster, Scontrol::Noun noun,
                    absl::StatusOr<Item> (*parse)(absl::string_view), std::vector<Item>& items);
  void SetAside(const std::string& cluster, Scontrol::Noun noun, const absl::Status& reason,
                absl::string_view line);

  const std::unique_ptr<Scontrol> scontrol_;
  const std::vector<std::string> clusters_;
  const std::vector<std::string> partitions_;
  // A line changes with the load of its node: what it is about and what is wrong are its mark.
  ToldLines told_;
  std::vector<QuarantinedLine> quarantined_;  // of this collection
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SLURM_MEANS_H_
