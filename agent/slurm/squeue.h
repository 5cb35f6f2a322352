#ifndef MESOLYS_AGENT_SLURM_SQUEUE_H_
#define MESOLYS_AGENT_SLURM_SQUEUE_H_

// The jobs that a slurmctld has, as text: a port, and the program that is behind it at a site. One
// thread.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/ports/job_reader.h"
#include "agent/process/subprocess.h"

namespace mesolys::agent {

class Squeue {
 public:
  using Visit = std::function<absl::Status(const OutputLine&)>;
  virtual ~Squeue() = default;

  // One line, "ID|SUBMIT|STATE", for each job of the cluster that waits, runs, is suspended or
  // about to end. What was visited before an error is worth nothing.
  virtual absl::Status List(const std::string& cluster, const Visit& visit) = 0;
};

// Whether the line is a job's, and not the name of the cluster or a header.
bool IsJobLine(absl::string_view line);

// One that waits is not held. INVALID_ARGUMENT for a line that no squeue can have meant.
absl::Status AddHeldJob(const OutputLine& line, HeldJobs& jobs);

struct SqueueOptions {
  std::string program = "/usr/bin/squeue";
  std::string slurm_conf = "/etc/slurm/slurm.conf";
  absl::Duration deadline = absl::Seconds(30);
  int64_t output_bytes_max = int64_t{64} << 20;
};

class SqueueProgram : public Squeue {
 public:
  explicit SqueueProgram(SqueueOptions options) : options_(std::move(options)) {}
  // UNAVAILABLE when Slurm does not answer, or says nothing at all; otherwise as Subprocess.
  absl::Status List(const std::string& cluster, const Visit& visit) override;

  Command CommandFor(const std::string& cluster) const;

 private:
  const SqueueOptions options_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SQUEUE_H_
