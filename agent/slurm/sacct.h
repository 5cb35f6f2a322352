#ifndef MESOLYS_AGENT_SLURM_SACCT_H_
#define MESOLYS_AGENT_SLURM_SACCT_H_

// Slurm's accounting, as text: a port, and the program that is behind it at a site. One thread.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/process/subprocess.h"
#include "agent/slurm/text/sacct_text.h"

namespace mesolys::agent {

class Sacct {
 public:
  using Visit = std::function<absl::Status(const OutputLine&)>;
  virtual ~Sacct() = default;

  // One line, in SacctProgramFormat, for each run of each job that was eligible before `to` and had
  // not ended before `from`. What was visited before an error is worth nothing.
  virtual absl::Status Read(absl::Time from, absl::Time to, const Visit& visit) = 0;

  // The same for each run of each job of these ids, at least one, of a cluster, however old.
  virtual absl::Status ReadJobs(const std::string& cluster, const std::vector<int64_t>& ids,
                                const Visit& visit) = 0;
};

// The columns that are asked for. Nothing in which people write what they like: a job's name may
// hold a line break, and a whole line of somebody else's job after it.
SacctFormat SacctProgramFormat();

// A row of those columns, in `text`'s format; INVALID_ARGUMENT also for half a line, which would be
// half a number.
absl::StatusOr<std::optional<UsageRecord>> ParseRow(const SacctText& text, const OutputLine& line,
                                                    absl::Time observe_time);

struct SacctOptions {
  std::string program = "/usr/bin/sacct";
  std::string slurm_conf = "/etc/slurm/slurm.conf";
  std::vector<std::string> clusters;
  absl::Duration deadline = absl::Minutes(2);
  int64_t output_bytes_max = int64_t{256} << 20;
};

class SacctProgram : public Sacct {
 public:
  explicit SacctProgram(SacctOptions options) : options_(std::move(options)) {}
  // UNAVAILABLE when Slurm does not answer; otherwise as Subprocess.
  absl::Status Read(absl::Time from, absl::Time to, const Visit& visit) override;
  absl::Status ReadJobs(const std::string& cluster, const std::vector<int64_t>& ids,
                        const Visit& visit) override;

  Command CommandFor(absl::Time from, absl::Time to) const;
  Command CommandFor(const std::string& cluster, const std::vector<int64_t>& ids) const;

 private:
  // Of `clusters`, less what chooses among their jobs.
  Command CommandOf(const std::string& clusters) const;
  static absl::Status Run(const Command& command, const Visit& visit);

  const SacctOptions options_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_SACCT_H_
