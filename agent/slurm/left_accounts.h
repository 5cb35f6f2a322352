#ifndef MESOLYS_AGENT_SLURM_LEFT_ACCOUNTS_H_
#define MESOLYS_AGENT_SLURM_LEFT_ACCOUNTS_H_

// The accounts of each cluster as the agent left them, in a file, so that what somebody changes
// while the agent is away is noticed too. What cannot be read is as if it had never been left: then
// a change is repaired without a word. Durable: with an older file the agent would take its own
// doing for somebody else's. One thread.

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "agent/slurm/associations/associations.h"

namespace mesolys::agent {

class LeftAccounts {
 public:
  using Accounts = std::map<std::string, AccountAssociation>;

  // Reads `path`, which need not exist yet.
  explicit LeftAccounts(std::string path);

  // Null for a cluster that was never left.
  const Accounts* Of(const std::string& cluster) const;

  // Before they are changed: an agent that is killed then must not take its own doing for somebody
  // else's.
  absl::Status Forget(const std::string& cluster, const std::set<std::string>& accounts);
  // As they were read after all changes.
  absl::Status Set(const std::string& cluster, Accounts accounts);

 private:
  absl::Status Write();

  const std::string path_;
  std::map<std::string, Accounts> clusters_;
  bool is_written_ = true;  // the file holds what `clusters_` does
};

}  // namespace mesolys::agent

#endif  // MESOLYS_AGENT_SLURM_LEFT_ACCOUNTS_H_
