#ifndef MESOLYS_AGENT_SLURM_CHANGE_LOG_H_
#define MESOLYS_AGENT_SLURM_CHANGE_LOG_H_

// Every change that the agent makes to the Slurm of its site, for auditors: a line before it is
// made, and one with what was said of it. Only ever appended to. One thread.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mesolys::agent {

class ChangeLog {
 public:
  // `path` need not exist yet; whoever rotates it may move it away.
  explicit ChangeLog(std::string path) : path_(std::move(path)) {}

  // "2026-11-27T09:30:00Z generation 17: modify account where ..."; durable when it answers.
  absl::Status Begin(absl::Time now, int64_t generation, const std::vector<std::string>& lines);
  // "2026-11-27T09:30:00Z generation 17: 3 made", or what was said of those that failed.
  absl::Status End(absl::Time now, int64_t generation, size_t count, const absl::Status& said);

 private:
  absl::Status Append(const std::string& text) const;

  const std::string path_;
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_CHANGE_LOG_H_
