#ifndef MESOLYS_AGENT_REPLAY_DRY_RUN_H_
#define MESOLYS_AGENT_REPLAY_DRY_RUN_H_

// An enforcer without a site: it keeps what it is told in a JSON file that a person may read, and
// edit to see what drift looks like, and prints one line for every change: "psmn: account chair_ia:
// ceiling gpu-a100 g17 -> 7200000 GPU-seconds". One thread.

#include <iosfwd>
#include <string>

#include "agent/ports/enforcer.h"

namespace mesolys::agent {

class DryRun : public StateEnforcer {
 public:
  // `path` need not exist yet. `lines` must outlive this.
  DryRun(std::string site, std::string path, std::ostream& lines);

  // Whatever jobs use up: nobody measures how full a storage is that is only written down.
  bool IsFor(absl::string_view resource) const override;
  // FAILED_PRECONDITION when the file is not what Take wrote.
  absl::StatusOr<SiteState> ReadBack() override;
  std::vector<absl::Status> Take(const std::vector<Action>& actions) override;

 private:
  const std::string site_;
  const std::string path_;
  std::ostream& lines_;
};

// "account chair_ia: login alice added".
std::string Describe(const Action& action);

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_REPLAY_DRY_RUN_H_
