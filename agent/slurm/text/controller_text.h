#ifndef MESOLYS_AGENT_SLURM_TEXT_CONTROLLER_TEXT_H_
#define MESOLYS_AGENT_SLURM_TEXT_CONTROLLER_TEXT_H_

// Reads `scontrol show assoc_mgr flags=assoc,qos`: the associations and QOS as slurmctld goes by
// them, and what it counted. What is not understood makes all of it an error: DATA_LOSS with the
// line. One thread.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

// Line by line: the record of an association, or of a QOS, stands over some of them.
class ControllerText {
 public:
  explicit ControllerText(std::string cluster) : cluster_(std::move(cluster)) {}

  absl::Status Add(absl::string_view line);
  // DATA_LOSS when there was no association at all: even an empty cluster has root's.
  absl::StatusOr<ClusterAssociations::Controller> Take();

 private:
  absl::Status BeginAssociation(absl::string_view line);
  void BeginQos(absl::string_view line);
  absl::Status AddToAssociation(absl::string_view line);
  absl::Status AddToQos(absl::string_view line);

  const std::string cluster_;
  AccountUser current_;
  Qos* qos_ = nullptr;           // the one whose lines are read; null: an association
  bool is_passed_over_ = true;   // of another cluster
  bool is_jobs_closed_ = false;  // GrpJobs=0, which comes before GrpSubmitJobs
  ClusterAssociations::Controller controller_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_TEXT_CONTROLLER_TEXT_H_
