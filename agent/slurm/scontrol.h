#ifndef MESOLYS_AGENT_SLURM_SCONTROL_H_
#define MESOLYS_AGENT_SLURM_SCONTROL_H_

// What slurmctld says of its cluster, as text: a port, and the program that is behind it at a site.
// One thread.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/process/subprocess.h"

namespace mesolys::agent {

class Scontrol {
 public:
  enum class Noun { kNode, kPartition, kReservation };
  using Visit = std::function<absl::Status(const OutputLine&)>;
  virtual ~Scontrol() = default;

  // One line for each; none where there are none. What was visited before an error is worth
  // nothing.
  virtual absl::Status Show(const std::string& cluster, Noun noun, const Visit& visit) = 0;
};

// "node", as scontrol calls it.
absl::string_view ScontrolWord(Scontrol::Noun noun);

struct ScontrolOptions {
  std::string program = "/usr/bin/scontrol";
  std::string slurm_conf = "/etc/slurm/slurm.conf";
  absl::Duration deadline = absl::Seconds(30);
  int64_t output_bytes_max = int64_t{64} << 20;
};

class ScontrolProgram : public Scontrol {
 public:
  explicit ScontrolProgram(ScontrolOptions options) : options_(std::move(options)) {}
  // UNAVAILABLE when Slurm does not answer; otherwise as Subprocess.
  absl::Status Show(const std::string& cluster, Noun noun, const Visit& visit) override;

 private:
  const ScontrolOptions options_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SCONTROL_H_
